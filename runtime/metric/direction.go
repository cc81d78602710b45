package metric

// Directed is a metric that tells whether more of it is better, as of an
// accuracy, or less, as of an error: a callback that looks for improvement asks.
// Mere counts tell nothing. Source: Keras 3, the attribute _direction of its
// metrics.
type Directed interface {
	Metric
	HigherIsBetter() bool
}
