package modeltest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/runtime/train"
)

// The gradient is the slope of the loss: along any direction it predicts what a
// small step changes. How small depends: rounding hides what too short a step
// does, and too long a one passes bends.
func (n *plainNetwork) gradientIsSlope(t *testing.T) {
	rows := min(5, n.batchRows)
	rng := rand.New(rand.NewPCG(3, 4))
	d := n.double(rows)
	for seed := range uint64(3) {
		s := train.Step{Seed: seed, Index: 1, Total: rows}
		e := n.engine(n.drawn(t, seed))
		p := float64s(e.Params())
		loss, g := d.step(p, s, nil)
		if !finite(loss) {
			t.Logf("the loss of this network is %v", loss)
			continue
		}
		v := direction(rng, len(e.Gradients()))
		at := func(h float64) (loss float64, read []float64) {
			q := slices.Clone(p)
			for i, d := range v {
				q[i] += h * d
			}
			loss, _ = d.step(q, s, nil)
			return loss, d.read(q)
		}
		right := false
		var got []float64
		for _, h := range []float64{1e-6, 1e-5, 1e-7, 1e-4, 1e-8, 1e-3} {
			above, there := at(h)
			below, here := at(-h)
			d, slope := (above-below)/(2*h), 0.0
			for i := range v {
				slope += g[i] * (there[i] - here[i]) / (2 * h)
			}
			got = append(got, d, slope)
			if math.Abs(d-slope) <= 1e-5*(math.Abs(d)+math.Abs(slope))+1e-8+1e-14*math.Abs(loss)/h {
				right = true
				break
			}
		}
		if !right {
			t.Errorf("the loss rises by these per unit, and by what the gradient says: %v", got)
		}
	}
}

// direction is a vector of length 1.
func direction(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	length := 0.0
	for i := range v {
		v[i] = rng.NormFloat64()
		length += v[i] * v[i]
	}
	for i := range v {
		v[i] /= math.Sqrt(length)
	}
	return v
}
