package layout

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// GatherKnown are slices of a known operand by known indices. Source: ONNX 1.22, Gather.
func GatherKnown(n *node.Node) []*tensor.Tensor {
	from, ids := n.In[0].Known, n.In[1].Known
	axis := n.Axis(n.Int("axis", 0), len(from.Shape))
	if n.Failed {
		return nil
	}
	d := from.Shape[axis]
	s := slices.Concat(from.Shape[:axis], ids.Shape, from.Shape[axis+1:])
	if n.Large(s) {
		return nil
	}
	t, inner, i := tensor.New(from.Type, s), tensor.Count(from.Shape[axis+1:]), 0
	for outer := range tensor.Count(from.Shape[:axis]) {
		for _, id := range ids.I {
			if id < 0 {
				id += int64(d)
			}
			if id < 0 || id >= int64(d) {
				n.Errorf("index %d of an axis of %d", id, d)
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
func gather(n *node.Node) []*node.Value {
	v, ids := n.In[0], n.In[1]
	axis := n.Axis(n.Int("axis", 0), v.Rank())
	if n.Failed {
		return nil
	}
	d := v.Shape[axis]
	out := slices.Concat(v.Shape[:axis], ids.Shape, v.Shape[axis+1:])
	if ids.Known != nil {
		return Picked(n, axis, d, out)
	}
	x := IndicesOf(n, ids, d)
	v = node.Numbered(n, v)
	if n.Failed || !x.Valid() {
		return nil
	}
	table := n.Plain(v)
	if !table.Valid() {
		return n.Errorf("its table is not valid")
	}
	f := node.Front(table)
	if axis != 0 {
		table = n.Turned(table, append([]int{axis}, slices.Delete(tensor.Identity(v.Rank()), axis, axis+1)...))
	}
	var y *ir.Value
	if f == 1 {
		y = op.GatherAlong(n.B, table, x, 1)
	} else {
		y = op.GatherRows(n.B, table, x)
	}
	if axis != 0 { // ids, before, after -> before, ids, after
		perm := []int{}
		for i := range axis {
			perm = append(perm, ids.Rank()+i)
		}
		perm = append(perm, tensor.Identity(ids.Rank())...)
		for i := axis; i < v.Rank()-1; i++ {
			perm = append(perm, ids.Rank()+i)
		}
		y = n.Turned(y, perm)
	}
	return node.One(n.Computed(y, v.Type))
}

// IndicesOf are places of an axis of d. Those of an input are checked to be there; those
// that are computed count from the end where they are negative, and what is beyond either
// end is the place there.
func IndicesOf(n *node.Node, ids *node.Value, d int) *ir.Value {
	x := n.Plain(ids)
	if !x.Valid() {
		return x
	}
	if x.DType == ir.I32 {
		node.Bounded(x, node.Span{High: float64(d - 1)})
		return x
	}
	if d > node.MostExact {
		n.Errorf("an axis of %d; computed places are supported below %d", d, node.MostExact)
		return n.Bad()
	}
	id := scalar.Arg(0)
	place := scalar.Call("select", scalar.Call("lt", id, scalar.Num(0)), scalar.Call("add", id, scalar.Num(float64(d))), id)
	return op.Integers(n.B, op.MapOf(n.B, place, "place", x), d)
}

// compress takes the places of an axis, or of all elements, where a known condition holds.
// Source: ONNX 1.22, Compress.
func compress(n *node.Node) []*node.Value {
	v, c := n.In[0], n.In[1].Known
	if c == nil {
		return n.Errorf(OpenExtent)
	}
	axis := 0
	if n.Attribute("axis") == nil {
		v = node.ShapedAs(n, v, []int{tensor.Count(v.Shape)})
	} else {
		axis = n.Axis(n.Int("axis", 0), v.Rank())
	}
	if n.Failed || tensor.IsFloat(c.Type) || len(c.I) > v.Shape[axis] {
		return n.Errorf("a condition %v of axis %d of %v", c.Shape, axis, n.In[0].Shape)
	}
	var ids []int
	for i, holds := range c.I {
		if holds != 0 {
			ids = append(ids, i)
		}
	}
	out := slices.Clone(v.Shape)
	if out[axis] = len(ids); len(ids) == 0 {
		return node.One(node.Zeros(v.Type, out...))
	}
	of := n.With(v, node.List(ids...))
	y := Picked(of, axis, v.Shape[axis], out)
	n.Take(of)
	return y
}

// reverseSequence turns the first steps of every entry of the batch around, as many as are
// known of each. Source: ONNX 1.22, ReverseSequence.
func reverseSequence(n *node.Node) []*node.Value {
	v, lengths := n.In[0], n.In[1].Known
	time, batch := n.Axis(n.Int("time_axis", 0), v.Rank()), n.Axis(n.Int("batch_axis", 1), v.Rank())
	if lengths == nil {
		return n.Errorf("%s, how many steps are turned around, must be known when the model is built", diag.Quote(n.In[1].Name))
	}
	if n.Failed || time == batch || tensor.IsFloat(lengths.Type) || len(lengths.I) != v.Shape[batch] {
		return n.Errorf("lengths %v of axis %d of %v by axis %d", lengths.Shape, time, v.Shape, batch)
	}
	last := max(time, batch)
	own, outer := tensor.Strides(v.Shape)[:last+1], v.Shape[:last+1]
	var offsets []int
	for at := range tensor.Walk(outer, own) {
		size, step := int(lengths.I[at/own[batch]%outer[batch]]), at/own[time]%outer[time]
		if size < 0 || size > outer[time] {
			return n.Errorf("%d of %d steps", size, outer[time])
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
func nonZero(n *node.Node) []*tensor.Tensor {
	v := n.In[0].Known
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

// Picked is the operand at known places of an axis: runs of neighbours are taken at once.
func Picked(n *node.Node, axis, d int, out []int) []*node.Value {
	v := node.Numbered(n, n.In[0])
	if n.Failed {
		return nil
	}
	var parts []*ir.Value
	x := n.Plain(v)
	list := n.In[1].Known.I
	for i := 0; i < len(list); {
		id, size := list[i], 1
		if id < 0 {
			id += int64(d)
		}
		if id < 0 || id >= int64(d) {
			return n.Errorf("index %d of an axis of %d", id, d)
		}
		for i+size < len(list) && list[i] >= 0 && list[i+size] == list[i]+int64(size) && id+int64(size) < int64(d) {
			size++
		}
		parts = append(parts, partOf(n, x, axis, int(id), size))
		i += size
	}
	if len(parts) == 0 {
		return n.Errorf("it gathers nothing")
	}
	y := parts[0]
	if len(parts) > 1 {
		y = op.Concatenate(n.B, node.Front(x)+axis, parts...)
	}
	if y.Valid() {
		y = op.ReshapeTo(n.B, y, append(append(ir.Shape{}, y.Shape[:node.Front(y)]...), out...))
	}
	return node.One(n.Computed(y, v.Type))
}

// oneHot compares ids with the numbers of an axis; negative ones count from the end.
func oneHot(n *node.Node) []*node.Value {
	ids, values := n.In[0], n.In[2]
	depth := int(n.Number("depth", 1, 0))
	if n.Failed || !slices.Equal(values.Shape, []int{2}) || depth < 1 || depth > tensor.MaxKnown {
		return n.Errorf("depth %d and values %v", depth, values.Shape)
	}
	rank := ids.Rank() + 1
	axis := n.Axis(n.Int("axis", -1), rank)
	if n.Failed {
		return nil
	}
	numbers := tensor.New(proto.Float32, slices.Repeat([]int{1}, rank-axis))
	numbers.Shape[0], numbers.F = depth, make([]float64, depth)
	for i := range depth {
		numbers.F[i] = float64(i)
	}
	at := node.ShapedAs(n, ids, slices.Insert(slices.Clone(ids.Shape), axis, 1))
	off, on := node.ShapedAs(n, node.PartFrom(n, values, 0, 0, 1, 1), nil), node.ShapedAs(n, node.PartFrom(n, values, 0, 1, 2, 1), nil)
	e := scalar.Call("max", scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)), scalar.Call("eq", scalar.Call("add", scalar.Arg(0), scalar.Num(float64(depth))), scalar.Arg(1)))
	e = scalar.Call("select", e, scalar.Arg(2), scalar.Arg(3))
	y := n.Then(e, "one_hot", values.Type, at, &node.Value{Type: proto.Float32, Shape: numbers.Shape, Known: numbers}, on, off)
	if n.Failed {
		return nil
	}
	return node.One(y)
}
