package shape

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Large reports a program whose layers share kernels. A kernel of its own is
// faster where a call takes less than a microsecond; of hundreds of layers, which
// have calls far longer, it would be most of the package's text.
func Large(p *loop.Program, m machine.Machine) bool {
	plan := p.Train
	if plan == nil {
		plan = p.Predict
	}
	idle := func(turns int) bool { return turns == 0 }
	return len(slices.DeleteFunc(plan.Turns(), idle)) > m.OwnKernels
}

// Nest is the kernel in the form in which layers share it, or reports that it
// stays one of its own: nests that an index addresses, of random numbers, of loops
// of several lengths in a row, and those of which not even one run of elements fits
// a call.
func Nest(k *loop.Nest, m machine.Machine) (*loop.Nest, *Shape, bool) {
	t, ok := Plain(k)
	if !ok {
		return nil, nil, false
	}
	s := &t.Body[0]
	rows := 1
	switch {
	case len(t.Body) > 1 || s.Reduce != loop.Store && s.Dst.Buf.Class == loop.Local:
		if !oneWidth(t, m) {
			return nil, nil, false
		}
	case slices.ContainsFunc(Accesses(s), isRandom):
		return nil, nil, false
	case s.Reduce == loop.Store:
		axes := t.Axes(*s)
		last := len(axes) - 1
		if last > 0 && (axes[last].Rows || s.Dst.Strides[last] != 1 || axes[last].N > m.Turns(Weight(s.Value), 4*(1+len(s.Srcs)))/64*64) {
			return nil, nil, false
		}
		rows = perRow(s)
	case len(s.Inner) != 1 || len(t.Outer) > 1 && !t.Outer[0].Rows || len(t.Outer) > 0 && !oneWidth(t, m):
		return nil, nil, false
	default:
		rows = perRow(s)
	}
	t.Outer = renamed(t.Outer, nil)
	for i := range t.Body {
		t.Body[i].Inner = renamed(t.Body[i].Inner, t.Outer)
	}
	return t, New(rows), true
}

// oneWidth reports statements of at most one loop each, of the same length for all
// of them and short enough for one call.
func oneWidth(k *loop.Nest, m machine.Machine) bool {
	var width *loop.Axis
	for i := range k.Body {
		s := &k.Body[i]
		if len(s.Inner) > 1 || slices.ContainsFunc(Accesses(s), isRandom) {
			return false
		}
		for j := range s.Inner {
			a := &s.Inner[j]
			if width != nil && (a.N != width.N || a.Rows != width.Rows) {
				return false
			}
			width = cmp.Or(width, a)
			a.Name = width.Name
		}
	}
	const lanes = 16 // at most
	return len(k.Outer) > 0 && width != nil && (width.Rows || width.N+lanes <= m.Turns(RowCost(k.Body)))
}

// perRow takes the factor out of a statement that the number of rows has wherever
// it stands there: means over the positions of an image differ by it.
func perRow(s *loop.Stmt) int {
	factor := 0
	times := func(e scalar.Expr) (float64, bool) {
		a, ok := e.(scalar.Apply)
		if !ok || a.Fn != "mul" || a.Args[0] != scalar.Expr(scalar.Rows{}) {
			return 0, false
		}
		n, ok := a.Args[1].(scalar.Num)
		return float64(n), ok
	}
	var look func(e scalar.Expr)
	look = func(e scalar.Expr) {
		if e == scalar.Expr(scalar.Rows{}) {
			factor = 1
		}
		n, ok := times(e)
		switch {
		case ok && n == math.Trunc(n) && n > 1 && n < 1<<31 && (factor == 0 || factor == int(n)):
			factor = int(n)
			return
		case ok:
			factor = 1
		}
		if a, ok := e.(scalar.Apply); ok {
			for _, x := range a.Args {
				look(x)
			}
		}
	}
	look(s.Value)
	look(s.Finish)
	if factor <= 1 {
		return 1
	}
	product := func(e scalar.Expr) bool { _, ok := times(e); return ok }
	s.Value, s.Finish = Replace(s.Value, product, scalar.Rows{}), Replace(s.Finish, product, scalar.Rows{})
	return factor
}

// Replace puts an expression in the place of parts of another.
func Replace(e scalar.Expr, part func(scalar.Expr) bool, by scalar.Expr) scalar.Expr {
	if e != nil && part(e) {
		return by
	}
	a, ok := e.(scalar.Apply)
	if !ok {
		return e
	}
	a.Args = slices.Clone(a.Args)
	for i, x := range a.Args {
		a.Args[i] = Replace(x, part, by)
	}
	return a
}

// Name names the sizes of a kernel in the form in which layers share it; operand
// is what a buffer is called.
func (s *Shape) Name(k *loop.Nest, operand func(*loop.Buffer) string) {
	if s == nil || s.own {
		return
	}
	for _, body := range k.Body {
		axes := k.Axes(body)
		for _, a := range axes {
			s.axis(a)
		}
		for _, a := range Accesses(&body) {
			if a.Buf.Class != loop.Scalar && a.Buf.Class != loop.Local {
				s.access(operand(a.Buf), *a, axes)
			}
		}
	}
	if s.rows.Known() && s.rows.Value != 1 {
		s.rows = s.field("rows", s.rows.Value)
	}
}

// renamed gives the axes names of one letter that none of them and of those
// around has.
func renamed(axes, around []loop.Axis) []loop.Axis {
	axes = slices.Clone(axes)
	taken := func(name string, i int) bool {
		same := func(a loop.Axis) bool { return a.Name == name }
		return slices.ContainsFunc(around, same) || slices.ContainsFunc(axes[:i], same)
	}
	for i := range axes {
		wishes := []string{axes[i].Name, "i", "j", "k", "l", "o"}
		if n := axes[i].Name; len(n) != 1 || n[0] < 'a' || n[0] > 'z' {
			wishes = wishes[1:]
		}
		if axes[i].Rows {
			wishes = slices.Insert(wishes, 0, "r")
		}
		at := slices.IndexFunc(wishes, func(w string) bool { return !taken(w, i) })
		if at < 0 {
			axes[i].Name = fmt.Sprint("a", i)
		} else {
			axes[i].Name = wishes[at]
		}
	}
	return axes
}
