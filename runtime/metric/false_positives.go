package metric

// FalsePositives is the weight of the outputs whose target is a no and that are
// themselves above the threshold: one figure for each threshold, and for 0.5
// where there are none. Every target but 0 is a yes. Source: Keras 3,
// metrics/confusion_metrics.py, FalsePositives.
func FalsePositives(name string, thresholds ...float64) Metric {
	return &perThreshold{Decision{Thresholds: thresholds}.counts(name), func(m confusion) float64 { return m.fp }}
}
