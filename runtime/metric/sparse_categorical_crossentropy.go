package metric

import (
	"math"

	"github.com/nngen-go/nngen/runtime/internal/portable"
)

// SparseCategoricalCrossentropy is the mean over the rows of -log y[class].
// Probabilities outside [1e-7, 1-1e-7] count as the nearer bound and are then
// scaled to the sum 1. A row with several targets holds as many groups of
// outputs; its value is the mean over them. A class that is not there gives NaN.
// Source: Keras 3, losses/losses.py and backend/tensorflow/nn.py,
// sparse_categorical_crossentropy.
func SparseCategoricalCrossentropy(name string, fromLogits bool) Metric {
	return &sparseCategoricalCrossentropy{mean{name: name}, fromLogits}
}

type sparseCategoricalCrossentropy struct {
	mean
	fromLogits bool
}

func (m *sparseCategoricalCrossentropy) Update(target, output []float32, weight float32) {
	classes := len(output) / len(target)
	var sum float64
	for i, class := range target {
		sum += m.one(class, output[i*classes:(i+1)*classes])
	}
	m.add(sum/float64(len(target)), weight)
}

func (m *sparseCategoricalCrossentropy) one(class float32, output []float32) float64 {
	if !(class >= 0 && class < float32(len(output))) {
		return math.NaN()
	}
	right := output[int(class)]
	if m.fromLogits {
		return logSumExp(output) - float64(right)
	}
	var total float64
	for _, y := range output {
		total += clip(y)
	}
	return -portable.Log(clip(right) / total)
}
