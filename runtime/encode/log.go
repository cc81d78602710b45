package encode

import "math"

// logOnePlus is the logarithm of 1+x, which is positive: of m·2ⁿ, m from √½ to √2.
func logOnePlus(x float64) float64 {
	if -0.25 < x && x < 0.4 {
		return logQuotient(x / (2 + x))
	}
	const half = 0x3fe6a09e667f3bcd // the bits of √½
	bits := math.Float64bits(1 + x)
	n := int64(bits-half) >> 52
	m := math.Float64frombits(bits - uint64(n)<<52)
	return float64(float64(n)*math.Ln2) + logQuotient((m-1)/(m+1))
}

// logQuotient is the logarithm of (1+s)/(1-s), for |s| up to 0.172.
func logQuotient(s float64) float64 {
	z := float64(s * s)
	p := 0.23619637405962393
	p = 0.28534868701607286 + float64(z*p)
	p = 0.40000387830051387 + float64(z*p)
	p = 0.66666665230064681 + float64(z*p)
	p = 2.0000000000085087 + float64(z*p)
	return float64(s * p)
}
