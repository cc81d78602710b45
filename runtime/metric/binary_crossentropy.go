package metric

import (
	"math"

	"github.com/nngen-go/nngen/runtime/internal/portable"
)

// Crossentropy is how outputs and targets are read by the crossentropies.
type Crossentropy struct {
	FromLogits     bool    `arg:"from_logits" doc:"whether the outputs are logits"` // not probabilities
	LabelSmoothing float64 `arg:"label_smoothing,min=0,max=1" doc:"share of every target that goes to all classes alike"`
}

// BinaryCrossentropy is the mean of -(t·log y + (1-t)·log(1-y)), first over the
// elements of a row, then over the rows. Probabilities outside [1e-7, 1-1e-7]
// count as the nearer bound. A target t is smoothed to t·(1-s) + s/2. Source:
// Keras 3, losses/losses.py, binary_crossentropy.
func BinaryCrossentropy(name string, c Crossentropy) Metric {
	return &binaryCrossentropy{mean{name: name}, c}
}

type binaryCrossentropy struct {
	mean
	Crossentropy
}

func (m *binaryCrossentropy) Update(target, output []float32, weight float32) {
	var sum float64
	for i, y := range output {
		t := float64(float64(target[i])*(1-m.LabelSmoothing)) + float64(0.5*m.LabelSmoothing)
		if m.FromLogits {
			y := float64(y)
			sum += max(y, 0) - float64(y*t) + portable.Log1p(portable.Exp(-math.Abs(y)))
			continue
		}
		p := clip(y)
		sum -= float64(t*portable.Log(p)) + float64((1-t)*portable.Log1p(-p))
	}
	m.add(sum/float64(len(output)), weight)
}

// clip brings a probability into [1e-7, 1-1e-7]. The bounds are float32, as in
// Keras: the upper one is nearer to 1 - 1.2e-7.
func clip(p float32) float64 {
	return float64(min(max(p, epsilon), 1-epsilon))
}
