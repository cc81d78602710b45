package nn

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// TestKerasConstraints holds every constraint to Keras, along one axis and several,
// vectors of length 0 among them.
func TestKerasConstraints(t *testing.T) {
	text, err := os.ReadFile("testdata/keras_constraints.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Constraint string
			Shape      []int
			Before     []float32
			After      []float64
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 18 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, k := range file.Cases {
		c := constraintOf(k.Constraint)
		if got := c.String(); got != k.Constraint {
			t.Errorf("%q is written as %q", k.Constraint, got)
		}
		c.On(k.Shape).Apply(k.Before)
		for i, want := range k.After {
			if got := float64(k.Before[i]); math.Abs(got-want) > 2e-7*max(1, math.Abs(want)) {
				t.Errorf("%s of %v: element %d is %v, want %v", k.Constraint, k.Shape, i, got, want)
			}
		}
	}
}

func TestSegmentsOfConstraints(t *testing.T) {
	list := SegmentsOf((*struct {
		A [2][3]float32 `name:"a" constraint:"max_norm max_value=2 axis=1"`
		B float32       `name:"b"`
	})(nil))
	if c := list[0].Constraint; c.Kind != "max_norm" || c.MaxValue != 2 || len(c.Axes) != 1 || c.Axes[0] != 1 || list[1].Constraint.Kind != "" {
		t.Errorf("%+v", list)
	}
	for _, text := range []string{"positive", "max_norm axis=x", "max_norm most=2"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is taken", text)
				}
			}()
			constraintOf(text)
		}()
	}
}
