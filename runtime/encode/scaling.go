package encode

import (
	"errors"
	"fmt"
	"math"
)

// Standard scales a number to mean 0 and deviation 1: (x - Mean) / Deviation.
type Standard struct {
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"`
}

// Standard scales a number.
func (c *Coder) Standard(s Standard, x float64) float32 {
	return c.Float32((x - s.Mean) / s.Deviation)
}

// Check reports a scaling that is none.
func (s Standard) Check(feature string) error {
	if !(s.Deviation > 0) {
		return fmt.Errorf("the encoding of feature %q: a deviation of %v", feature, s.Deviation)
	}
	return errors.Join(CheckNumber(feature, s.Mean), CheckNumber(feature, s.Deviation))
}

// MinMax scales a number to 0 to 1: (x - Min) / Range.
type MinMax struct {
	Min   float64 `json:"min"`
	Range float64 `json:"range"`
}

// MinMax scales a number.
func (c *Coder) MinMax(s MinMax, x float64) float32 {
	return c.Float32((x - s.Min) / s.Range)
}

// Check reports a scaling that is none.
func (s MinMax) Check(feature string) error {
	if !(s.Range > 0) {
		return fmt.Errorf("the encoding of feature %q: a range of %v", feature, s.Range)
	}
	return errors.Join(CheckNumber(feature, s.Min), CheckNumber(feature, s.Range))
}

// CheckNumber reports a learned number that is not finite.
func CheckNumber(feature string, x float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fmt.Errorf("the encoding of feature %q: %v is not a finite number", feature, x)
	}
	return nil
}
