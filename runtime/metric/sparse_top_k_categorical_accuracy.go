package metric

// SparseTopKCategoricalAccuracy is the share of rows in which fewer than k
// outputs are larger than that of the class that the target names. A row with
// several targets holds as many groups of outputs; its value is the mean over
// them. Source: Keras 3, metrics/accuracy_metrics.py,
// sparse_top_k_categorical_accuracy; its default k is 5.
func SparseTopKCategoricalAccuracy(name string, k int) Metric {
	return &sparseTopKCategoricalAccuracy{mean{name: name, up: true}, k}
}

type sparseTopKCategoricalAccuracy struct {
	mean
	k int
}

func (m *sparseTopKCategoricalAccuracy) Update(target, output []float32, weight float32) {
	classes := len(output) / len(target)
	hits := 0
	for i, class := range target {
		if inTopK(class, output[i*classes:(i+1)*classes], m.k) {
			hits++
		}
	}
	m.add(float64(hits)/float64(len(target)), weight)
}
