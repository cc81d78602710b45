package nn

import "github.com/nngen-go/nngen/runtime/internal/portable"

// TruncatedNormal fills dst with independent values of a normal distribution
// confined to two standard deviations on either side of its mean (Keras:
// TruncatedNormal, which redraws what falls outside). The standard deviation
// of the result is 0.8796·stddev.
func TruncatedNormal(dst []float32, key Key, mean, stddev float64) {
	const lower = 0.022750131948179207 // Φ(-2)
	for i := range dst {
		p := lower + float64((1-2*lower)*key.open(i))
		dst[i] = float32(mean + float64(stddev*portable.Quantile(p)))
	}
}
