package metric

// PrecisionAtRecall is the largest precision tp/(tp+fp) at a threshold where the
// recall tp/(tp+fn) is at least the one given, from 0 to 1. Source: Keras 3,
// metrics/confusion_metrics.py, PrecisionAtRecall.
func PrecisionAtRecall(name string, recall float64, s Sweep) Metric {
	return s.best(name, recall, confusion.recall, confusion.precision)
}
