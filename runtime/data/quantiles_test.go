package data

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// The boundaries of many values are those that Keras's Discretization learns of them in
// one array, bit for bit (testdata/keras/lookup.py), in whatever order they come, and
// those in batches where they are summarized in batches.
func TestQuantilesKeras(t *testing.T) {
	f, err := os.Open("../../testdata/keras/lookup.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Quantiles []struct {
			N, Bins, Batch int
			Epsilon        float64
			Boundaries     []float32
		}
	}
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		t.Fatal(err)
	}
	if len(file.Quantiles) < 10 {
		t.Fatal("too few")
	}
	for _, c := range file.Quantiles {
		q := Quantiles{Epsilon: c.Epsilon}
		for i := range c.N {
			q.Add(float32(float64(i*7919%10007)/100 - 30))
			if c.Batch > 0 && (i+1)%c.Batch == 0 {
				q.merge()
			}
		}
		if got := q.Boundaries(c.Bins); !slices.Equal(got, c.Boundaries) {
			t.Errorf("%d values in batches of %d, epsilon %v: %d bins have the boundaries\n%v, want\n%v", c.N, c.Batch, c.Epsilon, c.Bins, got, c.Boundaries)
		}
	}
}

// No value, and values that are not finite, are no panic.
func TestQuantilesHostile(t *testing.T) {
	var q Quantiles
	if got := q.Boundaries(4); len(got) != 0 {
		t.Errorf("no values have the boundaries %v", got)
	}
	for _, x := range []float32{float32(math.NaN()), float32(math.Inf(1)), 0, float32(math.Inf(-1)), -0, math.MaxFloat32, -math.MaxFloat32} {
		q.Add(x)
	}
	if got := q.Boundaries(3); len(got) != 2 {
		t.Errorf("seven values have the boundaries %v", got)
	}
}
