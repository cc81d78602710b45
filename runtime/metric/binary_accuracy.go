package metric

// BinaryAccuracy is the share of elements whose output lies on the same side of
// the threshold as its target, which is 0 or 1: an output equal to the
// threshold counts as 0. A row's value is the mean over its elements. Source:
// Keras 3, metrics/accuracy_metrics.py, binary_accuracy; its default threshold
// is 0.5.
func BinaryAccuracy(name string, threshold float64) Metric {
	return &binaryAccuracy{mean{name: name, up: true}, float32(threshold)}
}

type binaryAccuracy struct {
	mean
	threshold float32
}

func (m *binaryAccuracy) Update(target, output []float32, weight float32) {
	hits := 0
	for i, y := range output {
		var class float32
		if y > m.threshold {
			class = 1
		}
		if class == target[i] {
			hits++
		}
	}
	m.add(float64(hits)/float64(len(output)), weight)
}
