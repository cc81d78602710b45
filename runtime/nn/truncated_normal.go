package nn

import "math"

// TruncatedNormal fills dst with independent values of a normal distribution
// confined to two standard deviations on either side of its mean (Keras:
// TruncatedNormal, which redraws what falls outside). The standard deviation
// of the result is 0.8796·stddev.
func TruncatedNormal(dst []float32, key Key, mean, stddev float64) {
	lower := 0.5 * math.Erfc(math.Sqrt2) // Φ(-2)
	for i := range dst {
		p := lower + (1-2*lower)*key.open(i)
		dst[i] = float32(mean + stddev*quantile(p))
	}
}
