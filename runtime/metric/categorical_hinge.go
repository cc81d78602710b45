package metric

import "math"

// CategoricalHinge is the mean over the rows of max(neg - pos + 1, 0), where pos
// is Σ target·output and neg the largest (1 - target)·output; targets are
// one-hot. Source: Keras 3, losses/losses.py, categorical_hinge.
func CategoricalHinge(name string) Metric {
	return &categoricalHinge{mean{name: name}}
}

type categoricalHinge struct{ mean }

func (m *categoricalHinge) Update(target, output []float32, weight float32) {
	pos, neg := 0.0, math.Inf(-1)
	for i, y := range output {
		t, y := float64(target[i]), float64(y)
		pos += float64(t * y)
		neg = max(neg, (1-t)*y)
	}
	m.add(max(neg-pos+1, 0), weight)
}
