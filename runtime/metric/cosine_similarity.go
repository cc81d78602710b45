package metric

import "math"

// CosineSimilarity is the mean over the rows of the cosine of the angle between
// target and output: 1 where they point the same way, 0 where one of them is
// zero. Source: Keras 3, metrics/regression_metrics.py, cosine_similarity, with
// utils/numerical_utils.py, normalize.
func CosineSimilarity(name string) Metric {
	return &cosineSimilarity{mean{name: name, up: true}}
}

type cosineSimilarity struct{ mean }

func (m *cosineSimilarity) Update(target, output []float32, weight float32) {
	var dot, tt, yy float64
	for i, y := range output {
		t, y := float64(target[i]), float64(y)
		dot += float64(t * y)
		tt += float64(t * t)
		yy += float64(y * y)
	}
	m.add(dot/math.Sqrt(max(tt, epsilon*epsilon))/math.Sqrt(max(yy, epsilon*epsilon)), weight)
}
