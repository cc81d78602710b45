package metric

// Recall is the share of targets that are a yes for which the answer is one as
// well, tp/(tp+fn), and 0 where there are none. Every target but 0 is a yes.
// Source: Keras 3, metrics/confusion_metrics.py, Recall.
func Recall(name string, d Decision) Metric {
	return &share{perThreshold{d.counts(name), confusion.recall}}
}
