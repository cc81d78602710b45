package metric

import "github.com/nngen-go/nngen/runtime/internal/portable"

// MeanSquaredLogarithmicError is the mean of (log(1+target) - log(1+output))²,
// where values below 1e-7 count as 1e-7, first over the elements of a row, then
// over the rows. Source: Keras 3, losses/losses.py,
// mean_squared_logarithmic_error.
func MeanSquaredLogarithmicError(name string) Metric {
	return &meanSquaredLogarithmicError{mean{name: name}}
}

type meanSquaredLogarithmicError struct{ mean }

func (m *meanSquaredLogarithmicError) Update(target, output []float32, weight float32) {
	var sum float64
	for i, y := range output {
		d := portable.Log1p(max(float64(y), epsilon)) - portable.Log1p(max(float64(target[i]), epsilon))
		sum += float64(d * d)
	}
	m.add(sum/float64(len(output)), weight)
}
