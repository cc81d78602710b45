// Package canonical brings kernels into the one form in which code generation
// sees them, so that no printer simplifies loops. It is free of plans: it looks
// at one kernel at a time and changes neither what is computed nor the order in
// which anything is summed up.
package canonical

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Kernel is the canonical form of a kernel, which itself stays as it is.
// loop.Verify holds programs to it:
//
//   - A loop of one turn is not a loop.
//   - Neighbouring loops that every access of the kernel runs through as one are
//     one. Rows stay apart from what is in them where random numbers are drawn,
//     each for a row and an element.
//   - A reduction over nothing is a store. A store that is all of its nest has its
//     loops in Outer, the one whose results lie closest together innermost, and
//     rows outermost.
//   - What no expression names is not read.
//   - In a contraction rows are an axis of M, not of N, and of the two N has the axis
//     along which results are contiguous.
//
// The axes of windows stay as they are: a window of 2x2 over channels would no
// longer be one.
func Kernel(k loop.Kernel) loop.Kernel {
	switch k := k.(type) {
	case *loop.Nest:
		return nest(k)
	case *loop.Contract:
		return contract(k)
	}
	return k
}

// nest is the canonical form of elementwise and reducing loops.
func nest(k *loop.Nest) *loop.Nest {
	if len(k.Body) == 0 {
		return k
	}
	t := &loop.Nest{Outer: slices.Clone(k.Outer)}
	for _, s := range k.Body {
		t.Body = append(t.Body, statement(s))
	}
	if s := &t.Body[0]; len(t.Body) == 1 && s.Reduce == loop.Store {
		t.Outer, s.Inner = t.Axes(*s), nil
		if !s.Accumulate && s.Dst.Index == nil {
			orient(t.Outer, s)
		}
	}
	var all []*loop.Access
	for i := range t.Body {
		s := &t.Body[i]
		list := accesses(s)
		group{&s.Inner, len(s.Dst.Strides) - len(s.Inner), list}.simplify()
		all = append(all, list...)
	}
	first := t.Body[0]
	group{&t.Outer, len(first.Dst.Strides) - len(first.Inner) - len(t.Outer), all}.simplify()
	return t
}

// statement is a copy of a statement that may be changed, without what it does
// not use, and a store where it reduces nothing.
func statement(s loop.Stmt) loop.Stmt {
	if !slices.ContainsFunc(s.Inner, turns) && (s.Reduce == loop.Sum || s.Reduce == loop.Max) {
		s.Reduce = loop.Store
		if s.Finish != nil {
			s.Value, s.Finish = scalar.Substitute(s.Finish, []scalar.Expr{s.Value}), nil
		}
	}
	s.Inner = slices.Clone(s.Inner)
	s.Dst = clone(s.Dst)
	s.Value, s.Srcs = used(s.Value, 0, s.Srcs)
	return s
}

// turns reports a loop of more than one turn.
func turns(a loop.Axis) bool { return a.N > 1 || a.Rows }

// used is an expression over those operands alone that it names, and copies of
// these. The operands come after the given number of other arguments.
func used(e scalar.Expr, first int, operands []loop.Access) (scalar.Expr, []loop.Access) {
	var list []loop.Access
	args := make([]scalar.Expr, first, first+len(operands))
	for i := range args {
		args[i] = scalar.Arg(i)
	}
	for i, a := range operands {
		args = append(args, scalar.Num(0))
		if scalar.UsesArg(e, first+i) {
			args[first+i] = scalar.Arg(first + len(list))
			list = append(list, clone(a))
		}
	}
	if len(list) == len(operands) {
		return e, list
	}
	return scalar.Substitute(e, args), list
}

func clone(a loop.Access) loop.Access {
	a.Strides = slices.Clone(a.Strides)
	if a.Index != nil {
		index := clone(*a.Index)
		a.Index = &index
	}
	return a
}

// accesses are those of a statement, and of their indices.
func accesses(s *loop.Stmt) []*loop.Access {
	var list []*loop.Access
	add := func(a *loop.Access) {
		for ; a != nil; a = a.Index {
			list = append(list, a)
		}
	}
	add(&s.Dst)
	for i := range s.Srcs {
		add(&s.Srcs[i])
	}
	return list
}

// orient sorts the loops of a store by how far apart its results lie.
func orient(axes []loop.Axis, s *loop.Stmt) {
	first := len(s.Dst.Strides) - len(axes) // after the loops around the kernel
	order := make([]int, len(axes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if axes[i].Rows != axes[j].Rows {
			return map[bool]int{true: -1, false: 1}[axes[i].Rows]
		}
		return abs(s.Dst.Strides[first+j]) - abs(s.Dst.Strides[first+i])
	})
	sorted := make([]loop.Axis, len(axes))
	for i, from := range order {
		sorted[i] = axes[from]
	}
	copy(axes, sorted)
	for _, a := range accesses(s) {
		strides := slices.Clone(a.Strides)
		for i, from := range order {
			a.Strides[first+i] = strides[first+from]
		}
	}
}

func abs(x int) int { return max(x, -x) }
