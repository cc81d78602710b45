package metric

// SensitivityAtSpecificity is the largest sensitivity tp/(tp+fn) at a threshold
// where the specificity tn/(tn+fp) is at least the one given, from 0 to 1.
// Source: Keras 3, metrics/confusion_metrics.py, SensitivityAtSpecificity.
func SensitivityAtSpecificity(name string, specificity float64, s Sweep) Metric {
	return s.best(name, specificity, confusion.specificity, confusion.recall)
}
