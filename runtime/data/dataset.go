package data

import (
	"fmt"
	"iter"
)

// Example is one row of a data set: an input, its target and its weight in the
// loss. A weight of 0 leaves the row out of the loss; nearly always it is 1.
type Example[X, Y any] struct {
	X      X
	Y      Y
	Weight float32

	row int // what a stream knows the row by: see placer
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

// Placed is a data set that knows where its rows come from.
type Placed interface {
	// Place names the file and the place in it of row i, 0 <= i < Len(), for
	// messages: "train.csv:12".
	Place(i int) string
}

// PlaceOf names the place of a row of the data set d, for messages: "train.csv:12",
// or "row 11", counted from 0, where it is not known.
func PlaceOf(d any, row int) string { return placeOf(d, row) }

// placer is what a stream is that knows where an example comes from.
type placer interface{ placeOf(row int) string }

// placeOf names the place of an example of the data set d.
func placeOf(d any, row int) string {
	switch d := d.(type) {
	case placer:
		return d.placeOf(row)
	case Placed:
		return d.Place(row)
	}
	return fmt.Sprintf("row %d", row)
}

// placesOnly is a data set that can tell places after its rows are gone.
type placesOnly interface{ places() func(i int) string }

// placesOf returns the places of the rows of an indexed data set. Where it can,
// it keeps no row in memory.
func placesOf(d any) func(i int) string {
	if p, ok := d.(placesOnly); ok {
		return p.places()
	}
	return func(i int) string { return placeOf(d, i) }
}

// walk reads an indexed data set from beginning to end. A sequence that is inlined
// would be compiled again for each method that returns one, in every generated package.
//
//go:noinline
func walk[X, Y any](d Indexed[X, Y]) iter.Seq2[Example[X, Y], error] {
	return func(yield func(Example[X, Y], error) bool) {
		for i := range d.Len() {
			x, y, w := d.At(i)
			if !yield(Example[X, Y]{X: *x, Y: *y, Weight: w, row: i}, nil) {
				return
			}
		}
	}
}

// errOf returns why a data set cannot be read, if it knows that beforehand.
func errOf(d any) error {
	if e, ok := d.(interface{ Err() error }); ok {
		return e.Err()
	}
	return nil
}
