package onnx

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// cumulated is the sum of all elements up to each along an axis: a product with a
// triangle of ones.
func cumulated(n *node) []*Value {
	v := n.in[0]
	axis := n.axis(int(n.number("axis", 1, 0)), v.rank())
	s := n.exact(v)
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
	out := one(n.computed(along(n, n.plain(v), axis, op.ConstOf(n.b, ir.Shape{d, d}, t)), v.Type))
	if tensor.IsInteger(v.Type) {
		return fitted(n, out, s.or(span{}).times(d))
	}
	return out
}

// cumulatedProduct is the product of all elements up to each along an axis: of twice as
// many in every step.
func cumulatedProduct(n *node) []*Value {
	v := n.in[0]
	axis := n.axis(int(n.number("axis", 1, 0)), v.rank())
	s := n.exact(v)
	if n.failed {
		return nil
	}
	x := n.plain(v)
	if n.failed || !x.Valid() {
		return unless(n, "its operand is not valid")
	}
	at, d := front(x)+axis, v.Shape[axis]
	reverse := n.int("reverse", 0) != 0
	// moved is x so many places on, with ones before it.
	moved := func(x *ir.Value, by int) *ir.Value {
		before, after := make([]int, len(x.Shape)), make([]int, len(x.Shape))
		from := 0
		if before[at] = by; reverse {
			before[at], after[at], from = 0, by, by
		}
		return op.PadWith(n.b, op.SliceAxis(n.b, x, at, from, d-by), before, after, 1)
	}
	if n.int("exclusive", 0) != 0 {
		if d == 1 {
			x = op.MapOf(n.b, scalar.Num(1), "none", x)
		} else {
			x = moved(x, 1)
		}
	}
	for by := 1; by < d; by *= 2 {
		x = op.MapOf(n.b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "product", x, moved(x, by))
	}
	out := one(n.computed(x, v.Type))
	if tensor.IsInteger(v.Type) {
		most := math.Pow(max(1, s.high, -s.low), float64(d))
		return fitted(n, out, span{low: -most, high: most}.computed())
	}
	return out
}
