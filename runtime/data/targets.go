package data

import "iter"

// MakeTargets makes a data set of the same inputs and weights whose targets set
// makes of the inputs, as an autoencoder wants them. Set gets the target that
// stood there. An [Indexed] data set keeps its inputs where they are; a stream
// gets its targets while it is read.
func MakeTargets[X, Y any](d Dataset[X, Y], set func(y *Y, x *X)) Dataset[X, Y] {
	all, ok := d.(Indexed[X, Y])
	if !ok {
		return &targeted[X, Y]{d, set}
	}
	if errOf(d) != nil {
		return d
	}
	made := &targetedRows[X, Y]{Indexed: all, y: make([]Y, all.Len())}
	for i := range made.y {
		x, y, _ := all.At(i)
		made.y[i] = *y
		set(&made.y[i], x)
	}
	return made
}

// targetedRows is a data set with targets of its own.
type targetedRows[X, Y any] struct {
	Indexed[X, Y]
	y []Y
}

func (t *targetedRows[X, Y]) At(i int) (*X, *Y, float32) {
	x, _, w := t.Indexed.At(i)
	return x, &t.y[i], w
}

func (t *targetedRows[X, Y]) Rows(int) iter.Seq2[Example[X, Y], error] { return walk(t) }

// Place says which row of which file row i is, for messages.
func (t *targetedRows[X, Y]) Place(i int) string { return placeOf(t.Indexed, i) }

// targeted is a stream that gets its targets while it is read.
type targeted[X, Y any] struct {
	d   Dataset[X, Y]
	set func(y *Y, x *X)
}

func (t *targeted[X, Y]) Err() error { return errOf(t.d) }

func (t *targeted[X, Y]) Len() int { return t.d.Len() }

func (t *targeted[X, Y]) placeOf(row int) string { return placeOf(t.d, row) }

func (t *targeted[X, Y]) Rows(epoch int) iter.Seq2[Example[X, Y], error] {
	return makeRows(t.deferred(epoch))
}

func (t *targeted[X, Y]) deferred(epoch int) iter.Seq2[deferred[X, Y], error] {
	return func(yield func(deferred[X, Y], error) bool) {
		for row, err := range deferredRows(t.d, epoch) {
			if err != nil {
				yield(nil, err)
				return
			}
			made := func(dst *Example[X, Y]) error {
				if err := row(dst); err != nil {
					return err
				}
				t.set(&dst.Y, &dst.X)
				return nil
			}
			if !yield(made, nil) {
				return
			}
		}
	}
}
