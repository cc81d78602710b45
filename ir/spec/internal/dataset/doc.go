// Package dataset is the data section of a description: where rows come from, and
// how they become inputs and targets. It is read, checked in itself and written
// here; what depends on the inputs and outputs of the model is package spec's.
package dataset
