package data

import (
	"fmt"
	"iter"
	"slices"
)

// Series says how the successive rows of a series become samples: a sample is
// Length rows, its target and weight are those of the row Offset rows after the
// last of them (1: the next row), and the next sample begins Stride rows later.
type Series struct{ Length, Offset, Stride int }

// Windows makes a data set of the windows of a series. The rows of a window lie
// one after the other, and window makes an input of them:
//
//	type Features [12]Step
//	data.Windows(rows, data.Series{Length: 12, Offset: 1, Stride: 1}, func(rows []Step) *Features { return (*Features)(rows) })
//
// A data set in memory shares its rows with the windows. [Split] cuts the rows
// of the series, so that no window lies in both parts. The data set has a method
// Steps() Dataset[X, Y] for the rows, each once.
func Windows[W, X, Y any](d Dataset[X, Y], s Series, window func(rows []X) *W) (Dataset[W, Y], error) {
	if err := errOf(d); err != nil {
		return nil, err
	}
	if s.Length < 1 || s.Offset < 0 || s.Stride < 1 {
		return nil, fmt.Errorf("data: windows of length %d, offset %d, stride %d: length and stride must be at least 1, the offset at least 0", s.Length, s.Offset, s.Stride)
	}
	all, ok := d.(Indexed[X, Y])
	if !ok {
		return &windowStream[W, X, Y]{d, s, window}, nil
	}
	if all.Len() < s.span() {
		return nil, fmt.Errorf("data: %s make no window: one needs %d", plural(all.Len(), "row"), s.span())
	}
	w := &windows[W, X, Y]{steps: all, series: s, window: window}
	if m, ok := d.(*memory[X, Y]); ok {
		w.rows = m.x
	} else {
		for i := range all.Len() {
			x, _, _ := all.At(i)
			w.rows = append(w.rows, *x)
		}
	}
	return w, nil
}

// span is how many rows a window and its target take.
func (s Series) span() int { return s.Length + s.Offset }

// target is the row that holds the target of the window that begins at row 0.
func (s Series) target() int { return s.Length - 1 + s.Offset }

// windows are those of a series in memory.
type windows[W, X, Y any] struct {
	steps  Indexed[X, Y]
	rows   []X // of steps, one after the other
	series Series
	window func(rows []X) *W
}

// Steps is the rows of the series.
func (w *windows[W, X, Y]) Steps() Dataset[X, Y] { return w.steps }

func (w *windows[W, X, Y]) Len() int {
	return (len(w.rows)-1-w.series.target())/w.series.Stride + 1
}

func (w *windows[W, X, Y]) At(i int) (*W, *Y, float32) {
	from := i * w.series.Stride
	_, y, weight := w.steps.At(from + w.series.target())
	return w.window(w.rows[from : from+w.series.Length : from+w.series.Length]), y, weight
}

func (w *windows[W, X, Y]) Rows(int) iter.Seq2[Example[W, Y], error] { return walk(w) }

// Place is that of the window's first row.
func (w *windows[W, X, Y]) Place(i int) string { return placeOf(w.steps, i*w.series.Stride) }

// split cuts the rows: the windows of the two parts share none.
func (w *windows[W, X, Y]) split(fraction float64) (train, validation Indexed[W, Y], err error) {
	first, last, err := Split[X, Y](w.steps, fraction)
	if err != nil {
		return nil, nil, err
	}
	for _, part := range []Indexed[X, Y]{first, last} {
		if part.Len() < w.series.span() {
			return nil, nil, fmt.Errorf("data: a fraction of %v for validation leaves a part of %s, and a window needs %d", fraction, plural(part.Len(), "row"), w.series.span())
		}
	}
	at := first.Len()
	return &windows[W, X, Y]{first, w.rows[:at], w.series, w.window},
		&windows[W, X, Y]{last, w.rows[at:], w.series, w.window}, nil
}

// windowStream makes windows of a series while it is read.
type windowStream[W, X, Y any] struct {
	d      Dataset[X, Y]
	series Series
	window func(rows []X) *W
}

// Steps is the rows of the series.
func (w *windowStream[W, X, Y]) Steps() Dataset[X, Y] { return w.d }

func (w *windowStream[W, X, Y]) Len() int {
	n := w.d.Len()
	if n < 0 {
		return -1
	}
	return max(0, (n-1-w.series.target()+w.series.Stride)/w.series.Stride)
}

func (w *windowStream[W, X, Y]) placeOf(row int) string { return placeOf(w.d, row) }

func (w *windowStream[W, X, Y]) Rows(epoch int) iter.Seq2[Example[W, Y], error] {
	return func(yield func(Example[W, Y], error) bool) {
		var rows []X
		var places []int
		skip := 0 // rows between two windows
		for e, err := range makeRows(deferredRows(w.d, epoch)) {
			if err != nil {
				yield(Example[W, Y]{}, err)
				return
			}
			if skip > 0 {
				skip--
				continue
			}
			rows, places = append(rows, e.X), append(places, e.row)
			if len(rows) < w.series.span() {
				continue
			}
			x := w.window(slices.Clone(rows[:w.series.Length])) // it may keep them
			if !yield(Example[W, Y]{X: *x, Y: e.Y, Weight: e.Weight, row: places[0]}, nil) {
				return
			}
			next := min(w.series.Stride, len(rows))
			skip = w.series.Stride - next
			rows, places = append(rows[:0], rows[next:]...), append(places[:0], places[next:]...)
		}
	}
}

// Steps goes through the rows that the samples of a series are made of: each
// once where d was cut from a table by [Windows], else sample by sample, of which
// rows gives those of one.
func Steps[X, W, Y any](d Dataset[W, Y], rows func(*W) []X) iter.Seq2[*X, error] {
	return func(yield func(*X, error) bool) {
		if table, ok := d.(interface{ Steps() Dataset[X, Y] }); ok {
			for row, err := range table.Steps().Rows(0) {
				if !yield(&row.X, err) {
					return
				}
			}
			return
		}
		for row, err := range d.Rows(0) {
			list := rows(&row.X)
			for t := range list {
				if !yield(&list[t], err) {
					return
				}
			}
		}
	}
}
