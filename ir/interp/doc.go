// Package interp runs tensor graphs as they are built: value by value, with the
// Eval rule of every primitive. In float64 it is the oracle that everything
// compiled is compared with. In float32, with a BLAS under the contractions
// (im2col under convolutions) and memory that is used again from step to step,
// it is an honest interpreted engine to measure against. It knows nothing of loops, of plans and of how
// graphs come about; a graph is differentiated before it gets here.
package interp
