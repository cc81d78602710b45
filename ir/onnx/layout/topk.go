package layout

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var topRows = map[string]node.Row{
	"TopK": {Least: 1, Most: 2, Moves: []int{0}, Graph: topK},
}

// topK takes the largest elements of the last axis one after the other, each the first
// of its value.
func topK(n *node.Node) []*node.Value {
	v := n.In[0]
	list, given := n.List("k", 1)
	if a := n.Attribute("k"); a != nil {
		list, given = []int{int(a.Int)}, true
	}
	axis := n.Axis(n.Int("axis", -1), v.Rank())
	if n.Failed || !given || len(list) != 1 || list[0] < 1 || list[0] > v.Shape[axis] || list[0] > 64 {
		return n.Errorf("k %v of axis %d of %v; at most 64 are supported", list, axis, v.Shape)
	}
	n.Exact(v)
	rank := v.Rank()
	x := n.Turned(n.X(0), append(slices.Delete(tensor.Identity(rank), axis, axis+1), axis))
	if !x.Valid() {
		return n.Errorf("its operand is not valid")
	}
	sign := 1.0
	if n.Int("largest", 1) == 0 {
		sign = -1
	}
	numbers := make([]float64, v.Shape[axis])
	for i := range numbers {
		numbers[i] = float64(i)
	}
	line := op.ConstOf(n.B, ir.Shape{len(numbers)}, numbers)
	rest := op.MapOf(n.B, scalar.Call("mul", scalar.Num(sign), scalar.Arg(0)), "signed", x)
	var values, places []*ir.Value
	for range list[0] {
		at := op.ArgMax(n.B, rest, true, -1)
		here := op.MapOf(n.B, scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)), "here", at, line)
		values = append(values, op.Sum(n.B, op.MapOf(n.B, scalar.Call("select", scalar.Arg(0), scalar.Arg(1), scalar.Num(0)), "top", here, x), true, -1))
		places = append(places, op.MapOf(n.B, scalar.Arg(0), "place", at))
		rest = op.MapOf(n.B, scalar.Call("select", scalar.Arg(0), scalar.Num(lowest), scalar.Arg(1)), "rest", here, rest)
	}
	back := slices.Insert(tensor.Identity(rank-1), axis, rank-1)
	join := func(list []*ir.Value, t proto.Type) *node.Value {
		y := list[0]
		if len(list) > 1 {
			y = op.Concatenate(n.B, -1, list...)
		}
		return n.Computed(n.Turned(y, back), t)
	}
	at := join(places, proto.Int64)
	at.Whole = &node.Span{High: float64(v.Shape[axis] - 1)}
	return []*node.Value{join(values, v.Type), at}
}

// lowest is below every float32 that is finite and was not taken.
const lowest = -3.4028234663852886e38
