package metric

import "math"

// TopKCategoricalAccuracy is the share of rows in which fewer than k outputs are
// larger than the one where the target has its (first) largest value. A row with
// an output that is not finite counts as wrong. Source: Keras 3,
// metrics/accuracy_metrics.py, top_k_categorical_accuracy; its default k is 5.
func TopKCategoricalAccuracy(name string, k int) Metric {
	return &topKCategoricalAccuracy{mean{name: name, up: true}, k}
}

type topKCategoricalAccuracy struct {
	mean
	k int
}

func (m *topKCategoricalAccuracy) Update(target, output []float32, weight float32) {
	hit := 0.0
	if inTopK(float32(argmax(target)), output, m.k) {
		hit = 1
	}
	m.add(hit, weight)
}

// inTopK reports whether fewer than k outputs are larger than that of the class:
// TensorFlow's in_top_k, which says no to classes that are not there and to
// outputs that are not finite.
func inTopK(class float32, output []float32, k int) bool {
	if !(class >= 0 && class < float32(len(output))) {
		return false
	}
	right := output[int(class)]
	larger := 0
	for _, y := range output {
		if d := float64(y); math.IsNaN(d) || math.IsInf(d, 0) {
			return false
		}
		if y > right {
			larger++
		}
	}
	return larger < k
}
