package onnx

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

func gatherKnown(n *node) []*tensor.Tensor {
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
	t, inner, i := tensor.New(from.Type, s), tensor.Count(from.Shape[axis+1:]), 0
	for outer := range tensor.Count(from.Shape[:axis]) {
		for _, id := range ids.I {
			if id < 0 {
				id += int64(d)
			}
			if id < 0 || id >= int64(d) {
				n.errorf("index %d of an axis of %d", id, d)
				return nil
			}
			for k := range inner {
				t.Set(i, from.At((outer*d+int(id))*inner+k))
				i++
			}
		}
	}
	return []*tensor.Tensor{t}
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
		return picked(n, axis, d, out)
	}
	x := indicesOf(n, ids, d)
	v = numbered(n, v)
	if n.failed || !x.Valid() {
		return nil
	}
	table := n.plain(v)
	if !table.Valid() {
		return n.errorf("its table is not valid")
	}
	f := front(table)
	if axis != 0 {
		table = n.turned(table, append([]int{axis}, slices.Delete(tensor.Identity(v.rank()), axis, axis+1)...))
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
		perm = append(perm, tensor.Identity(ids.rank())...)
		for i := axis; i < v.rank()-1; i++ {
			perm = append(perm, ids.rank()+i)
		}
		y = n.turned(y, perm)
	}
	return one(n.computed(y, v.Type))
}

// indicesOf are places of an axis of d. Those of an input are checked to be there; those
// that are computed count from the end where they are negative, and what is beyond either
// end is the place there.
func indicesOf(n *node, ids *Value, d int) *ir.Value {
	x := n.plain(ids)
	if !x.Valid() {
		return x
	}
	if x.DType == ir.I32 {
		bounded(x, span{high: float64(d - 1)})
		return x
	}
	if d > mostExact {
		n.errorf("an axis of %d; computed places are supported below %d", d, mostExact)
		return n.bad()
	}
	return op.Integers(n.b, op.MapOf(n.b, scalar.Call("select", scalar.Call("lt", scalar.Arg(0), scalar.Num(0)), scalar.Call("add", scalar.Arg(0), scalar.Num(float64(d))), scalar.Arg(0)), "place", x), d)
}

// compress takes the places of an axis, or of all elements, where a known condition holds.
// Source: ONNX 1.22, Compress.
func compress(n *node) []*Value {
	v, c := n.in[0], n.in[1].Known
	if c == nil {
		return n.errorf(openExtent)
	}
	axis := 0
	if n.attribute("axis") == nil {
		v = shapedAs(n, v, []int{tensor.Count(v.Shape)})
	} else {
		axis = n.axis(n.int("axis", 0), v.rank())
	}
	if n.failed || tensor.IsFloat(c.Type) || len(c.I) > v.Shape[axis] {
		return n.errorf("a condition %v of axis %d of %v", c.Shape, axis, n.in[0].Shape)
	}
	var ids []int
	for i, holds := range c.I {
		if holds != 0 {
			ids = append(ids, i)
		}
	}
	out := slices.Clone(v.Shape)
	if out[axis] = len(ids); len(ids) == 0 {
		return one(zeros(v.Type, out...))
	}
	of := n.with(v, list(ids...))
	y := picked(of, axis, v.Shape[axis], out)
	n.take(of)
	return y
}

// reverseSequence turns the first steps of every entry of the batch around, as many as are
// known of each. Source: ONNX 1.22, ReverseSequence.
func reverseSequence(n *node) []*Value {
	v, lengths := n.in[0], n.in[1].Known
	time, batch := n.axis(n.int("time_axis", 0), v.rank()), n.axis(n.int("batch_axis", 1), v.rank())
	if lengths == nil {
		return n.errorf("%s, how many steps are turned around, must be known when the model is built", diag.Quote(n.in[1].Name))
	}
	if n.failed || time == batch || tensor.IsFloat(lengths.Type) || len(lengths.I) != v.Shape[batch] {
		return n.errorf("lengths %v of axis %d of %v by axis %d", lengths.Shape, time, v.Shape, batch)
	}
	last := max(time, batch)
	own, outer := tensor.Strides(v.Shape)[:last+1], v.Shape[:last+1]
	var offsets []int
	for at := range tensor.Walk(outer, own) {
		size, step := int(lengths.I[at/own[batch]%outer[batch]]), at/own[time]%outer[time]
		if size < 0 || size > outer[time] {
			return n.errorf("%d of %d steps", size, outer[time])
		}
		if step < size {
			at += (size - 1 - 2*step) * own[time]
		}
		offsets = append(offsets, at)
	}
	return runsOf(n, offsets, tensor.Count(v.Shape[last+1:]), v.Shape)
}

// nonZero are the places of the elements that are not 0, a column each. Source: ONNX 1.22,
// NonZero.
func nonZero(n *node) []*tensor.Tensor {
	v := n.in[0].Known
	own := tensor.Strides(v.Shape)
	places := make([][]int64, len(v.Shape))
	for i := range tensor.Count(v.Shape) {
		if v.At(i) == 0 {
			continue
		}
		for a, s := range own {
			places[a] = append(places[a], int64(i/s%v.Shape[a]))
		}
	}
	out := tensor.New(proto.Int64, []int{len(v.Shape), 0})
	for _, list := range places {
		out.I, out.Shape[1] = append(out.I, list...), len(list)
	}
	return []*tensor.Tensor{out}
}

// picked is the operand at known places of an axis: runs of neighbours are taken at once.
func picked(n *node, axis, d int, out []int) []*Value {
	v := numbered(n, n.in[0])
	if n.failed {
		return nil
	}
	var parts []*ir.Value
	x := n.plain(v)
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
		parts = append(parts, partOf(n, x, axis, int(id), size))
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

// oneHot compares ids with the numbers of an axis; negative ones count from the end.
func oneHot(n *node) []*Value {
	ids, values := n.in[0], n.in[2]
	depth := int(n.number("depth", 1, 0))
	if n.failed || !slices.Equal(values.Shape, []int{2}) || depth < 1 || depth > tensor.MaxKnown {
		return n.errorf("depth %d and values %v", depth, values.Shape)
	}
	rank := ids.rank() + 1
	axis := n.axis(n.int("axis", -1), rank)
	if n.failed {
		return nil
	}
	numbers := tensor.New(proto.Float32, slices.Repeat([]int{1}, rank-axis))
	numbers.Shape[0], numbers.F = depth, make([]float64, depth)
	for i := range depth {
		numbers.F[i] = float64(i)
	}
	at := shapedAs(n, ids, slices.Insert(slices.Clone(ids.Shape), axis, 1))
	off, on := shapedAs(n, partFrom(n, values, 0, 0, 1, 1), nil), shapedAs(n, partFrom(n, values, 0, 1, 2, 1), nil)
	e := scalar.Call("max", scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)), scalar.Call("eq", scalar.Call("add", scalar.Arg(0), scalar.Num(float64(depth))), scalar.Arg(1)))
	e = scalar.Call("select", e, scalar.Arg(2), scalar.Arg(3))
	y := n.then(e, "one_hot", values.Type, at, &Value{Type: proto.Float32, Shape: numbers.Shape, Known: numbers}, on, off)
	if n.failed {
		return nil
	}
	return one(y)
}
