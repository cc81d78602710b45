package metric

import "github.com/nngen-go/nngen/runtime/internal/portable"

// Poisson is the mean of output - target·log(output + 1e-7), first over the
// elements of a row, then over the rows: the negative logarithm of a Poisson
// likelihood but for a constant. An output of -1e-7 or less gives NaN, as in
// Keras. Source: Keras 3, losses/losses.py, poisson.
func Poisson(name string) Metric {
	return &poisson{mean{name: name}}
}

type poisson struct{ mean }

func (m *poisson) Update(target, output []float32, weight float32) {
	var sum float64
	for i, y := range output {
		y := float64(y)
		sum += y - float64(float64(target[i])*portable.Log(y+epsilon))
	}
	m.add(sum/float64(len(output)), weight)
}
