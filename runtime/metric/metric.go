// Package metric holds the metrics that Fit and Evaluate report: one per file,
// with the exact definitions of Keras 3.
//
// It is free of networks and data sets: a metric sees one row of targets and
// outputs at a time and keeps sums in float64.
package metric

// Metric accumulates one figure over the rows of an epoch. It is not safe for
// concurrent use.
type Metric interface {
	// Name is the name the figure is reported under: "accuracy".
	Name() string
	// Reset forgets every row seen.
	Reset()
	// Update takes in one row. A target of a sparse class is one element that
	// holds the class number; otherwise target and output have equal length.
	Update(target, output []float32, weight float32)
	// Result is the figure over the rows since Reset, 0 if there were none.
	Result() float64
}

// Stateful is a metric whose sums can be stored and put back, so that an epoch
// can be resumed in the middle with the same bits. Every metric of this package
// is one.
type Stateful interface {
	Metric
	// State is a copy of what the metric has accumulated since Reset. Its length
	// depends on how the metric was made, not on what it has seen.
	State() []float64
	// SetState makes the metric go on from a State of one made alike; of a state
	// of another length it takes nothing over and reports an error.
	SetState(state []float64) error
}

// Stepwise is a metric that is a mean over vectors along the last axis: of an output
// with steps it is shown every step that counts, with its target, as a row of its own.
// Others are shown all of a row, whether its steps count or not, as Keras does.
// Source: Keras 3, metrics/reduction_metrics.py, MeanMetricWrapper.update_state, which
// alone looks for a mask.
type Stepwise interface {
	Metric
	Stepwise() bool
}

// Several is a metric of more than one figure: one for each class, or for each
// threshold. The history holds them as name_0, name_1 and so on; a metric with
// one figure keeps its plain name.
type Several interface {
	Metric
	// Len is the number of figures.
	Len() int
	// At is figure i of Len over the rows since Reset.
	At(i int) float64
}
