package metric

import (
	"math"
	"testing"
)

// TestEditDistance counts by hand what is missing, wrong and too much, with weights.
func TestEditDistance(t *testing.T) {
	spell := func(steps ...int) []float32 {
		x := make([]float32, 3*len(steps))
		for i, c := range steps {
			x[3*i+c] = 1
		}
		return x
	}
	edits, labels, rows := 1+1.5+0.5, 3+1.5*2, 3.0
	for normalize, want := range map[bool]float64{true: edits / labels, false: edits / rows} {
		m := EditDistance("e", Edits{Classes: 3, Normalize: normalize})
		if m.Result() != 0 {
			t.Errorf("without rows %v", m.Result())
		}
		m.Update([]float32{1, 2, 2}, spell(1, 1, 0, 2), 1)
		m.Update([]float32{1, 0, 0}, spell(2, 0, 0, 0), 0)
		m.Update([]float32{2, 1, 0}, spell(0, 2, 2, 2), 1.5)
		m.Update([]float32{0, 0, 0}, spell(0, 0, 0, 1), 0.5)
		got := m.Result()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("normalized %t: %v, want %v", normalize, got, want)
		}
	}
}
