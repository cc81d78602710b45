package backend

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// ErrRough says that a function is smooth nowhere near the point.
var ErrRough = errors.New("it is not smooth anywhere near")

// Slope is a function of named tensors at a point, with its derivative.
type Slope struct {
	At map[string][]float64 // the point
	// Value is the function at a step from the point in a direction, and the derivative
	// there along the direction.
	Value func(direction map[string][]float64, step float64) (value, along float64, err error)
}

// Direction draws one.
func (s *Slope) Direction(r *rand.Rand, names []string) map[string][]float64 {
	direction := map[string][]float64{}
	for _, name := range names {
		for range s.At[name] {
			direction[name] = append(direction[name], r.NormFloat64())
		}
	}
	return direction
}

// Verdict compares the derivative along random directions of the named tensors with
// differences to both sides, and reports whether there is any but 0. At a kink these are
// not the same: the point is moved then, to values of float32.
func (s *Slope) Verdict(r *rand.Rand, names []string) (path bool, err error) {
	const step = 1e-6
	agreed := 0
	for range 40 {
		direction := s.Direction(r, names)
		here, along, err := s.Value(direction, 0)
		if err != nil {
			return false, err
		}
		after, _, _ := s.Value(direction, step)
		before, _, _ := s.Value(direction, -step)
		right, left := (after-here)/step, (here-before)/step
		size := max(math.Abs(right), math.Abs(left), math.Abs(along))
		noise := 1e-9*max(1, math.Abs(here)) + 1e-4*size
		if math.Abs(right-left) <= noise {
			nearer, _, _ := s.Value(direction, step/4)
			jump := math.Abs((nearer-here)/(step/4)-right) > 10*noise
			if d := math.Abs((right+left)/2 - along); !(d <= noise) && !jump {
				return false, fmt.Errorf("the derivative is %v, by differences %v and %v", along, left, right)
			} else if d <= noise {
				path = path || size > noise
				if agreed++; agreed == 3 {
					return path, nil
				}
				continue
			}
		}
		for _, name := range names {
			at := s.At[name]
			for i, v := range at {
				at[i] = float64(float32(v + 0.02*r.NormFloat64()*max(0.1, math.Abs(v))))
			}
		}
	}
	return false, ErrRough
}
