package metric

import (
	"math"

	"github.com/nngen-go/nngen/runtime/internal/portable"
)

// LogCoshError is the mean of log(cosh(output - target)), first over the
// elements of a row, then over the rows. Source: Keras 3, losses/losses.py,
// log_cosh.
func LogCoshError(name string) Metric {
	return &logCoshError{mean{name: name}}
}

type logCoshError struct{ mean }

func (m *logCoshError) Update(target, output []float32, weight float32) {
	var sum float64
	for i, y := range output {
		// log cosh x = |x| + log(1 + exp(-2|x|)) - log 2, which does not overflow.
		x := math.Abs(float64(y) - float64(target[i]))
		sum += x + portable.Log1p(portable.Exp(-2*x)) - math.Ln2
	}
	m.add(sum/float64(len(output)), weight)
}
