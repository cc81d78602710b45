package metric

// Directed is a metric of its own making that tells whether more of it is
// better, as of an accuracy, or less, as of an error.
type Directed interface {
	Metric
	HigherIsBetter() bool
}

// HigherIsBetter reports whether more of a metric is better, and whether that is
// known: a callback that looks for improvement asks. Source: Keras 3, the
// attribute _direction of its metrics.
func HigherIsBetter(m Metric) (higher, known bool) {
	switch m := m.(type) {
	case Directed:
		return m.HigherIsBetter(), true
	case *binaryAccuracy, *categoricalAccuracy, *sparseCategoricalAccuracy:
		return true, true
	case *meanAbsoluteError, *meanSquaredError:
		return false, true
	}
	return false, false
}
