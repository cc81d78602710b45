package metric

// SparseCategoricalAccuracy is the share of rows whose largest output, the
// first of several equal ones, is at the class that the target names. A row
// with several targets (one per time step, say) holds as many groups of
// outputs; its value is the mean over them. Source: Keras 3,
// metrics/accuracy_metrics.py, sparse_categorical_accuracy.
func SparseCategoricalAccuracy(name string) Metric {
	return &sparseCategoricalAccuracy{mean{name: name, up: true}}
}

type sparseCategoricalAccuracy struct{ mean }

func (m *sparseCategoricalAccuracy) Update(target, output []float32, weight float32) {
	classes := len(output) / len(target)
	hits := 0
	for i, class := range target {
		if float32(argmax(output[i*classes:(i+1)*classes])) == class {
			hits++
		}
	}
	m.add(float64(hits)/float64(len(target)), weight)
}
