package nn

import "math"

// The scalar functions below go through float64, so that each float32 result
// is correct to within rounding, infinities and NaN included. They are small
// enough to be inlined.

// Abs returns |x|.
func Abs(x float32) float32 { return float32(math.Abs(float64(x))) }

// Erf returns the error function of x.
func Erf(x float32) float32 { return float32(math.Erf(float64(x))) }

// Exp returns eˣ.
func Exp(x float32) float32 { return float32(math.Exp(float64(x))) }

// Expm1 returns eˣ-1, accurate near 0.
func Expm1(x float32) float32 { return float32(math.Expm1(float64(x))) }

// Floor returns the greatest integer value not above x.
func Floor(x float32) float32 { return float32(math.Floor(float64(x))) }

// Log returns the natural logarithm of x: -Inf for 0, NaN below.
func Log(x float32) float32 { return float32(math.Log(float64(x))) }

// Log1p returns log(1+x), accurate near 0.
func Log1p(x float32) float32 { return float32(math.Log1p(float64(x))) }

// Pow returns x to the power y.
func Pow(x, y float32) float32 { return float32(math.Pow(float64(x), float64(y))) }

// Rsqrt returns 1/√x: +Inf for 0, NaN below.
func Rsqrt(x float32) float32 { return float32(1 / math.Sqrt(float64(x))) }

// Sigmoid returns 1/(1+e⁻ˣ).
func Sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

// Sign returns -1, 0 or 1 after the sign of x, and NaN for NaN.
func Sign(x float32) float32 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// Sqrt returns √x: NaN below 0.
func Sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// Tanh returns the hyperbolic tangent of x.
func Tanh(x float32) float32 { return float32(math.Tanh(float64(x))) }
