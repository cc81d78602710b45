package metric

import "math"

// epsilon keeps divisions and logarithms from zero: Keras's backend.epsilon().
const epsilon = 1e-7

// MeanAbsolutePercentageError is the mean of 100·|target - output| ÷
// max(|target|, 1e-7), first over the elements of a row, then over the rows.
// Source: Keras 3, losses/losses.py, mean_absolute_percentage_error.
func MeanAbsolutePercentageError(name string) Metric {
	return &meanAbsolutePercentageError{mean{name: name}}
}

type meanAbsolutePercentageError struct{ mean }

func (m *meanAbsolutePercentageError) Update(target, output []float32, weight float32) {
	var sum float64
	for i, y := range output {
		t := float64(target[i])
		sum += math.Abs(t-float64(y)) / max(math.Abs(t), epsilon)
	}
	m.add(100*sum/float64(len(output)), weight)
}
