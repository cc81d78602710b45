package nn

import "github.com/nngen-go/nngen/runtime/internal/portable"

// RandomNormal fills dst with independent values of a normal distribution
// (Keras: RandomNormal).
func RandomNormal(dst []float32, key Key, mean, stddev float64) {
	for i := range dst {
		dst[i] = float32(mean + float64(stddev*key.normal(i)))
	}
}

// normal returns element i of a tensor of standard normal values, by inversion
// of the distribution function: one value per element, with no rejection and
// no pairing, keeps every element a pure function of its position.
func (k Key) normal(i int) float64 { return portable.Quantile(k.open(i)) }

// open returns element i of a tensor of values uniform in the open interval
// (0, 1), with 52 random bits.
func (k Key) open(i int) float64 {
	block := uint64(i) / 2
	w := k.Bits4(uint32(block>>32), uint32(block))
	hi, lo := w[0], w[1]
	if i%2 == 1 {
		hi, lo = w[2], w[3]
	}
	return (float64((uint64(hi)<<32|uint64(lo))>>12) + 0.5) * 0x1p-52
}
