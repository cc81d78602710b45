package metric

// MeanSquaredError is the mean of (target - output)², first over the elements
// of a row, then over the rows. Source: Keras 3, metrics/regression_metrics.py.
func MeanSquaredError(name string) Metric {
	return &meanSquaredError{mean{name: name}}
}

type meanSquaredError struct{ mean }

func (m *meanSquaredError) Update(target, output []float32, weight float32) {
	var sum float64
	for i, y := range output {
		d := float64(target[i]) - float64(y)
		sum += float64(d * d)
	}
	m.add(sum/float64(len(output)), weight)
}
