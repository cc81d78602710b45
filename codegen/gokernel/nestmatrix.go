package gokernel

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// ownLoops is a nest as it is printed: a single store has all the loops as its
// own, and a loop through the whole of a matrix of parameters, whose array has
// rows and columns, is one over either.
func ownLoops(n *loop.Nest) *loop.Nest {
	t := &loop.Nest{Outer: n.Outer, Body: slices.Clone(n.Body)}
	if s := &t.Body[0]; len(t.Body) == 1 && s.Reduce == loop.Store {
		s.Inner, t.Outer = t.Axes(*s), nil
	}
	columns := map[int]int{} // of matrices, by their number of elements
	for _, s := range t.Body {
		axes := t.Axes(s)
		for _, a := range append([]loop.Access{s.Dst}, s.Srcs...) {
			if shape := a.Buf.Shape; (a.Buf.Class == loop.Param || a.Buf.Class == loop.Gradient) && len(shape) == 2 && shape[0] > 1 && shape[1] > 1 {
				for i, stride := range a.Strides {
					if stride == 1 && axes[i].N == a.Buf.Row() {
						columns[axes[i].N] = shape[1]
					}
				}
			}
		}
	}
	if len(columns) == 0 {
		return t
	}
	for i := range t.Body {
		s := &t.Body[i]
		from := len(t.Outer)
		all := append(slices.Clone(t.Outer), s.Inner...)
		at := func(a loop.Access) loop.Access { return byRows(a, all, columns) }
		s.Dst, s.Srcs = at(s.Dst), slices.Clone(s.Srcs)
		for j, a := range s.Srcs {
			s.Srcs[j] = at(a)
		}
		s.Inner = inRows(all[from:], columns)
	}
	t.Outer = inRows(t.Outer, columns)
	return t
}

// inRows are loops with those through a matrix taken apart.
func inRows(axes []loop.Axis, columns map[int]int) []loop.Axis {
	var list []loop.Axis
	for _, a := range axes {
		if n := columns[a.N]; n > 0 && !a.Rows {
			list = append(list, loop.Axis{Name: "i", N: a.N / n}, loop.Axis{Name: "o", N: n})
		} else {
			list = append(list, a)
		}
	}
	return list
}

// byRows is an access over loops that are taken apart.
func byRows(a loop.Access, axes []loop.Axis, columns map[int]int) loop.Access {
	if a.Index != nil {
		index := byRows(*a.Index, axes, columns)
		a.Index = &index
	}
	var strides []int
	for i, x := range axes {
		if n := columns[x.N]; n > 0 && !x.Rows {
			strides = append(strides, a.Strides[i]*n)
		}
		strides = append(strides, a.Strides[i])
	}
	a.Strides = strides
	return a
}
