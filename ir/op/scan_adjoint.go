package op

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// adjoint makes the reversed scan, and what follows it, of its body.
type adjoint struct {
	*reversal
	b      *ir.Builder // of the graph around
	length int
	// outer is what inputs of the body stand for: of all steps, [n,length,...], or
	// the same in every one.
	outer   map[*ir.Value]func() *ir.Value
	perStep map[*ir.Value]bool
	stack   []*ir.Value // values of the body that the reversed scan stacks
	rows    *ir.Value   // the reversed scan
	layout  layout
}

// bind says what the inputs of the body stand for.
func (a *adjoint) bind(full *Scan, forward *ir.Value, g seeds, args []*ir.Value) {
	l := full.layout()
	set := func(inputs []*ir.Value, steps bool, of func(i int) *ir.Value) {
		for i, v := range inputs {
			if v != nil {
				a.outer[v], a.perStep[v] = func() *ir.Value { return of(i) }, steps
			}
		}
	}
	set(a.carried, true, func(i int) *ir.Value { return unpack(a.b, forward, l.kept[i]) })
	set(a.stacked, true, func(i int) *ir.Value { return unpack(a.b, forward, l.stacked[i]) })
	set(a.steps, true, func(i int) *ir.Value { return args[full.Carried+i] })
	set(a.dStacked, true, func(i int) *ir.Value { return g.stacked[i] })
	set(a.dKept, true, func(i int) *ir.Value { return g.kept[i] })
	set(a.captures, false, func(i int) *ir.Value { return args[full.Carried+full.Steps+i] })
	set(a.dSums, false, func(i int) *ir.Value { return g.sums[i] })
	for i, v := range a.dCarried {
		a.outer[v] = func() *ir.Value {
			if g.finals[i] == nil {
				return BroadcastTo(a.b, Scalar(a.b, 0), v.Shape)
			}
			return g.finals[i]
		}
	}
}

// apply applies the reversed scan and gives the gradients of the operands of s.
func (a *adjoint) apply(s *Scan, args []*ir.Value) []*ir.Value {
	out := make([]*ir.Value, len(args))
	graph := a.builder.Graph
	for _, v := range a.carried {
		g := a.grads[v]
		if g == nil {
			g = BroadcastTo(a.builder, Scalar(a.builder, 0), v.Shape)
		}
		graph.Outputs = append(graph.Outputs, g)
	}
	for _, v := range a.steps {
		if g := a.grads[v]; g != nil {
			a.want(g)
		}
	}
	var sums []*ir.Value
	for _, v := range a.captures {
		if g := a.grads[v]; g != nil && !a.lift(g, a.want) {
			sums = append(sums, g)
		}
	}
	graph.Outputs = slices.Concat(graph.Outputs, a.stack, sums)
	carried := len(a.dCarried)
	prune(graph, slices.Concat(a.dCarried, present(a.carried, a.stacked, a.steps, a.dStacked, a.dKept), present(a.captures, a.dSums)), carried)
	back := &Scan{Body: graph, Length: a.length, Carried: carried, Sums: len(sums), Reverse: !s.Reverse}
	operands := make([]*ir.Value, len(graph.Inputs))
	for i, v := range graph.Inputs {
		operands[i] = a.outer[v]()
		if a.perStep[v] {
			back.Steps++
		}
	}
	a.layout = back.layout()
	if len(graph.Outputs) > 0 { // else all gradients are what arrives, elsewhere
		if a.rows = a.b.Apply(back, operands...); !a.rows.Valid() {
			return out
		}
	}
	shared := a.rows
	if a.layout.shared > 0 {
		half := *back
		half.Shared = true
		shared = a.b.Apply(&half, operands...)
	}
	for i := range s.Carried {
		out[i] = unpack(a.b, a.rows, a.layout.finals[i])
	}
	for i, v := range a.steps {
		if g := a.grads[v]; g != nil {
			out[s.Carried+i] = a.stackOf(g)
		}
	}
	for i, v := range a.captures {
		g := a.grads[v]
		if g == nil {
			continue
		}
		at := s.Carried + s.Steps + i
		switch k := slices.Index(sums, g); {
		case k < 0:
			out[at] = a.lifted(g)
		case g.Shape.Batched():
			out[at] = unpack(a.b, a.rows, a.layout.sums[k])
		default:
			out[at] = unpack(a.b, shared, a.layout.sums[k])
		}
	}
	return out
}

// present are the values of some lists that there are.
func present(lists ...[]*ir.Value) []*ir.Value {
	return slices.DeleteFunc(slices.Concat(lists...), func(v *ir.Value) bool { return v == nil })
}

// moved is an operation that only says where elements lie, as it is of all steps:
// with one more axis after the rows. Nil: it is another.
func (a *adjoint) moved(v *ir.Value) ir.Op {
	if len(v.Args) != 1 || !v.Shape.Batched() || !v.Args[0].Shape.Batched() {
		return nil
	}
	after := func(list []int, x int) []int { return slices.Insert(slices.Clone(list), 1, x) }
	switch o := v.Op.(type) {
	case *Slice:
		return &Slice{Starts: after(o.Starts, 0), Sizes: after(o.Sizes, a.length), Steps: after(o.Steps, 1)}
	case *Reshape:
		return &Reshape{Shape: after(o.Shape, a.length)}
	case *Transpose:
		perm := []int{0, 1}
		for _, p := range o.Perm[1:] {
			perm = append(perm, p+1)
		}
		return &Transpose{Perm: perm}
	}
	return nil
}

// want has the reversed scan stack what a value of the body is made from.
func (a *adjoint) want(v *ir.Value) {
	_, known := a.perStep[v]
	switch {
	case known || slices.Contains(a.stack, v):
	case a.moved(v) != nil:
		a.want(v.Args[0])
	default:
		a.stack = append(a.stack, v)
	}
}

// stackOf is a value of the body at all steps, [n,length,...].
func (a *adjoint) stackOf(v *ir.Value) *ir.Value {
	if i := slices.Index(a.stack, v); i >= 0 {
		return unpack(a.b, a.rows, a.layout.stacked[i])
	}
	if steps, known := a.perStep[v]; known {
		x := a.outer[v]()
		if steps || !x.Valid() {
			return x
		}
		one := slices.Insert(slices.Clone(x.Shape), 1, 1)
		all := slices.Clone(one)
		all[1] = a.length
		return BroadcastTo(a.b, ReshapeTo(a.b, x, one), all)
	}
	return a.b.Apply(a.moved(v), a.stackOf(v.Args[0]))
}

// lift reports whether the sum of a gradient over the steps can be made of sums
// over the rows and the steps at once. If so, it calls f with what these add up.
func (a *adjoint) lift(g *ir.Value, f func(v *ir.Value)) bool {
	var leaves []*ir.Value
	if !liftable(g, &leaves) {
		return false
	}
	for _, v := range leaves {
		f(v)
	}
	return true
}

// liftable is lift, which collects what is added up.
func liftable(g *ir.Value, leaves *[]*ir.Value) bool {
	batched := func(v *ir.Value) bool { return v.Shape.Batched() && v.DType == ir.F32 }
	if g.Shape.Batched() {
		return false
	}
	switch o := g.Op.(type) {
	case *Contract:
		if o.Epilogue != nil || !batched(g.Args[0]) || !batched(g.Args[1]) {
			return false
		}
	case *Reduce:
		all := slices.IndexFunc(g.Args, func(v *ir.Value) bool { return !batched(v) }) < 0
		if o.Kind != loop.Sum || o.Mean || o.Finish != nil || o.KeepDims || !all {
			return false
		}
	case *Map, *Reshape, *Transpose, *Pad, *Slice:
		if m, ok := o.(*Map); ok && (!linear(m.Expr) || slices.ContainsFunc(g.Args, func(v *ir.Value) bool { return !v.Shape.Equal(g.Shape) })) {
			return false
		}
		if p, ok := o.(*Pad); ok && p.Value != 0 {
			return false
		}
		return !slices.ContainsFunc(g.Args, func(v *ir.Value) bool { return !liftable(v, leaves) })
	default:
		return false
	}
	*leaves = append(*leaves, g.Args...)
	return true
}

// linear reports sums and differences of operands, and multiples of them.
func linear(e scalar.Expr) bool {
	switch e := e.(type) {
	case scalar.Arg:
		return true
	case scalar.Apply:
		switch e.Fn {
		case "add", "sub", "neg":
			return !slices.ContainsFunc(e.Args, func(x scalar.Expr) bool { return !linear(x) })
		case "mul":
			for i, x := range e.Args {
				if _, number := x.(scalar.Num); number {
					return linear(e.Args[1-i])
				}
			}
		}
	}
	return false
}

// freeAxis is a name for the axis of steps: a recurrence within another has "t"
// already.
func freeAxis(axes []Axis) string {
	name := "t"
	for slices.ContainsFunc(axes, func(x Axis) bool { return x.Name == name }) {
		name += "t"
	}
	return name
}

// lifted is the sum of a gradient over all steps.
func (a *adjoint) lifted(g *ir.Value) *ir.Value {
	args := make([]*ir.Value, len(g.Args))
	switch o := g.Op.(type) {
	case *Contract:
		for i, v := range g.Args {
			args[i] = a.stackOf(v)
		}
		c := *o
		c.Axes = append(slices.Clone(o.Axes), Axis{Name: freeAxis(o.Axes), Extent: a.length})
		t := At(len(o.Axes))
		c.Lhs, c.Rhs = slices.Insert(slices.Clone(o.Lhs), 1, t), slices.Insert(slices.Clone(o.Rhs), 1, t)
		return a.b.Apply(&c, args...)
	case *Reduce:
		for i, v := range g.Args {
			args[i] = a.stackOf(v)
		}
		r := *o
		r.Axes = nil
		for _, x := range o.Axes {
			if x == 0 {
				r.Axes = append(r.Axes, 0)
			}
			r.Axes = append(r.Axes, x+1)
		}
		return a.b.Apply(&r, args...)
	}
	for i, v := range g.Args {
		args[i] = a.lifted(v)
	}
	return a.b.Apply(g.Op, args...)
}
