package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

type sparsemax struct{}

// apply is max(x-τ, 0) over the last axis, τ = (Σ x - 1)/k taken over the k values
// that are in the support. Where the values are sorted, as A. Martins and R. Astudillo
// do ("From softmax to sparsemax", 2016, algorithm 1), those up to the last one with
// 1 + k·x(k) > Σ x(j), j ≤ k, are. That is Σ max(x(j)-x(k), 0) < 1, a sum over all
// values in any order, which needs no sort and no difference of large sums. The
// support has no gradient, as there.
func (*sparsemax) apply(c *Context, x *ir.Value) *ir.Value {
	x = c.pre(x)
	if !c.classes(x, "sparsemax") {
		return c.poison()
	}
	rank := len(x.Shape)
	column, row := append(slices.Clone(x.Shape), 1), append(slices.Clone(x.Shape[:rank-1]), 1, x.Shape[rank-1])
	excess := scalar.Call("max", scalar.Call("sub", scalar.Arg(1), scalar.Arg(0)), scalar.Num(0))
	pairs := op.MapOf(c.B, excess, "excess", op.ReshapeTo(c.B, x, column), op.ReshapeTo(c.B, x, row))
	above := c.Named(op.Sum(c.B, pairs, false, rank), "above")
	counts := scalar.Call("lt", scalar.Arg(0), scalar.Num(1))
	support := c.Named(op.MapOf(c.B, counts, "support", above), "support")
	size := c.Named(op.Sum(c.B, support, true, -1), "size")
	sum := c.Named(op.Sum(c.B, op.Select(c.B, support, x, op.Scalar(c.B, 0)), true, -1), "sum")
	tau := scalar.Call("div", scalar.Call("sub", scalar.Arg(0), scalar.Num(1)), scalar.Arg(1))
	threshold := c.Named(op.MapOf(c.B, tau, "threshold", sum, size), "threshold")
	above0 := scalar.Call("max", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), scalar.Num(0))
	return op.MapOf(c.B, above0, "sparsemax", x, threshold)
}
