package metric

// CategoricalAccuracy is the share of rows whose largest output is where
// the target has its largest value, the first of several equal ones on both
// sides. Source: Keras 3, metrics/accuracy_metrics.py, categorical_accuracy.
func CategoricalAccuracy(name string) Metric {
	return &categoricalAccuracy{mean{name: name, up: true}}
}

type categoricalAccuracy struct{ mean }

func (m *categoricalAccuracy) Update(target, output []float32, weight float32) {
	hit := 0.0
	if argmax(output) == argmax(target) {
		hit = 1
	}
	m.add(hit, weight)
}

// argmax is the index of the first of the largest values.
func argmax(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}
