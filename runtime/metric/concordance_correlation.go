package metric

// ConcordanceCorrelation is the mean over the rows of the agreement of outputs and
// targets (Lin, A concordance correlation coefficient to evaluate reproducibility,
// Biometrics 45, 1989),
//
//	2·covariance ÷ (both variances + the square of how far the means are apart + 1e-7).
//
// A row of several groups of so many outputs has one for each, of which the mean is
// taken. Source: Keras 3, metrics/correlation_metrics.py, concordance_correlation.
func ConcordanceCorrelation(name string, outputs int) Metric {
	return &correlation{mean{name: name, up: true}, outputs, concordance}
}

func concordance(a, b sample) float64 {
	apart := a.mean - b.mean
	return 2 * b.covariance / (a.variance + b.variance + float64(apart*apart) + 1e-7)
}
