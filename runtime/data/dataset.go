package data

import "iter"

// Example is one row of a data set: an input, its target and its weight in the
// loss. A weight of 0 leaves the row out of the loss; nearly always it is 1.
type Example[X, Y any] struct {
	X      X
	Y      Y
	Weight float32
}

// Dataset is a sequence of examples that can be read once per epoch.
type Dataset[X, Y any] interface {
	// Len is the number of rows, or -1 if it is not known before reading.
	Len() int
	// Rows reads the data set once. The epoch counts from 0, so that a data set
	// may order or augment its rows anew each time. What an example refers to
	// must stay unchanged until the batch it belongs to has been trained on.
	// The sequence ends after the first error.
	Rows(epoch int) iter.Seq2[Example[X, Y], error]
}

// Indexed is a data set with random access. Fit shuffles only these, and only
// these can be split.
type Indexed[X, Y any] interface {
	Dataset[X, Y]
	// At returns row i, 0 <= i < Len(). The pointers stay valid and the values
	// unchanged while the data set is in use.
	At(i int) (x *X, y *Y, weight float32)
}
