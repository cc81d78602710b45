package optim

import (
	"fmt"
	"math"
)

// PiecewiseConstantDecay is Values[i] up to and including step Boundaries[i],
// and the last value, of which there is one more, from there on. Steps count
// from 0.
type PiecewiseConstantDecay struct {
	Boundaries []int     `arg:"boundaries,required,min=0" doc:"the last step, counted from 0, of each value but the last"`
	Values     []float64 `arg:"values,required,min=0" doc:"the learning rates, one more than boundaries"`
}

// Name returns "piecewise_constant_decay".
func (PiecewiseConstantDecay) Name() string { return "piecewise_constant_decay" }

// Rate implements [Schedule].
func (s PiecewiseConstantDecay) Rate(steps int) float64 {
	i := 0
	for i < len(s.Boundaries) && steps > s.Boundaries[i] {
		i++
	}
	return float64(float32(s.Values[i]))
}

// Validate reports settings outside their range.
func (s PiecewiseConstantDecay) Validate() error {
	c := validate(s)
	if len(s.Boundaries) == 0 || len(s.Values) != len(s.Boundaries)+1 {
		c.errs = append(c.errs, fmt.Errorf("optim: %s: %d boundaries and %d values; there must be boundaries, and one value more than those", s.Name(), len(s.Boundaries), len(s.Values)))
	}
	last := math.MinInt
	for i, b := range s.Boundaries {
		if b <= last {
			c.reject(fmt.Sprintf("boundaries[%d]", i), float64(b), fmt.Sprintf("above %d, the one before it", last))
		}
		last = b
	}
	return c.err()
}
