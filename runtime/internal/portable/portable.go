// Package portable holds functions of package math that give the same bits on
// every processor. Those of package math do not: some are assembly for some
// processors, and in the others a compiler may add a product to something
// without rounding it. Here every product is rounded before anything is added
// to it.
//
// Results are within two units in the last place of float64, those of Cos
// within 1e-15.
package portable

import "math"

// mul is x·y, rounded.
func mul(x, y float64) float64 { return float64(x * y) }

// polynomial is Σ c[i]·xⁱ.
func polynomial(x float64, c []float64) float64 {
	y := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		y = c[i] + mul(x, y)
	}
	return y
}

// series lists the coefficients of n terms.
func series(n int, term func(i int) float64) []float64 {
	c := make([]float64, n)
	for i := range c {
		c[i] = term(i)
	}
	return c
}

func factorial(n int) float64 {
	f := 1.0
	for i := 2; i <= n; i++ {
		f *= float64(i)
	}
	return f
}

var (
	// (eˣ - 1)/x, of which |x| ≤ log(2)/2 needs 13 terms.
	expTerms = series(13, func(i int) float64 { return 1 / factorial(i+1) })
	// log((1+s)/(1-s))/s in s², for |s| up to 0.172.
	logTerms = series(11, func(i int) float64 { return 2 / float64(2*i+1) })
	// sin(x)/x and cos(x) in x², for |x| up to π/4.
	sinTerms = series(9, func(i int) float64 { return sign(i) / factorial(2*i+1) })
	cosTerms = series(10, func(i int) float64 { return sign(i) / factorial(2*i) })
)

// sign is (-1)ⁱ.
func sign(i int) float64 { return float64(1 - i%2*2) }

// The natural logarithm of 2 in two parts, of which the first has so few bits
// that its products with exponents are exact.
const (
	ln2High = 0x1.62e42feep-1
	ln2Low  = math.Ln2 - ln2High
)

// Exp returns eˣ.
func Exp(x float64) float64 {
	switch {
	case !(x < 710): // infinite, or not a number
		return x * math.Inf(1)
	case x < -746:
		return 0
	}
	n := math.Floor(mul(x, math.Log2E) + 0.5)
	r := x - mul(n, ln2High) - mul(n, ln2Low)
	y := 1 + mul(r, polynomial(r, expTerms))
	return math.Ldexp(y, int(n))
}

// Log returns the natural logarithm of x: -Inf for 0, NaN below.
func Log(x float64) float64 {
	if !(x > 0 && x <= math.MaxFloat64) {
		return math.Log(x) // exact
	}
	m, n := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, n = 2*m, n-1
	}
	return mul(float64(n), ln2High) + (logRatio((m-1)/(m+1)) + mul(float64(n), ln2Low))
}

// logRatio is log((1+s)/(1-s)).
func logRatio(s float64) float64 { return mul(s, polynomial(mul(s, s), logTerms)) }

// Log1p returns log(1+x), accurate near 0.
func Log1p(x float64) float64 {
	switch {
	case -0.25 < x && x < 0.4:
		return logRatio(x / (2 + x))
	case x > -1:
		return Log(1 + x)
	}
	return math.Log1p(x) // -Inf, or not a number
}

// Pow returns x to the power y, for finite x > 0 and finite y within about
// |y·log x| units in the last place; anything else is left to math.Pow.
func Pow(x, y float64) float64 {
	if !(x > 0 && x <= math.MaxFloat64) || !(math.Abs(y) <= math.MaxFloat64) {
		return math.Pow(x, y)
	}
	return Exp(mul(y, Log(x)))
}

// Cos returns the cosine of x, from 0 to π.
func Cos(x float64) float64 {
	quarter := math.Floor(mul(x, 2/math.Pi) + 0.5) // of the circle: the nearest one
	x -= mul(quarter, math.Pi/2)
	z := mul(x, x)
	switch quarter {
	case 0:
		return polynomial(z, cosTerms)
	case 1:
		return -mul(x, polynomial(z, sinTerms))
	}
	return -polynomial(z, cosTerms)
}
