package metric

// RecallAtPrecision is the largest recall tp/(tp+fn) at a threshold where the
// precision tp/(tp+fp) is at least the one given, from 0 to 1. Source: Keras 3,
// metrics/confusion_metrics.py, RecallAtPrecision.
func RecallAtPrecision(name string, precision float64, s Sweep) Metric {
	return s.best(name, precision, confusion.precision, confusion.recall)
}
