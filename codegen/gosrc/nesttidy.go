package gosrc

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// tidyNest turns reductions of one value into stores, drops loops of one turn,
// splits an axis that runs through a whole matrix of parameters, or through
// whole rows where random numbers need row and element, and gives a single
// store all its loops as one group.
func tidyNest(n *loop.Nest) *loop.Nest {
	t := &loop.Nest{Outer: slices.Clone(n.Outer)}
	for _, s := range n.Body {
		if len(s.Inner) == 0 && (s.Reduce == loop.Sum || s.Reduce == loop.Max) {
			if s.Finish != nil {
				s.Value = scalar.Substitute(s.Finish, []scalar.Expr{s.Value})
			}
			s.Reduce, s.Finish = loop.Store, nil
		}
		s.Inner = slices.Clone(s.Inner)
		s.Dst = cloneAccess(s.Dst)
		s.Srcs = slices.Clone(s.Srcs)
		for i := range s.Srcs {
			s.Srcs[i] = cloneAccess(s.Srcs[i])
		}
		t.Body = append(t.Body, s)
	}
	each := func(s *loop.Stmt, f func(a *loop.Access)) {
		var visit func(a *loop.Access)
		visit = func(a *loop.Access) {
			f(a)
			if a.Index != nil {
				visit(a.Index)
			}
		}
		visit(&s.Dst)
		for i := range s.Srcs {
			visit(&s.Srcs[i])
		}
	}
	matrices := map[int]int{} // a run through all of a matrix of parameters: elements, columns
	note := func(a loop.Access, axes []loop.Axis) {
		if shape := a.Buf.Shape; (a.Buf.Class == loop.Param || a.Buf.Class == loop.Gradient) && len(shape) == 2 && shape[0] > 1 && shape[1] > 1 {
			for i, s := range a.Strides {
				if s == 1 && axes[i].N == a.Buf.Row() {
					matrices[axes[i].N] = shape[1]
				}
			}
		}
	}
	for _, s := range t.Body {
		for _, a := range append([]loop.Access{s.Dst}, s.Srcs...) {
			note(a, t.Axes(s))
		}
	}
	draws := false
	for i := range t.Body {
		each(&t.Body[i], func(a *loop.Access) { draws = draws || a.Buf.Class == loop.Random })
	}
	// change visits the loops from the inside out: of every statement, then the
	// common ones.
	change := func(f func(group []loop.Axis, i int) []loop.Axis, strides func(s []int, at int, a loop.Axis) []int) {
		for bi := range t.Body {
			s := &t.Body[bi]
			for i := len(s.Inner) - 1; i >= 0; i-- {
				a := s.Inner[i]
				if next := f(s.Inner, i); next != nil {
					s.Inner = slices.Replace(s.Inner, i, i+1, next...)
					each(s, func(acc *loop.Access) { acc.Strides = strides(acc.Strides, len(t.Outer)+i, a) })
				}
			}
		}
		for i := len(t.Outer) - 1; i >= 0; i-- {
			a := t.Outer[i]
			if next := f(t.Outer, i); next != nil {
				t.Outer = slices.Replace(t.Outer, i, i+1, next...)
				for bi := range t.Body {
					each(&t.Body[bi], func(acc *loop.Access) { acc.Strides = strides(acc.Strides, i, a) })
				}
			}
		}
	}
	change(func(g []loop.Axis, i int) []loop.Axis {
		if a := g[i]; a.N == 1 && !a.Rows {
			return []loop.Axis{}
		}
		return nil
	}, func(s []int, at int, _ loop.Axis) []int { return slices.Delete(s, at, at+1) })
	if len(matrices) > 0 {
		change(func(g []loop.Axis, i int) []loop.Axis {
			if a := g[i]; !a.Rows && matrices[a.N] > 0 {
				return []loop.Axis{{Name: "i", N: a.N / matrices[a.N]}, {Name: "o", N: matrices[a.N]}}
			}
			return nil
		}, func(s []int, at int, a loop.Axis) []int {
			columns := matrices[a.N]
			s = slices.Insert(s, at+1, s[at])
			s[at] *= columns
			return s
		})
	}
	if draws {
		change(func(g []loop.Axis, i int) []loop.Axis {
			if a := g[i]; a.Rows && a.N > 1 {
				return []loop.Axis{{Name: "n", N: 1, Rows: true, Max: a.Max / a.N}, {Name: "o", N: a.N}}
			}
			return nil
		}, func(s []int, at int, a loop.Axis) []int { return slices.Insert(s, at, s[at]*a.N) })
	}
	if s := &t.Body[0]; len(t.Body) == 1 && s.Reduce == loop.Store {
		s.Inner = t.Axes(*s)
		t.Outer = nil
	}
	return t
}

func cloneAccess(a loop.Access) loop.Access {
	a.Strides = slices.Clone(a.Strides)
	if a.Index != nil {
		index := cloneAccess(*a.Index)
		a.Index = &index
	}
	return a
}
