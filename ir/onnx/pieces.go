package onnx

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = add(map[string]row{
	"Concat": {least: 1, most: 1 << 16, all: true, known: concatKnown, graph: concat},
	"Slice":  {least: 1, most: 5, known: sliceKnown, graph: slice},
	"Split":  {least: 1, most: 2, graph: split},
	"Gather": {least: 2, most: 2, known: gatherKnown, graph: gather},
	"Pad":    {least: 1, most: 4, graph: pad},
	"Trilu":  {least: 1, most: 2, graph: trilu},
	"CumSum": {least: 2, most: 2, graph: cumulated},
	"OneHot": {least: 3, most: 3, graph: oneHot},
})

func concatKnown(n *node) []*Tensor {
	first := n.in[0]
	axis := n.axis(n.int("axis", 1), first.rank())
	s := slices.Clone(first.Shape)
	for _, v := range n.in[1:] {
		if v.rank() != len(s) {
			n.errorf("shapes %v do not go together", n.shapes())
			return nil
		}
		s[axis] += v.Shape[axis]
	}
	if n.failed {
		return nil
	}
	t := newTensor(first.Type, s)
	at, run := 0, count(s[axis:])
	for _, v := range n.in {
		part := count(v.Shape[axis:])
		for i := range count(s[:axis]) {
			if i*run+at+part > count(s) || (i+1)*part > count(v.Shape) {
				n.errorf("shapes %v do not go together", n.shapes())
				return nil
			}
			if isFloat(t.Type) {
				copy(t.F[i*run+at:], v.Known.F[i*part:][:part])
			} else {
				copy(t.I[i*run+at:], v.Known.I[i*part:][:part])
			}
		}
		at += part
	}
	return []*Tensor{t}
}

func concat(n *node) []*Value {
	var in []*Value
	for _, v := range n.in { // what has no elements adds none
		if count(v.Shape) > 0 {
			in = append(in, v)
		}
	}
	rank := in[0].rank()
	axis := n.axis(n.int("axis", 1), rank)
	if n.failed {
		return nil
	}
	if len(in) == 1 {
		return in
	}
	wide := rank > 2
	for _, v := range in {
		if v.rank() != rank {
			return n.errorf("shapes %v do not go together", n.shapes())
		}
		wide = wide && (v.Known != nil || v.channelsLast != nil)
	}
	parts := make([]*ir.Value, len(in))
	rows := 0
	for i, v := range in {
		if wide {
			parts[i] = n.wide(v, rank)
		} else {
			parts[i] = n.plain(v)
		}
		if parts[i].Valid() {
			rows = max(rows, front(parts[i]))
		}
	}
	for i, x := range parts {
		if x.Valid() && front(x) < rows {
			parts[i] = op.BroadcastTo(n.b, op.ReshapeTo(n.b, x, append(ir.Shape{1}, x.Shape...)), append(ir.Shape{ir.Batch}, x.Shape...))
		}
	}
	if wide {
		at := slices.Index(lastPerm(rank), axis)
		return one(n.computedLast(op.Concatenate(n.b, rows+at, parts...), in[0].Type))
	}
	return one(n.computed(op.Concatenate(n.b, rows+axis, parts...), in[0].Type))
}

// cut is what a Slice takes of one axis.
type cut struct{ start, size, step int }

// cuts are those of every axis, of all opsets.
func (n *node) cuts() []cut {
	s := n.in[0].Shape
	out := make([]cut, len(s))
	for i, d := range s {
		out[i] = cut{0, d, 1}
	}
	starts, _ := n.list("starts", 1)
	ends, _ := n.list("ends", 2)
	axes, some := n.list("axes", 3)
	steps, stepped := n.list("steps", 4)
	if !some {
		axes = identity(len(starts))
	}
	if !stepped {
		steps = slices.Repeat([]int{1}, len(starts))
	}
	if n.failed || len(ends) != len(starts) || len(axes) != len(starts) || len(steps) != len(starts) {
		n.errorf("starts %v, ends %v, axes %v and steps %v of %v", starts, ends, axes, steps, s)
		return nil
	}
	for i, a := range axes {
		a, step := n.axis(a, len(s)), steps[i]
		if n.failed || step == 0 {
			n.errorf("a slice by steps of 0")
			return nil
		}
		out[a] = cutOf(s[a], starts[i], ends[i], step)
	}
	return out
}

// cutOf is a slice of an axis, as Python counts.
func cutOf(d, start, end, step int) cut {
	bound := func(i, low, high int) int {
		if i < 0 {
			i += d
		}
		return max(low, min(i, high))
	}
	if step > 0 {
		from, to := bound(start, 0, d), bound(end, 0, d)
		return cut{from, max(0, (to-from+step-1)/step), step}
	}
	from, to := bound(start, -1, d-1), bound(end, -1, d-1)
	return cut{from, max(0, (from-to-step-1)/-step), step}
}

func sliceKnown(n *node) []*Tensor {
	cuts, from := n.cuts(), n.in[0].Known
	if n.failed {
		return nil
	}
	own := strides(from.Shape)
	s, step, first := make([]int, len(cuts)), make([]int, len(cuts)), 0
	for i, c := range cuts {
		s[i], step[i] = c.size, c.step*own[i]
		first += c.start * own[i]
	}
	t, i := newTensor(from.Type, s), 0
	for at := range walk(s, step) {
		t.set(i, from.at(first+at))
		i++
	}
	if n.weights[n.in[0].Name] {
		n.weights[n.proto.Outputs[0]] = true
	}
	return []*Tensor{t}
}

func slice(n *node) []*Value {
	cuts := n.cuts()
	if n.failed {
		return nil
	}
	v := n.in[0]
	if v.channelsLast != nil && v.inOrder == nil {
		perm := lastPerm(v.rank())
		turned := make([]cut, len(cuts))
		for i, a := range perm {
			turned[i] = cuts[a]
		}
		return one(n.computedLast(n.sliced(v.channelsLast, turned), v.Type))
	}
	return one(n.computed(n.sliced(n.x(0), cuts), v.Type))
}

// sliced takes a part of every axis.
func (n *node) sliced(x *ir.Value, cuts []cut) *ir.Value {
	if !x.Valid() {
		return x
	}
	s := &op.Slice{}
	if front(x) == 1 {
		s.Starts, s.Sizes, s.Steps = []int{0}, []int{ir.Batch}, []int{1}
	}
	whole := true
	for i, c := range cuts {
		if c.size == 0 {
			return n.b.Errorf("a slice of no elements that is computed")
		}
		whole = whole && c == cut{0, x.Shape[front(x)+i], 1}
		s.Starts, s.Sizes, s.Steps = append(s.Starts, c.start), append(s.Sizes, c.size), append(s.Steps, c.step)
	}
	if whole {
		return x
	}
	return n.b.Apply(s, x)
}

// part is x of which one axis is cut.
func (n *node) part(x *ir.Value, axis, start, size int) *ir.Value {
	if !x.Valid() {
		return x
	}
	cuts := make([]cut, len(x.Shape)-front(x))
	for i := range cuts {
		cuts[i] = cut{0, x.Shape[front(x)+i], 1}
	}
	cuts[axis] = cut{start, size, 1}
	return n.sliced(x, cuts)
}

func split(n *node) []*Value {
	v := n.in[0]
	axis := n.axis(n.int("axis", 0), v.rank())
	sizes, given := n.list("split", 1)
	if n.failed {
		return nil
	}
	if outs := len(n.proto.Outputs); !given {
		each := (v.Shape[axis] + outs - 1) / outs
		for rest := v.Shape[axis]; rest > 0; rest -= each {
			sizes = append(sizes, min(each, rest))
		}
	}
	total := 0
	for _, d := range sizes {
		total += d
	}
	if total != v.Shape[axis] || len(sizes) != len(n.proto.Outputs) || slices.Min(sizes) < 1 {
		return n.errorf("sizes %v of axis %d of %v", sizes, axis, v.Shape)
	}
	var out []*Value
	at := 0
	for _, d := range sizes {
		if v.Known != nil {
			part := n.with(v, &Value{Known: ints(int64(at))}, &Value{Known: ints(int64(at + d))}, &Value{Known: ints(int64(axis))})
			t := sliceKnown(part)
			if n.take(part) {
				return nil
			}
			out = append(out, &Value{Type: v.Type, Shape: t[0].Shape, Known: t[0]})
		} else {
			out = append(out, n.computed(n.part(n.x(0), axis, at, d), v.Type))
		}
		at += d
	}
	return out
}

func gatherKnown(n *node) []*Tensor {
	from, ids := n.in[0].Known, n.in[1].Known
	axis := n.axis(n.int("axis", 0), len(from.Shape))
	if n.failed {
		return nil
	}
	d := from.Shape[axis]
	s := slices.Concat(from.Shape[:axis], ids.Shape, from.Shape[axis+1:])
	if n.large(s) {
		return nil
	}
	t, inner, i := newTensor(from.Type, s), count(from.Shape[axis+1:]), 0
	for outer := range count(from.Shape[:axis]) {
		for _, id := range ids.I {
			if id < 0 {
				id += int64(d)
			}
			if id < 0 || id >= int64(d) {
				n.errorf("index %d of an axis of %d", id, d)
				return nil
			}
			for k := range inner {
				t.set(i, from.at((outer*d+int(id))*inner+k))
				i++
			}
		}
	}
	return []*Tensor{t}
}

// gather takes known places apart and puts them together; ids that are computed look a
// table up.
func gather(n *node) []*Value {
	v, ids := n.in[0], n.in[1]
	axis := n.axis(n.int("axis", 0), v.rank())
	if n.failed {
		return nil
	}
	d := v.Shape[axis]
	out := slices.Concat(v.Shape[:axis], ids.Shape, v.Shape[axis+1:])
	if ids.Known != nil {
		return n.picked(axis, d, out)
	}
	x := n.plain(ids)
	if !x.Valid() || x.DType != ir.I32 {
		return n.errorf("its indices %s are computed; only those that an input gives are supported", ids.Name)
	}
	limit(x, d)
	table := n.x(0)
	if !table.Valid() {
		return n.errorf("its table is not valid")
	}
	f := front(table)
	if axis != 0 {
		table = n.turned(table, append([]int{axis}, slices.Delete(identity(v.rank()), axis, axis+1)...))
	}
	var y *ir.Value
	if f == 1 {
		y = op.GatherAlong(n.b, table, x, 1)
	} else {
		y = op.GatherRows(n.b, table, x)
	}
	if axis != 0 { // ids, before, after -> before, ids, after
		perm := []int{}
		for i := range axis {
			perm = append(perm, ids.rank()+i)
		}
		perm = append(perm, identity(ids.rank())...)
		for i := axis; i < v.rank()-1; i++ {
			perm = append(perm, ids.rank()+i)
		}
		y = n.turned(y, perm)
	}
	return one(n.computed(y, v.Type))
}

// limit bounds the ids of the inputs that x comes from.
func limit(x *ir.Value, d int) {
	for stack := []*ir.Value{x}; len(stack) > 0; {
		v := stack[len(stack)-1]
		stack = append(stack[:len(stack)-1], v.Args...)
		if in, ok := v.Op.(*op.Input); ok && v.DType == ir.I32 && (in.Limit == 0 || in.Limit > d) {
			in.Limit = d
		}
	}
}

// picked is the operand at known places of an axis: runs of neighbours are taken at once.
func (n *node) picked(axis, d int, out []int) []*Value {
	v := n.in[0]
	var parts []*ir.Value
	x := n.x(0)
	list := n.in[1].Known.I
	for i := 0; i < len(list); {
		id, size := list[i], 1
		if id < 0 {
			id += int64(d)
		}
		if id < 0 || id >= int64(d) {
			return n.errorf("index %d of an axis of %d", id, d)
		}
		for i+size < len(list) && list[i] >= 0 && list[i+size] == list[i]+int64(size) && id+int64(size) < int64(d) {
			size++
		}
		parts = append(parts, n.part(x, axis, int(id), size))
		i += size
	}
	if len(parts) == 0 {
		return n.errorf("it gathers nothing")
	}
	y := parts[0]
	if len(parts) > 1 {
		y = op.Concatenate(n.b, front(x)+axis, parts...)
	}
	if y.Valid() {
		y = op.ReshapeTo(n.b, y, append(append(ir.Shape{}, y.Shape[:front(y)]...), out...))
	}
	return one(n.computed(y, v.Type))
}

func pad(n *node) []*Value {
	v := n.in[0]
	rank := v.rank()
	list, ok := n.list("pads", 1)
	if old, is := n.ints("paddings"); is {
		list, ok = old, true
	}
	axes := identity(rank)
	if given, some := n.list("axes", 3); some {
		axes = given
	}
	if n.failed || !ok || len(list) != 2*len(axes) {
		return n.errorf("pads %v of %v", list, v.Shape)
	}
	before, after := make([]int, rank), make([]int, rank)
	for i, a := range axes {
		a = n.axis(a, rank)
		before[a], after[a] = list[i], list[len(axes)+i]
	}
	mode := n.string("mode", "constant")
	value := n.number("value", 2, 0)
	x := n.x(0)
	if n.failed || !x.Valid() {
		return nil
	}
	for a := range rank {
		if b, e := before[a], after[a]; b < 0 || e < 0 { // takes away
			d := v.Shape[a] + min(b, 0) + min(e, 0)
			if d < 1 {
				return n.errorf("pads %v leave nothing of %v", list, v.Shape)
			}
			x = n.part(x, a, -min(b, 0), d)
			before[a], after[a] = max(b, 0), max(e, 0)
		}
	}
	if mode == "constant" {
		f := make([]int, front(x))
		if slices.Max(append(before, after...)) == 0 {
			return one(n.computed(x, v.Type))
		}
		return one(n.computed(op.PadWith(n.b, x, append(f, before...), append(slices.Clone(f), after...), value), v.Type))
	}
	for a := range rank {
		x = n.mirrored(x, a, before[a], after[a], mode)
	}
	if n.failed {
		return nil
	}
	return one(n.computed(x, v.Type))
}

// mirrored surrounds an axis with what lies at its ends.
func (n *node) mirrored(x *ir.Value, axis, before, after int, mode string) *ir.Value {
	if before == 0 && after == 0 || !x.Valid() {
		return x
	}
	at := front(x) + axis
	d := x.Shape[at]
	if n.large([]int{before + d + after}) {
		return x
	}
	var list []int64
	for i := -before; i < d+after; i++ {
		j := i
		switch mode {
		case "edge":
			j = max(0, min(i, d-1))
		case "wrap":
			j = (i%d + d) % d
		case "reflect":
			if period := 2 * (d - 1); period == 0 {
				j = 0
			} else if j = (i%period + period) % period; j >= d {
				j = period - j
			}
		default:
			n.errorf("mode %s is not supported", mode)
			return x
		}
		list = append(list, int64(j))
	}
	out := slices.Clone([]int(x.Shape[front(x):]))
	out[axis] = len(list)
	pick := n.with(&Value{Shape: x.Shape[front(x):], inOrder: x, Type: proto.Float32}, &Value{Known: ints(list...)})
	y := pick.picked(axis, d, out)
	if n.take(pick) {
		return x
	}
	return y[0].inOrder
}

// trilu keeps the upper or the lower triangle of matrices.
func trilu(n *node) []*Value {
	v := n.in[0]
	if v.rank() < 2 {
		return n.errorf("%v is no matrix", v.Shape)
	}
	k, upper := int(n.number("k", 1, 0)), n.int("upper", 1) != 0
	rows, columns := v.Shape[v.rank()-2], v.Shape[v.rank()-1]
	if n.large([]int{rows, columns}) {
		return nil
	}
	mask := newTensor(proto.Bool, []int{rows, columns})
	for i := range rows {
		for j := range columns {
			if keep := j-i >= k; keep == upper || j-i == k {
				mask.I[i*columns+j] = 1
			}
		}
	}
	zero := newTensor(v.Type, nil)
	chosen := n.with(&Value{Type: proto.Bool, Shape: mask.Shape, Known: mask}, v, &Value{Type: v.Type, Known: zero})
	e := call("select", a0, a1, a2)
	if v.Known != nil {
		t := chosen.folded(e, v.Type)
		if n.take(chosen) {
			return nil
		}
		return one(&Value{Type: v.Type, Shape: t[0].Shape, Known: t[0]})
	}
	out := chosen.mapped(e, "trilu", v.Type)
	n.take(chosen)
	return out
}

// cumulated is the sum of all elements up to each along an axis: a product with a
// triangle of ones.
func cumulated(n *node) []*Value {
	v := n.in[0]
	axis := n.axis(int(n.number("axis", 1, 0)), v.rank())
	if n.failed {
		return nil
	}
	d := v.Shape[axis]
	if n.large([]int{d, d}) {
		return nil
	}
	t := make([]float64, d*d)
	for from := range d {
		for to := range d {
			i, j := from, to
			if n.int("reverse", 0) != 0 {
				i, j = to, from
			}
			if i < j || i == j && n.int("exclusive", 0) == 0 {
				t[from*d+to] = 1
			}
		}
	}
	return one(n.computed(n.along(n.x(0), axis, op.ConstOf(n.b, ir.Shape{d, d}, t)), v.Type))
}

// along multiplies one axis of x with a matrix [in, out].
func (n *node) along(x *ir.Value, axis int, m *ir.Value) *ir.Value {
	if !x.Valid() || !m.Valid() {
		return x
	}
	c := &op.Contract{}
	for i, d := range x.Shape {
		c.Axes = append(c.Axes, op.Axis{Name: string(rune('a' + i)), Extent: d})
		c.Lhs, c.Out, c.Shape = append(c.Lhs, op.At(i)), append(c.Out, op.At(i)), append(c.Shape, d)
	}
	at, out := front(x)+axis, len(x.Shape)
	c.Axes = append(c.Axes, op.Axis{Name: "o", Extent: m.Shape[1]})
	c.Out[at], c.Shape[at] = op.At(out), m.Shape[1]
	c.Rhs = []op.Index{op.At(at), op.At(out)}
	return n.b.Apply(c, x, m)
}

// oneHot compares ids with the numbers of an axis; negative ones count from the end.
func oneHot(n *node) []*Value {
	ids, values := n.in[0], n.in[2].Known
	depth := int(n.number("depth", 1, 0))
	if n.failed || values == nil || count(values.Shape) != 2 || depth < 1 {
		return n.errorf("depth and values must be known when the model is built")
	}
	rank := ids.rank() + 1
	axis := n.axis(n.int("axis", -1), rank)
	if n.failed {
		return nil
	}
	shape := slices.Insert(slices.Clone(ids.Shape), axis, 1)
	if n.large([]int{depth}) {
		return nil
	}
	numbers := newTensor(proto.Float32, slices.Repeat([]int{1}, rank-axis))
	numbers.Shape[0], numbers.F = depth, make([]float64, depth)
	for i := range depth {
		numbers.F[i] = float64(i)
	}
	at := n.with(ids).reshaped(shape)
	e := call("max", call("eq", a0, a1), call("eq", call("add", a0, num(float64(depth))), a1))
	of := n.with(at[0], &Value{Type: proto.Float32, Shape: numbers.Shape, Known: numbers})
	out := of.mapped(call("select", e, num(values.at(1)), num(values.at(0))), "one_hot", n.in[2].Type)
	n.take(of)
	return out
}
