package metric

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// Values of real Keras after each of several batches, with and without weights.
func TestValuesOfKeras(t *testing.T) {
	text, err := os.ReadFile("testdata/keras.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Name, Metric string
			Running      []float64
			Weighted     []float64 `json:"running_weighted"`
			Batches      []struct {
				Output, Target [][]float32
				Weight         []float32
			}
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 25 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	used := map[string]bool{}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			used[c.Metric] = true
			plain, weighted := made(t, c.Metric, nil, 0), made(t, c.Metric, nil, 0)
			for i, b := range c.Batches {
				for row := range b.Output {
					plain.Update(b.Target[row], b.Output[row], 1)
					w := float32(1)
					if b.Weight != nil {
						w = b.Weight[row]
					}
					weighted.Update(b.Target[row], b.Output[row], w)
				}
				if got, want := plain.Result(), c.Running[i]; math.Abs(got-want) > 2e-7*max(1, want) {
					t.Errorf("after batch %d: %v, Keras has %v", i, got, want)
				}
				if got, want := weighted.Result(), c.Weighted[i]; math.Abs(got-want) > 2e-7*max(1, want) {
					t.Errorf("weighted, after batch %d: %v, Keras has %v", i, got, want)
				}
			}
		})
	}
	for _, name := range []string{"BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy", "mae", "mse"} {
		if !used[name] {
			t.Errorf("no case for %s", name)
		}
	}
}
