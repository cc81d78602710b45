package chart

import (
	"math"
	"strconv"
)

// ticks are the round values at which an axis is labelled.
type ticks struct {
	values   []float64
	decimals int
}

func (t ticks) label(v float64) string {
	if v == 0 {
		return "0"
	}
	if t.decimals > 5 || math.Abs(v) >= 1e7 {
		return strconv.FormatFloat(v, 'e', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', t.decimals, 64)
}

// Drawable reports whether a value has a place on an axis: it is finite, and so
// far from the end of the range that differences are finite too.
func Drawable(v float64) bool { return math.Abs(v) <= 1e300 }

// valueTicks covers the Drawable values of the courses with four to seven ticks
// at a distance of 1, 2 or 5 times a power of ten.
func valueTicks(courses ...[]float64) ticks {
	low, high := math.Inf(1), math.Inf(-1)
	for _, values := range courses {
		for _, v := range values {
			if Drawable(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	switch {
	case low > high:
		low, high = 0, 1
	case high-low <= 1e-9*max(math.Abs(low), math.Abs(high), 1e-12):
		pad := max(0.1*math.Abs(low), 1e-3)
		low, high = low-pad, high+pad
	}
	// Half of each first, so that the distance of two extreme values is finite.
	rough := high/5 - low/5
	power := math.Floor(math.Log10(rough))
	unit := math.Pow(10, power)
	step := 10 * unit
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= rough*0.999 {
			step = m * unit
			break
		}
	}
	var t ticks
	if step < 1 {
		t.decimals = int(math.Ceil(-math.Log10(step) - 1e-9))
	}
	first := math.Floor(low/step + 1e-6)
	for i := first; ; i++ {
		t.values = append(t.values, i*step)
		if i*step >= high-1e-6*step && len(t.values) > 1 || len(t.values) == 12 {
			return t
		}
	}
}

// epochStep is the distance of the labelled epochs, so that about eight of n
// are labelled.
func epochStep(n int) int {
	for step := 1; ; step *= 10 {
		for _, m := range []int{1, 2, 5} {
			if n <= 8*m*step {
				return m * step
			}
		}
	}
}
