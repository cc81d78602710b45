package nn

import "math"

// FanMode says which fan the variance of [VarianceScaling] is divided by.
type FanMode uint8

const (
	FanIn  FanMode = iota // the number of inputs of a unit
	FanOut                // the number of units an input feeds
	FanAvg                // the mean of both
)

// Distribution is the distribution that [VarianceScaling] draws from.
type Distribution uint8

const (
	Truncated   Distribution = iota // normal within two standard deviations (Keras: truncated_normal)
	Untruncated                     // normal (Keras: untruncated_normal)
	Uniform                         // uniform (Keras: uniform)
)

// truncatedStddev is the standard deviation of a standard normal variable
// confined to [-2, 2]; Keras divides by it so that the variance comes out
// right (initializers/random_initializers.py).
const truncatedStddev = 0.87962566103423978

// VarianceScaling fills dst with independent values of mean 0 and variance
// scale/n, where n is the fan that mode names, at least 1 (Keras:
// VarianceScaling). A uniform distribution reaches to ±√(3·scale/n).
func VarianceScaling(dst []float32, key Key, scale float64, mode FanMode, d Distribution, fanIn, fanOut int) {
	n := float64(fanIn)
	switch mode {
	case FanOut:
		n = float64(fanOut)
	case FanAvg:
		n = (float64(fanIn) + float64(fanOut)) / 2
	}
	variance := scale / max(1, n)
	switch d {
	case Untruncated:
		RandomNormal(dst, key, 0, math.Sqrt(variance))
	case Uniform:
		limit := math.Sqrt(3 * variance)
		RandomUniform(dst, key, -limit, limit)
	default:
		TruncatedNormal(dst, key, 0, math.Sqrt(variance)/truncatedStddev)
	}
}
