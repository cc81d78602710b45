package metric

import "github.com/nngen-go/nngen/runtime/internal/portable"

// KLDivergence is the mean over the rows of Σ target·log(target/output), the
// Kullback-Leibler divergence of two distributions; values outside [1e-7, 1]
// count as the nearer bound. Source: Keras 3, losses/losses.py, kl_divergence.
func KLDivergence(name string) Metric {
	return &klDivergence{mean{name: name}}
}

type klDivergence struct{ mean }

func (m *klDivergence) Update(target, output []float32, weight float32) {
	var sum float64
	for i, y := range output {
		t := min(max(float64(target[i]), epsilon), 1)
		sum += float64(t * portable.Log(t/min(max(float64(y), epsilon), 1)))
	}
	m.add(sum, weight)
}
