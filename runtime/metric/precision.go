package metric

// Precision is the share of true answers among those that are a yes, tp/(tp+fp),
// and 0 where none is. Every target but 0 is a yes. Source: Keras 3,
// metrics/confusion_metrics.py, Precision.
func Precision(name string, d Decision) Metric {
	return &share{perThreshold{d.counts(name), confusion.precision}}
}
