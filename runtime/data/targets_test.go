package data

import (
	"iter"
	"slices"
	"strings"
	"testing"
)

// Targets made of inputs are the same in memory and of a stream, at whatever
// place they are made, and leave the rows that they come from alone.
func TestMakeTargets(t *testing.T) {
	type row [3]float32
	var x []row
	var y []row
	var w []float32
	for i := range 50 {
		x, y, w = append(x, row{float32(i), 1, 2}), append(y, row{7}), append(w, float32(i%3))
	}
	set := func(y *row, x *row) { y[1] = 2 * x[0] }
	memory := WeightedSlices(x, y, w)
	twice, err := Map(memory, func(dst *row, x row) error { *dst = row{x[0]}; return nil })
	if err != nil {
		t.Fatal(err)
	}
	stream := Dataset[row, row](plainStream[row, row]{memory})
	mapped, err := Map(stream, func(dst *row, x row) error { *dst = row{x[0]}; return nil })
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]Dataset[row, row]{
		"memory": MakeTargets(memory, set), "mapped memory": MakeTargets(twice, set), "stream": MakeTargets(stream, set),
		"mapped stream": MakeTargets(mapped, set), "read ahead": Prefetch(MakeTargets(mapped, set), 8),
	} {
		n := 0
		for e, err := range d.Rows(0) {
			if err != nil || e.X[0] != float32(n) || e.Y != (row{7, 2 * float32(n)}) || e.Weight != w[n] {
				t.Errorf("%s: row %d: %v %v %v", name, n, e.X, e.Y, err)
			}
			n++
		}
		if n != len(x) {
			t.Errorf("%s: %d rows", name, n)
		}
	}
	if slices.ContainsFunc(y, func(y row) bool { return y != row{7} }) {
		t.Error("the targets that stood there have changed")
	}
	made := MakeTargets(memory, set)
	if p := made.(Placed).Place(4); p != "row 4" {
		t.Error(p)
	}
	train, held, err := Split(made, 0.5)
	if err != nil || train.Len() != 25 || held.Len() != 25 {
		t.Fatal(err)
	}
	if _, y, _ := held.At(0); *y != (row{7, 50}) {
		t.Error(*y)
	}
	uneven := MakeTargets(Slices(x, y[:3]), set)
	for _, err := range uneven.Rows(0) {
		if err == nil || !strings.Contains(err.Error(), "50 inputs, 3 targets") {
			t.Error(err)
		}
	}
}

// plainStream hides everything but the rows.
type plainStream[X, Y any] struct{ d Dataset[X, Y] }

func (s plainStream[X, Y]) Len() int { return -1 }

func (s plainStream[X, Y]) Rows(epoch int) iter.Seq2[Example[X, Y], error] { return s.d.Rows(epoch) }
