package metric

// SpecificityAtSensitivity is the largest specificity tn/(tn+fp) at a threshold
// where the sensitivity tp/(tp+fn) is at least the one given, from 0 to 1.
// Source: Keras 3, metrics/confusion_metrics.py, SpecificityAtSensitivity.
func SpecificityAtSensitivity(name string, sensitivity float64, s Sweep) Metric {
	return s.best(name, sensitivity, confusion.recall, confusion.specificity)
}
