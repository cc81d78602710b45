package onnx

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var placesRows = map[string]row{
	"GatherElements":  {least: 2, most: 2, ids: true, moves: []int{0}, known: gatherElementsKnown, graph: gatherElements},
	"GatherND":        {least: 2, most: 2, moves: []int{0}, known: gatherNDKnown, graph: gatherND},
	"ScatterElements": {least: 3, most: 3, moves: []int{0, 2}, known: scatterElementsKnown, graph: scatterElements}, "Scatter": {least: 3, most: 3, moves: []int{0, 2}, known: scatterElementsKnown, graph: scatterElements},
	"ScatterND": {least: 3, most: 3, moves: []int{0, 2}, known: scatterNDKnown, graph: scatterND},
	"TopK":      {least: 1, most: 2, moves: []int{0}, graph: topK},
}

// offsets are the places in a tensor of shape s that GatherElements names by ids.
func elementOffsets(n *node, s []int, ids *tensor.Tensor, axis int) []int {
	if len(ids.Shape) != len(s) || tensor.IsFloat(ids.Type) {
		n.errorf("indices %v of %v", ids.Shape, s)
		return nil
	}
	own := tensor.Strides(s)
	index, out := make([]int, len(s)), make([]int, 0, len(ids.I))
	for _, id := range ids.I {
		if id < 0 {
			id += int64(s[axis])
		}
		at := 0
		for a := range s {
			i := index[a]
			if a == axis {
				if id < 0 || id >= int64(s[a]) {
					n.errorf("index %d of an axis of %d", id, s[a])
					return nil
				}
				i = int(id)
			} else if i >= s[a] {
				n.errorf("indices %v of %v", ids.Shape, s)
				return nil
			}
			at += i * own[a]
		}
		out = append(out, at)
		for a := len(s) - 1; a >= 0; a-- {
			if index[a]++; index[a] < ids.Shape[a] {
				break
			}
			index[a] = 0
		}
	}
	return out
}

// ndOffsets are the places that rows of ids name, of so many elements each, after
// batch shared axes.
func ndOffsets(n *node, s []int, ids *tensor.Tensor, batch int) (offsets []int, run int, out []int) {
	r := len(ids.Shape)
	if r == 0 || tensor.IsFloat(ids.Type) || batch < 0 || batch >= r || batch > len(s) || !slices.Equal(s[:batch], ids.Shape[:batch]) || ids.Shape[r-1] > len(s)-batch {
		n.errorf("indices %v of %v after %d shared axes", ids.Shape, s, batch)
		return nil, 0, nil
	}
	k := ids.Shape[r-1]
	own := tensor.Strides(s)
	run = tensor.Count(s[batch+k:])
	each := tensor.Count(ids.Shape[batch : r-1])
	for i := range tensor.Count(ids.Shape[:r-1]) {
		at := i / max(each, 1) * tensor.Count(s[batch:])
		for j := range k {
			id := ids.I[i*k+j]
			if id < 0 {
				id += int64(s[batch+j])
			}
			if id < 0 || id >= int64(s[batch+j]) {
				n.errorf("index %d of an axis of %d", id, s[batch+j])
				return nil, 0, nil
			}
			at += int(id) * own[batch+j]
		}
		offsets = append(offsets, at)
	}
	return offsets, run, slices.Concat(ids.Shape[:r-1], s[batch+k:])
}

// taken are runs of elements of a known tensor.
func taken(from *tensor.Tensor, offsets []int, run int, shape []int) []*tensor.Tensor {
	t := tensor.New(from.Type, shape)
	for i, at := range offsets {
		for j := range run {
			t.Set(i*run+j, from.At(at+j))
		}
	}
	return []*tensor.Tensor{t}
}

// runsOf are runs of elements of a computed tensor: neighbours are taken at once.
func runsOf(n *node, offsets []int, run int, shape []int) []*Value {
	v := n.in[0]
	x := n.x(0)
	if n.failed || !x.Valid() || len(offsets) == 0 {
		return n.errorf("it gathers nothing")
	}
	flat := n.with(&Value{Type: v.Type, Shape: []int{tensor.Count(v.Shape)}, inOrder: op.ReshapeTo(n.b, x, append(append(ir.Shape{}, x.Shape[:front(x)]...), tensor.Count(v.Shape)))}, nil)
	if n.large([]int{len(offsets), run}) {
		return nil
	}
	var list []int64
	for _, at := range offsets {
		for j := range run {
			list = append(list, int64(at+j))
		}
	}
	flat.in[1] = &Value{Known: tensor.Ints(list...)}
	out := picked(flat, 0, tensor.Count(v.Shape), []int{len(list)})
	if n.take(flat) {
		return nil
	}
	return reshaped(n.with(out[0]), shape)
}

func gatherElementsKnown(n *node) []*tensor.Tensor {
	axis := n.axis(n.int("axis", 0), n.in[0].rank())
	offsets := elementOffsets(n, n.in[0].Shape, n.in[1].Known, axis)
	if n.failed {
		return nil
	}
	return taken(n.in[0].Known, offsets, 1, n.in[1].Shape)
}

func gatherElements(n *node) []*Value {
	axis := n.axis(n.int("axis", 0), n.in[0].rank())
	if n.in[1].Known == nil {
		return elementsAt(n, axis)
	}
	offsets := elementOffsets(n, n.in[0].Shape, n.in[1].Known, axis)
	return runsOf(n, offsets, 1, n.in[1].Shape)
}

// elementsAt picks by ids that are computed, along the last axis.
func elementsAt(n *node, axis int) []*Value {
	v, ids := n.in[0], n.in[1]
	rank := v.rank()
	if n.failed || ids.rank() != rank || !slices.Equal(slices.Delete(slices.Clone(v.Shape), axis, axis+1), slices.Delete(slices.Clone(ids.Shape), axis, axis+1)) {
		return n.errorf("indices %v, which are computed, of %v", ids.Shape, v.Shape)
	}
	last := append(slices.Delete(tensor.Identity(rank), axis, axis+1), axis)
	v = numbered(n, v)
	x, at := n.turned(rowed(n, n.plain(v)), last), indicesOf(n, ids, v.Shape[axis])
	if !x.Valid() || !at.Valid() || n.failed {
		return n.errorf("its operands are not valid")
	}
	at = n.turned(rowed(n, at), last)
	y := op.GatherAlong(n.b, x, at, rank)
	back := slices.Insert(tensor.Identity(rank-1), axis, rank-1)
	return one(n.computed(n.turned(y, back), v.Type))
}

func gatherNDKnown(n *node) []*tensor.Tensor {
	offsets, run, shape := ndOffsets(n, n.in[0].Shape, n.in[1].Known, n.int("batch_dims", 0))
	if n.failed {
		return nil
	}
	return taken(n.in[0].Known, offsets, run, shape)
}

func gatherND(n *node) []*Value {
	if n.in[1].Known == nil {
		return n.errorf("its indices %s are computed; only known ones are supported", n.in[1].Name)
	}
	offsets, run, shape := ndOffsets(n, n.in[0].Shape, n.in[1].Known, n.int("batch_dims", 0))
	if n.failed {
		return nil
	}
	return runsOf(n, offsets, run, shape)
}

// combiner is what a scatter does with the element that is there.
func combiner(n *node) func(old, new float64) float64 {
	switch r := n.string("reduction", "none"); r {
	case "none":
		return func(_, v float64) float64 { return v }
	case "add":
		return sum
	case "mul":
		return func(a, b float64) float64 { return a * b }
	case "max":
		return func(a, b float64) float64 { return max(a, b) }
	case "min":
		return func(a, b float64) float64 { return min(a, b) }
	default:
		n.errorf("reduction %s", r)
		return nil
	}
}

func scattered(n *node, offsets []int, run int) []*tensor.Tensor {
	f := combiner(n)
	data, updates := n.in[0].Known, n.in[2].Known
	if n.failed || tensor.Count(updates.Shape) != len(offsets)*run {
		n.errorf("%v updates for %d places", updates.Shape, len(offsets)*run)
		return nil
	}
	t := tensor.New(data.Type, data.Shape)
	for i := range tensor.Count(data.Shape) {
		t.Set(i, data.At(i))
	}
	for i, at := range offsets {
		for j := range run {
			t.Set(at+j, f(t.At(at+j), updates.At(i*run+j)))
		}
	}
	return []*tensor.Tensor{t}
}

func scatterElementsKnown(n *node) []*tensor.Tensor {
	offsets := elementOffsets(n, n.in[0].Shape, n.in[1].Known, n.axis(n.int("axis", 0), n.in[0].rank()))
	if n.failed {
		return nil
	}
	return scattered(n, offsets, 1)
}

func scatterNDKnown(n *node) []*tensor.Tensor {
	offsets, run, _ := ndOffsets(n, n.in[0].Shape, n.in[1].Known, 0)
	if n.failed {
		return nil
	}
	return scattered(n, offsets, run)
}

// neutral is what a reduction leaves an element as with.
var neutral = map[string]float64{"add": 0, "mul": 1, "max": math.Inf(-1), "min": math.Inf(1)}

// replaced puts updates in the places of an operand, or reduces them with what is there:
// the first of every place, then the second of those with two, and so on.
func replaced(n *node, offsets []int, run int) []*Value {
	v, u := n.in[0], n.in[2]
	if tensor.Count(u.Shape) != len(offsets)*run {
		return n.errorf("%v updates for %d places", u.Shape, len(offsets)*run)
	}
	size := tensor.Count(v.Shape)
	if n.large(v.Shape) {
		return nil
	}
	x, y := shapedAs(n, v, []int{size}), shapedAs(n, u, []int{tensor.Count(u.Shape)})
	r := n.string("reduction", "none")
	if r == "none" {
		list := tensor.Identity(size)
		for i, at := range offsets {
			for j := range run {
				list[at+j] = size + i*run + j
			}
		}
		x = chosenOf(n, list, x, y)
	} else if _, ok := neutral[r]; !ok {
		return n.errorf("reduction %s", r)
	}
	for len(offsets) > 0 && r != "none" && !n.failed {
		if tensor.IsInteger(v.Type) {
			return n.errorf("reduction %s of %v that is computed is not supported", r, v.Type)
		}
		list := slices.Repeat([]int{tensor.Count(u.Shape)}, size)
		done := true
		for i, at := range offsets {
			if at < 0 {
				continue
			}
			done = false
			if list[at] != tensor.Count(u.Shape) {
				continue
			}
			for j := range run {
				list[at+j] = i*run + j
			}
			offsets[i] = -1
		}
		if done {
			break
		}
		none := tensor.New(u.Type, []int{1})
		none.F[0] = neutral[r]
		of := chosenOf(n, list, y, &Value{Type: u.Type, Shape: none.Shape, Known: none})
		x = n.then(scalar.Call(r, scalar.Arg(0), scalar.Arg(1)), r, v.Type, x, of)
	}
	if x = shapedAs(n, x, v.Shape); n.failed {
		return nil
	}
	return one(x)
}

// chosenOf are elements of two vectors laid one after the other.
func chosenOf(n *node, list []int, a, b *Value) *Value {
	if n.failed {
		return nil
	}
	x, y := n.plain(a), n.plain(b)
	if !x.Valid() || !y.Valid() {
		n.errorf("its operands are not valid")
		return nil
	}
	if front(x)+front(y) > 0 {
		x, y = rowed(n, x), rowed(n, y)
	}
	if x.DType != y.DType {
		x, y = op.MapOf(n.b, scalar.Arg(0), "number", x), op.MapOf(n.b, scalar.Arg(0), "number", y)
	}
	ids := make([]int64, len(list))
	for i, at := range list {
		ids[i] = int64(at)
	}
	size := tensor.Count(a.Shape) + tensor.Count(b.Shape)
	of := n.with(&Value{Type: a.Type, Shape: []int{size}, inOrder: op.Concatenate(n.b, -1, x, y)}, &Value{Known: tensor.Ints(ids...)})
	out := picked(of, 0, size, []int{len(list)})
	if n.take(of) {
		return nil
	}
	return out[0]
}

func scatterElements(n *node) []*Value {
	if n.in[1].Known == nil {
		return n.errorf("its indices %s are computed; only known ones are supported", n.in[1].Name)
	}
	offsets := elementOffsets(n, n.in[0].Shape, n.in[1].Known, n.axis(n.int("axis", 0), n.in[0].rank()))
	if n.failed {
		return nil
	}
	return replaced(n, offsets, 1)
}

func scatterND(n *node) []*Value {
	if n.in[1].Known == nil {
		return n.errorf("its indices %s are computed; only known ones are supported", n.in[1].Name)
	}
	offsets, run, _ := ndOffsets(n, n.in[0].Shape, n.in[1].Known, 0)
	if n.failed {
		return nil
	}
	return replaced(n, offsets, run)
}

// topK takes the largest elements of the last axis one after the other, each the first
// of its value.
func topK(n *node) []*Value {
	v := n.in[0]
	list, given := n.list("k", 1)
	if a := n.attribute("k"); a != nil {
		list, given = []int{int(a.Int)}, true
	}
	axis := n.axis(n.int("axis", -1), v.rank())
	if n.failed || !given || len(list) != 1 || list[0] < 1 || list[0] > v.Shape[axis] || list[0] > 64 {
		return n.errorf("k %v of axis %d of %v; at most 64 are supported", list, axis, v.Shape)
	}
	n.exact(v)
	rank := v.rank()
	x := n.turned(n.x(0), append(slices.Delete(tensor.Identity(rank), axis, axis+1), axis))
	if !x.Valid() {
		return n.errorf("its operand is not valid")
	}
	sign := 1.0
	if n.int("largest", 1) == 0 {
		sign = -1
	}
	numbers := make([]float64, v.Shape[axis])
	for i := range numbers {
		numbers[i] = float64(i)
	}
	line := op.ConstOf(n.b, ir.Shape{len(numbers)}, numbers)
	rest := op.MapOf(n.b, scalar.Call("mul", scalar.Num(sign), scalar.Arg(0)), "signed", x)
	var values, places []*ir.Value
	for range list[0] {
		at := op.ArgMax(n.b, rest, true, -1)
		here := op.MapOf(n.b, scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)), "here", at, line)
		values = append(values, op.Sum(n.b, op.MapOf(n.b, scalar.Call("select", scalar.Arg(0), scalar.Arg(1), scalar.Num(0)), "top", here, x), true, -1))
		places = append(places, op.MapOf(n.b, scalar.Arg(0), "place", at))
		rest = op.MapOf(n.b, scalar.Call("select", scalar.Arg(0), scalar.Num(lowest), scalar.Arg(1)), "rest", here, rest)
	}
	back := slices.Insert(tensor.Identity(rank-1), axis, rank-1)
	join := func(list []*ir.Value, t proto.Type) *Value {
		y := list[0]
		if len(list) > 1 {
			y = op.Concatenate(n.b, -1, list...)
		}
		return n.computed(n.turned(y, back), t)
	}
	at := join(places, proto.Int64)
	at.whole = &span{high: float64(v.Shape[axis] - 1)}
	return []*Value{join(values, v.Type), at}
}

// lowest is below every float32 that is finite and was not taken.
const lowest = -3.4028234663852886e38
