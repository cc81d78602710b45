package metric

import "math"

// PearsonCorrelation is the mean over the rows of the correlation of outputs and
// targets; a row of several groups of so many outputs has one for each, of which the
// mean is taken. It is NaN where one of the two is constant. Source: Keras 3,
// metrics/correlation_metrics.py, pearson_correlation.
func PearsonCorrelation(name string, outputs int) Metric {
	return &correlation{mean{name: name, up: true}, outputs, pearson}
}

// correlation is the mean of a measure of how alike two groups of numbers are.
type correlation struct {
	mean
	outputs int
	of      func(a, b sample) float64
}

func (m *correlation) Update(target, output []float32, weight float32) {
	var sum float64
	for at := 0; at < len(output); at += m.outputs {
		t, y := target[at:at+m.outputs], output[at:at+m.outputs]
		sum += m.of(sampleOf(t, y))
	}
	m.add(sum*float64(m.outputs)/float64(len(output)), weight)
}

// sample is the mean of numbers, their variance, and their products with what the
// others differ from their mean by.
type sample struct{ mean, variance, covariance float64 }

func sampleOf(t, y []float32) (a, b sample) {
	n := float64(len(t))
	for i := range t {
		a.mean += float64(t[i]) / n
		b.mean += float64(y[i]) / n
	}
	for i := range t {
		dt, dy := float64(t[i])-a.mean, float64(y[i])-b.mean
		a.variance += float64(dt * dt / n)
		b.variance += float64(dy * dy / n)
		a.covariance += float64(dt * dy / n)
		b.covariance += float64((float64(t[i]) - b.mean) * dy / n)
	}
	return a, b
}

func pearson(a, b sample) float64 {
	return a.covariance / math.Sqrt(a.variance) / math.Sqrt(b.variance)
}
