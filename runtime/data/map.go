package data

import (
	"errors"
	"fmt"
	"iter"
)

// Map makes a data set of other inputs, with the same targets and weights. An
// [Indexed] data set is mapped at once, by up to GOMAXPROCS goroutines that call
// f at the same time; the errors of the first ten rows that have one are
// returned together. A stream is mapped row by row while it is read, and ends
// at the first error. Errors begin with the place of their row.
//
//	d, err := data.Map(rows, m.Encode)
func Map[Z, X, Y any](d Dataset[X, Y], f func(dst *Z, x X) error) (Dataset[Z, Y], error) {
	if d == nil {
		return nil, errors.New("data: there is no data set")
	}
	if err := errOf(d); err != nil {
		return nil, err
	}
	all, ok := d.(Indexed[X, Y])
	if !ok {
		return &mapped[Z, X, Y]{d, f}, nil
	}
	n := all.Len()
	m := &memory[Z, Y]{x: make([]Z, n), y: make([]Y, n)}
	err := parallel(n, func(i int) error {
		x, _, _ := all.At(i)
		return placed(d, i, f(&m.x[i], *x))
	})
	if err != nil {
		return nil, err
	}
	for i := range n {
		_, y, w := all.At(i)
		m.y[i] = *y
		weigh(&m.about, i, w)
	}
	m.place = placesOf(d)
	return m, nil
}

// placed begins an error with the place of its row.
func placed(d any, row int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", placeOf(d, row), err)
}

// mapped is a stream whose inputs become others while it is read.
type mapped[Z, X, Y any] struct {
	d Dataset[X, Y]
	f func(dst *Z, x X) error
}

func (m *mapped[Z, X, Y]) Len() int { return m.d.Len() }

func (m *mapped[Z, X, Y]) placeOf(row int) string { return placeOf(m.d, row) }

func (m *mapped[Z, X, Y]) Rows(epoch int) iter.Seq2[Example[Z, Y], error] {
	return makeRows(m.deferred(epoch))
}

func (m *mapped[Z, X, Y]) deferred(epoch int) iter.Seq2[deferred[Z, Y], error] {
	return func(yield func(deferred[Z, Y], error) bool) {
		for row, err := range deferredRows(m.d, epoch) {
			if err != nil {
				yield(nil, err)
				return
			}
			made := func(dst *Example[Z, Y]) error {
				var e Example[X, Y]
				if err := row(&e); err != nil {
					return err
				}
				*dst = Example[Z, Y]{Y: e.Y, Weight: e.Weight, row: e.row}
				return placed(m.d, e.row, m.f(&dst.X, e.X))
			}
			if !yield(made, nil) {
				return
			}
		}
	}
}
