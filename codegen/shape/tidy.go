package shape

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Tidy is the kernel with fewer and longer loops: those of one turn are
// dropped, neighbours that every access runs through as one are merged, and a
// single store has all its loops in one list, that of Inner. Sources that no
// expression names are left out. It reports whether the kernel is of a kind
// that there may be machine code for.
func Tidy(k *loop.Nest) (*loop.Nest, bool) {
	t := &loop.Nest{Outer: slices.Clone(k.Outer)}
	for _, s := range k.Body {
		s, ok := plainStatement(k, s)
		if !ok {
			return nil, false
		}
		t.Body = append(t.Body, s)
	}
	if s := &t.Body[0]; len(t.Body) == 1 && s.Reduce == loop.Store {
		s.Inner, t.Outer = t.Axes(*s), nil
	}
	var all []*loop.Access
	for i := range t.Body {
		list := Accesses(&t.Body[i])
		axisGroup{&t.Body[i].Inner, len(t.Outer), list}.tidy()
		all = append(all, list...)
	}
	axisGroup{&t.Outer, 0, all}.tidy()
	return t, true
}

// plainStatement is a copy of a statement that may be changed.
func plainStatement(k *loop.Nest, s loop.Stmt) (loop.Stmt, bool) {
	if len(s.Inner) == 0 && (s.Reduce == loop.Sum || s.Reduce == loop.Max) {
		if s.Finish != nil {
			s.Value = scalar.Substitute(s.Finish, []scalar.Expr{s.Value})
		}
		s.Reduce, s.Finish = loop.Store, nil
	}
	axes := k.Axes(s)
	plain := func(a loop.Access) bool {
		return a.Index == nil && !a.Buf.Ragged && len(a.Strides) == len(axes) && (a.Buf.Class != loop.Random || s.Reduce == loop.Store)
	}
	if s.Reduce == loop.ArgMax || !plain(s.Dst) || s.Dst.Buf.DType != loop.F32 {
		return s, false
	}
	s.Inner = slices.Clone(s.Inner)
	s.Dst.Strides = slices.Clone(s.Dst.Strides)
	args := make([]scalar.Expr, len(s.Srcs))
	var srcs []loop.Access
	for i, a := range s.Srcs {
		args[i] = scalar.Num(0)
		if scalar.UsesArg(s.Value, i) {
			if !plain(a) {
				return s, false
			}
			a.Strides = slices.Clone(a.Strides)
			args[i] = scalar.Arg(len(srcs))
			srcs = append(srcs, a)
		}
	}
	s.Srcs, s.Value = srcs, scalar.Substitute(s.Value, args)
	return s, true
}

// Accesses are the destination of a statement and its sources.
func Accesses(s *loop.Stmt) []*loop.Access {
	list := []*loop.Access{&s.Dst}
	for i := range s.Srcs {
		list = append(list, &s.Srcs[i])
	}
	return list
}

// axisGroup is a list of loops with the accesses whose strides follow them, from
// the stride numbered first on.
type axisGroup struct {
	axes     *[]loop.Axis
	first    int
	accesses []*loop.Access
}

func (g axisGroup) tidy() {
	if slices.ContainsFunc(g.accesses, isRandom) {
		g.splitRows()
	}
	for i := len(*g.axes) - 1; i >= 0; i-- {
		if a := (*g.axes)[i]; a.N == 1 && !a.Rows {
			*g.axes = slices.Delete(*g.axes, i, i+1)
			for _, a := range g.accesses {
				a.Strides = slices.Delete(a.Strides, g.first+i, g.first+i+1)
			}
		}
	}
	for i := len(*g.axes) - 2; i >= 0; i-- {
		if g.oneRun(i) {
			(*g.axes)[i].N *= (*g.axes)[i+1].N
			(*g.axes)[i].Max *= (*g.axes)[i+1].N
			*g.axes = slices.Delete(*g.axes, i+1, i+2)
			for _, a := range g.accesses {
				a.Strides = slices.Delete(a.Strides, g.first+i, g.first+i+1)
			}
		}
	}
}

// splitRows takes the rows apart from what is in them: a random number is drawn
// for a row and an element.
func (g axisGroup) splitRows() {
	for i := len(*g.axes) - 1; i >= 0; i-- {
		if a := (*g.axes)[i]; a.Rows && a.N > 1 {
			*g.axes = slices.Replace(*g.axes, i, i+1, loop.Axis{Name: "n", N: 1, Rows: true, Max: a.Max / a.N}, loop.Axis{Name: "o", N: a.N})
			for _, acc := range g.accesses {
				s := acc.Strides[g.first+i]
				acc.Strides = slices.Insert(acc.Strides, g.first+i, s*a.N)
			}
		}
	}
}

// oneRun reports that loop i+1 takes up where it left off whenever loop i moves.
func (g axisGroup) oneRun(i int) bool {
	axes := *g.axes
	if axes[i+1].Rows {
		return false
	}
	for _, a := range g.accesses {
		if a.Strides[g.first+i] != a.Strides[g.first+i+1]*axes[i+1].N || axes[i].Rows && isRandom(a) {
			return false
		}
	}
	return true
}

func isRandom(a *loop.Access) bool { return a.Buf.Class == loop.Random }
