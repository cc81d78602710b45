package tfevents

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// The file that TensorFlow wrote, byte for byte: only the times are taken from it.
func TestFileLikeTensorFlow(t *testing.T) {
	want, err := os.ReadFile("testdata/events.bin")
	if err != nil {
		t.Fatal(err)
	}
	var times []time.Time
	for at := 0; at < len(want); {
		n := int(binary.LittleEndian.Uint64(want[at:]))
		seconds := math.Float64frombits(binary.LittleEndian.Uint64(want[at+13:]))
		times = append(times, time.UnixMicro(int64(math.Round(seconds*1e6))))
		at += 16 + n
	}
	if len(times) != 6 {
		t.Fatalf("%d events", len(times))
	}
	dir := filepath.Join(t.TempDir(), "logs", "train")
	e, err := Create(dir, times[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range [][]byte{
		Scalar(times[1], 3, "epoch_loss", 0.25),
		Scalar(times[2], 0, "epoch_accuracy", 0),
		Histogram(times[3], 300, "hidden/kernel/histogram", []float32{0.5, -1, 2, 0.25, 0.3, 0.7}),
		Histogram(times[4], 1, "hidden/bias/histogram", []float32{0.5, 0.5, 0.5}),
		Histogram(times[5], 1, "empty/histogram", nil),
	} {
		if err := e.Write(event); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	if ok, _ := regexp.MatchString(`^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.v2$`, entries[0].Name()); !ok {
		t.Errorf("the file is called %s", entries[0].Name())
	}
	got, err := os.ReadFile(e.file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("%d bytes, TensorFlow wrote %d; byte %d is %#x, not %#x", len(got), len(want), i, got[i], want[i])
			}
		}
		t.Fatalf("%d bytes, TensorFlow wrote %d", len(got), len(want))
	}
}

// Weights that are not numbers are counted, and nothing panics.
func TestHistogramOfAnything(t *testing.T) {
	inf := float32(math.Inf(1))
	nan := float32(math.NaN())
	for _, w := range [][]float32{{nan}, {nan, 1}, {inf, -inf}, {1, inf}, {-inf, 0}, {math.MaxFloat32, -math.MaxFloat32}, {1e-45, 0}} {
		if b := Histogram(time.Unix(0, 0), 1, "w", w); len(b) < 700 {
			t.Errorf("%v: %d bytes", w, len(b))
		}
	}
}
