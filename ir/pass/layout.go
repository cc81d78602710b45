package pass

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// layout moves transpositions down through what computes element by element, or sums,
// to the transpositions that undo them: layers whose channels come first compute with
// channels last, and between two of them nothing is left to be transposed.
func layout(g *ir.Graph) error {
	l := &layouts{users: map[*ir.Value][]*ir.Value{}, known: map[asked]bool{}}
	for _, v := range g.Values {
		l.next = max(l.next, v.ID+1)
		for _, a := range v.Args {
			l.users[a] = append(l.users[a], v)
		}
	}
	replaced := ir.Replacement{}
	for _, v := range g.Values {
		replaced.In(v.Args)
		reshapeChain(v)
		if x := identity(v); x != nil {
			if _, ok := v.Op.(*op.Transpose); ok {
				replaced[v] = x
			}
		}
		l.sink(v)
		l.values = append(l.values, v)
	}
	g.Values = l.values
	g.Replace(replaced)
	l.rename(g)
	return nil
}

// rename gives what has been computed before a transposition that nobody reads any more
// its name.
func (l *layouts) rename(g *ir.Graph) {
	live := map[*ir.Value]bool{}
	var mark func(v *ir.Value)
	mark = func(v *ir.Value) {
		if !live[v] {
			live[v] = true
			for _, a := range v.Args {
				mark(a)
			}
		}
	}
	for _, v := range g.Roots() {
		mark(v)
	}
	for _, v := range l.sunk {
		if w := v.Args[0]; v.Name != "" && !live[v] {
			w.Name, v.Name = v.Name, ""
		} else if v.Name != "" {
			w.Name = v.Name + ".last"
		}
	}
}

// layouts is a graph on its way through the pass.
type layouts struct {
	users  map[*ir.Value][]*ir.Value
	known  map[asked]bool // what undone has found
	values []*ir.Value
	sunk   []*ir.Value // transpositions of what has been computed before them
	next   int
}

// asked is a value and the permutation that it would be transposed by.
type asked struct {
	of   *ir.Value
	perm string
}

// undone reports that a transposition of v by perm is undone by what reads it, or by
// what reads a value that it is moved to.
func (l *layouts) undone(v *ir.Value, perm []int) bool {
	key := asked{v, fmt.Sprint(perm)}
	if found, ok := l.known[key]; ok {
		return found
	}
	found := slices.ContainsFunc(l.users[v], func(u *ir.Value) bool {
		switch o := u.Op.(type) {
		case *op.Transpose:
			return slices.Equal(o.Perm, inverse(perm))
		case *op.Map, *op.Concat:
			return u.Shape.Batched() && len(u.Shape) == len(perm) && l.undone(u, perm)
		case *op.Reduce:
			return axesBefore(u, o, perm) != nil
		}
		return false
	})
	l.known[key] = found
	return found
}

// inverse undoes a permutation.
func inverse(perm []int) []int {
	back := make([]int, len(perm))
	for i, p := range perm {
		back[p] = i
	}
	return back
}

// moved is the permutation of the first operand that is transposed, which a value can be
// computed before.
func (l *layouts) moved(v *ir.Value) []int {
	for _, a := range v.Args {
		if t, ok := a.Op.(*op.Transpose); ok && a.Shape.Batched() {
			return t.Perm
		}
	}
	return nil
}

// sink computes v before the transposition of its operands, where it can.
func (l *layouts) sink(v *ir.Value) {
	perm := l.moved(v)
	if perm == nil {
		return
	}
	var o ir.Op
	switch f := v.Op.(type) {
	case *op.Map:
		if len(v.Shape) != len(perm) || !l.undone(v, perm) {
			return
		}
		o = f
	case *op.Concat:
		if !l.undone(v, perm) {
			return
		}
		o = &op.Concat{Axis: perm[f.Axis]}
	case *op.Reduce:
		l.reduce(v, f, perm)
		return
	default:
		return
	}
	args, added, ok := l.before(v, perm)
	if !ok {
		return
	}
	t, err := infer(o, args)
	if err != nil || !permuted(t.Shape, perm).Equal(v.Shape) {
		return
	}
	w := l.value(v, o, args, t)
	l.values = append(l.values, append(added, w)...)
	v.Op, v.Args = &op.Transpose{Perm: perm}, []*ir.Value{w}
	l.sunk = append(l.sunk, v)
}

// before gives the operands of v as they are before a transposition; those that have no
// rows of the batch, and inputs, are transposed for it.
func (l *layouts) before(v *ir.Value, perm []int) (args, added []*ir.Value, ok bool) {
	for _, a := range v.Args {
		switch t, transposed := a.Op.(*op.Transpose); {
		case transposed && slices.Equal(t.Perm, perm):
			args = append(args, a.Args[0])
		case !a.Shape.Batched() && a.Shape.Elements() == 1:
			args = append(args, a)
		case !a.Shape.Batched() && len(a.Shape) < len(perm):
			row := slices.Concat(slices.Repeat(ir.Shape{1}, len(perm)-1-len(a.Shape)), a.Shape)
			if !row.Equal(a.Shape) {
				a = l.value(v, &op.Reshape{Shape: row}, []*ir.Value{a}, ir.Type{Shape: row, DType: a.DType})
				added = append(added, a)
			}
			order := make([]int, len(row))
			for i, p := range inverse(perm)[1:] {
				order[i] = p - 1
			}
			a = l.value(v, &op.Transpose{Perm: order}, []*ir.Value{a}, ir.Type{Shape: permuted(row, order), DType: a.DType})
			args, added = append(args, a), append(added, a)
		case (isInput(a) || !a.Shape.Batched()) && len(a.Shape) == len(perm):
			a = l.value(v, &op.Transpose{Perm: inverse(perm)}, []*ir.Value{a}, ir.Type{Shape: permuted(a.Shape, inverse(perm)), DType: a.DType})
			args, added = append(args, a), append(added, a)
		default:
			return nil, nil, false
		}
	}
	return args, added, true
}

func isInput(v *ir.Value) bool {
	_, ok := v.Op.(*op.Input)
	return ok
}

// reduce lets a sum or a maximum read what has not been transposed, if its results keep
// their order.
func (l *layouts) reduce(v *ir.Value, r *op.Reduce, perm []int) {
	if axes := axesBefore(v, r, perm); axes != nil {
		c := *r
		c.Axes = axes
		v.Op, v.Args = &c, []*ir.Value{v.Args[0].Args[0]}
	}
}

// axesBefore are the axes that a reduction goes along before a transposition by perm;
// nil where its results would lie in another order.
func axesBefore(v *ir.Value, r *op.Reduce, perm []int) (axes []int) {
	if len(v.Args) != 1 || len(v.Args[0].Shape) != len(perm) || r.KeepDims || r.Kind == loop.ArgMax {
		return nil
	}
	var kept []int
	for i, p := range perm {
		if slices.Contains(r.Axes, i) {
			axes = append(axes, p)
		} else {
			kept = append(kept, p)
		}
	}
	if !slices.IsSorted(kept) {
		return nil
	}
	slices.Sort(axes)
	return axes
}

// value is a new value of the layer of v.
func (l *layouts) value(v *ir.Value, o ir.Op, args []*ir.Value, t ir.Type) *ir.Value {
	w := &ir.Value{ID: l.next, Op: o, Args: args, Type: t, GradOf: v.GradOf, Layer: v.Layer, Pos: v.Pos}
	l.next++
	return w
}

// permuted is a shape with its axes permuted.
func permuted(s ir.Shape, perm []int) ir.Shape {
	out := make(ir.Shape, len(s))
	for i, p := range perm {
		out[i] = s[p]
	}
	return out
}
