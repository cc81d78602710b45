package reduction

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/product"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var cumulateRows = map[string]node.Row{
	"CumSum":  {Least: 2, Most: 2, Graph: cumulated},
	"CumProd": {Least: 2, Most: 2, Graph: cumulatedProduct},
}

// cumulated is the sum of all elements up to each along an axis: a product with a
// triangle of ones.
func cumulated(n *node.Node) []*node.Value {
	v := n.In[0]
	axis := n.Axis(int(n.Number("axis", 1, 0)), v.Rank())
	s := n.Exact(v)
	if n.Failed {
		return nil
	}
	d := v.Shape[axis]
	if n.Large([]int{d, d}) {
		return nil
	}
	t := make([]float64, d*d)
	for from := range d {
		for to := range d {
			i, j := from, to
			if n.Int("reverse", 0) != 0 {
				i, j = to, from
			}
			if i < j || i == j && n.Int("exclusive", 0) == 0 {
				t[from*d+to] = 1
			}
		}
	}
	out := node.One(n.Computed(product.Along(n, n.Plain(v), axis, n.Table(ir.Shape{d, d}, t)), v.Type))
	if tensor.IsInteger(v.Type) {
		return node.Fitted(n, out, s.Or(node.Span{}).Times(d))
	}
	return out
}

// cumulatedProduct is the product of all elements up to each along an axis: of twice as
// many in every step.
func cumulatedProduct(n *node.Node) []*node.Value {
	v := n.In[0]
	axis := n.Axis(int(n.Number("axis", 1, 0)), v.Rank())
	s := n.Exact(v)
	if n.Failed {
		return nil
	}
	x := n.Plain(v)
	if n.Failed || !x.Valid() {
		return node.Unless(n, "its operand is not valid")
	}
	at, d := node.Front(x)+axis, v.Shape[axis]
	reverse := n.Int("reverse", 0) != 0
	// moved is x so many places on, with ones before it.
	moved := func(x *ir.Value, by int) *ir.Value {
		before, after := make([]int, len(x.Shape)), make([]int, len(x.Shape))
		from := 0
		if before[at] = by; reverse {
			before[at], after[at], from = 0, by, by
		}
		return op.PadWith(n.B, op.SliceAxis(n.B, x, at, from, d-by), before, after, 1)
	}
	if n.Int("exclusive", 0) != 0 {
		if d == 1 {
			x = op.MapOf(n.B, scalar.Num(1), "none", x)
		} else {
			x = moved(x, 1)
		}
	}
	for by := 1; by < d; by *= 2 {
		x = op.MapOf(n.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "product", x, moved(x, by))
	}
	out := node.One(n.Computed(x, v.Type))
	if tensor.IsInteger(v.Type) {
		most := math.Pow(max(1, s.High, -s.Low), float64(d))
		return node.Fitted(n, out, node.Span{Low: -most, High: most}.Computed())
	}
	return out
}
