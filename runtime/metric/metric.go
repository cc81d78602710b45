// Package metric holds the metrics that Fit and Evaluate report: one per file,
// with the exact definitions of Keras 3.
//
// It is free of networks and data sets: a metric sees one row of targets and
// outputs at a time and keeps a weighted mean in float64.
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
