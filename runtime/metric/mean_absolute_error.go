package metric

import "math"

// MeanAbsoluteError is the mean of |target - output|, first over the elements
// of a row, then over the rows. Source: Keras 3, metrics/regression_metrics.py.
func MeanAbsoluteError(name string) Metric {
	return &meanAbsoluteError{mean{name: name}}
}

type meanAbsoluteError struct{ mean }

func (m *meanAbsoluteError) Update(target, output []float32, weight float32) {
	var sum float64
	for i, y := range output {
		sum += math.Abs(float64(target[i]) - float64(y))
	}
	m.add(sum/float64(len(output)), weight)
}
