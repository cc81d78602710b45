package encode

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Coder encodes one row and notes what cannot be encoded.
type Coder struct {
	Package string // begins its errors
	Step    int    // 1: the oldest row of a series; 0: none
	feature string // at work
	failed  int
	err     error
}

// Err says what could not be encoded, feature by feature; nil where all could.
func (c *Coder) Err() error { return c.err }

func (c *Coder) fail(format string, args ...any) {
	if c.failed++; c.failed > 10 {
		return
	}
	if c.Step > 0 {
		format = fmt.Sprintf(" in step %d", c.Step) + format
	}
	c.err = errors.Join(c.err, fmt.Errorf("%s: feature %q"+format, append([]any{c.Package, c.feature}, args...)...))
}

func (c *Coder) missing() { c.fail(" is missing, and nothing stands for it") }

// Or is a value, or what stands for it where it is missing.
func Or[T any](v *T, missing T) *T {
	if v == nil {
		return &missing
	}
	return v
}

// OrNumber is a number, or what stands for it where it is NaN.
func OrNumber(v, missing float64) float64 {
	if math.IsNaN(v) {
		return missing
	}
	return v
}

// Number takes a number that must be there.
func (c *Coder) Number(feature string, v *float64) float64 {
	c.feature = feature
	switch {
	case v == nil:
		c.missing()
	case math.IsNaN(*v) || math.IsInf(*v, 0):
		c.fail(": %v is not a finite number", *v)
	default:
		return *v
	}
	return 0
}

// Finite takes a number that must be there: NaN is one that is not.
func (c *Coder) Finite(feature string, v float64) float64 {
	c.feature = feature
	switch {
	case math.IsNaN(v):
		c.missing()
	case math.IsInf(v, 0):
		c.fail(": %v is not a finite number", v)
	default:
		return v
	}
	return 0
}

// Some takes a category that must be there.
func (c *Coder) Some(feature string, v *string) *string {
	if c.feature = feature; v == nil {
		c.missing()
	}
	return v
}

// Date takes a date that must be there.
func (c *Coder) Date(feature string, v *time.Time) time.Time {
	if c.feature = feature; v == nil {
		c.missing()
		return time.Time{}
	}
	return *v
}

// Float32 rounds a number.
func (c *Coder) Float32(x float64) float32 {
	if !(math.Abs(x) <= math.MaxFloat32) {
		c.fail(": %v is beyond the range of float32", x)
		return 0
	}
	return float32(x)
}

// Log1p is the logarithm of 1+x.
func (c *Coder) Log1p(x float64) float64 {
	if x <= -1 {
		c.fail(": %v is too small for log1p", x)
		return 0
	}
	return logOnePlus(x)
}
