package data

import "iter"

// lazy is a stream whose rows are soon listed but take work to make. Whoever
// reads it may shuffle what is listed, and make several rows at the same time.
type lazy[X, Y any] interface {
	deferred(epoch int) iter.Seq2[deferred[X, Y], error]
}

// deferred makes a row. It may be called from any goroutine.
type deferred[X, Y any] func(*Example[X, Y]) error

// deferredRows lists the rows of any stream.
func deferredRows[X, Y any](d Dataset[X, Y], epoch int) iter.Seq2[deferred[X, Y], error] {
	if l, ok := d.(lazy[X, Y]); ok {
		return l.deferred(epoch)
	}
	return func(yield func(deferred[X, Y], error) bool) {
		at := 0
		_, placed := d.(placer)
		for e, err := range d.Rows(epoch) {
			if !placed {
				e.row = at
				at++
			}
			if err != nil {
				yield(nil, err)
				return
			}
			made := func(dst *Example[X, Y]) error { *dst = e; return nil }
			if !yield(made, nil) {
				return
			}
		}
	}
}

// makeRows makes the rows of a list one after the other.
func makeRows[X, Y any](list iter.Seq2[deferred[X, Y], error]) iter.Seq2[Example[X, Y], error] {
	return func(yield func(Example[X, Y], error) bool) {
		for row, err := range list {
			var e Example[X, Y]
			if err == nil {
				err = row(&e)
			}
			if err != nil {
				yield(Example[X, Y]{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}
