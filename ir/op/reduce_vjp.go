package op

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// VJP stretches dy back over the reduced axes. Of a sum, every operand gets its
// partial derivative; a mean divides by the count; of a maximum, the elements
// that attain it share dy evenly.
func (r *Reduce) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	out := make([]*ir.Value, len(v.Args))
	if r.Stop || r.Kind == loop.ArgMax {
		return out
	}
	bare := *r
	bare.Finish = nil
	if r.Finish != nil {
		dy = beneath(b, r.Finish, r.Word, func() *ir.Value { return b.Apply(&bare, v.Args...) }, nil, v, dy, nil)
		if dy == nil {
			return out
		}
	}
	types := make([]ir.Type, len(v.Args))
	for i, a := range v.Args {
		types[i] = a.Type
	}
	full, err := stretch(types)
	if err != nil {
		b.Errorf("reduce: %v", err)
		return out
	}
	kept := slices.Clone(full)
	for _, a := range r.Axes {
		kept[a] = 1
	}
	if r.Mean {
		dy = MapOf(b, scalar.Call("div", scalar.Arg(0), r.count(full)), "mean gradient", dy)
	}
	if !dy.Valid() {
		return out
	}
	dy = ReshapeTo(b, dy, kept)
	expr := r.Expr
	if expr == nil {
		expr = scalar.Arg(0)
	}
	if r.Kind == loop.Max {
		x := v.Args[0]
		if r.Expr != nil {
			x = MapOf(b, r.Expr, "", v.Args...)
		}
		if r.Finish != nil {
			v = b.Apply(&bare, v.Args...)
		}
		if !x.Valid() || !v.Valid() {
			return out
		}
		hit := MapOf(b, scalar.Call("select", scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)), scalar.Num(1), scalar.Num(0)), "is max", x, ReshapeTo(b, v, kept))
		shared := Binary(b, "div", dy, Sum(b, hit, true, r.Axes...))
		dy = MapOf(b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "max gradient", hit, shared)
	}
	dy = BroadcastTo(b, dy, full)
	for i, x := range v.Args {
		if !dy.Valid() || x.DType != ir.F32 {
			continue
		}
		out[i] = unbroadcast(b, chain(b, scalar.Diff(expr, i), v.Args, dy, r.Word), x.Shape)
	}
	return out
}

// count is the number of reduced elements.
func (r *Reduce) count(full ir.Shape) scalar.Expr {
	fixed, rows := 1, scalar.Expr(scalar.Num(1))
	for _, a := range r.Axes {
		if full[a] == ir.Batch {
			rows = scalar.Rows{}
		} else {
			fixed *= full[a]
		}
	}
	return scalar.Call("mul", rows, scalar.Num(fixed))
}
