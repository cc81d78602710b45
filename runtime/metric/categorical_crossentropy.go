package metric

import "github.com/nngen-go/nngen/runtime/internal/portable"

// CategoricalCrossentropy is the mean over the rows of -Σ t·log y for one-hot
// targets. Probabilities are scaled to the sum 1; outside [1e-7, 1-1e-7] they
// count as the nearer bound. A target t is smoothed to t·(1-s) + s/classes.
// Source: Keras 3, losses/losses.py and backend/tensorflow/nn.py,
// categorical_crossentropy.
func CategoricalCrossentropy(name string, c Crossentropy) Metric {
	return &categoricalCrossentropy{mean{name: name}, c}
}

type categoricalCrossentropy struct {
	mean
	Crossentropy
}

func (m *categoricalCrossentropy) Update(target, output []float32, weight float32) {
	total := 0.0 // of the probabilities; of logits, the logarithm of their exponentials' sum
	if m.FromLogits {
		total = logSumExp(output)
	} else {
		for _, y := range output {
			total += float64(y)
		}
	}
	share := m.LabelSmoothing / float64(len(output))
	var sum float64
	for i, y := range output {
		t := float64(float64(target[i])*(1-m.LabelSmoothing)) + share
		if m.FromLogits {
			sum -= float64(t * (float64(y) - total))
		} else {
			sum -= float64(t * portable.Log(clip(float32(float64(y)/total))))
		}
	}
	m.add(sum, weight)
}

// logSumExp is log Σ exp x, by way of the largest x so that nothing overflows.
func logSumExp(x []float32) float64 {
	top := float64(x[argmax(x)])
	var sum float64
	for _, v := range x {
		sum += portable.Exp(float64(v) - top)
	}
	return top + portable.Log(sum)
}
