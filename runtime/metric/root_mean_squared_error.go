package metric

import "math"

// RootMeanSquaredError is the root of the mean of (target - output)² over all
// elements of all rows. Source: Keras 3, metrics/regression_metrics.py.
func RootMeanSquaredError(name string) Metric {
	return &rootMeanSquaredError{meanSquaredError{mean{name: name}}}
}

type rootMeanSquaredError struct{ meanSquaredError }

// Stepwise is false: Keras's class is a Mean that does not look for a mask.
func (m *rootMeanSquaredError) Stepwise() bool { return false }

func (m *rootMeanSquaredError) Result() float64 { return math.Sqrt(m.mean.Result()) }
