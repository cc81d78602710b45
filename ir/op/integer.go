package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Integer is the whole part of numbers as ids below Limit: a number below 0, or
// NaN, gives 0, and one beyond gives Limit-1. So a Gather may read where the graph
// itself computes.
type Integer struct{ Limit int }

// Integers are the whole parts of x as ids below limit.
func Integers(b *ir.Builder, x *ir.Value, limit int) *ir.Value {
	return b.Apply(&Integer{Limit: limit}, x)
}

// Name is "integer".
func (*Integer) Name() string { return "integer" }

func (o *Integer) String() string { return fmt.Sprintf("integer[limit=%d]", o.Limit) }

// Infer is x's shape.
func (o *Integer) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("integer", args, 1); err != nil {
		return ir.Type{}, err
	}
	if err := numeric("integer", args); err != nil {
		return ir.Type{}, err
	}
	if o.Limit < 1 || o.Limit > loop.MaxInteger {
		return ir.Type{}, fmt.Errorf("integer below %d: the limit is from 1 to %d, up to which numbers are exact", o.Limit, loop.MaxInteger)
	}
	return ir.Type{Shape: args[0].Shape, DType: ir.I32}, nil
}

// Eval32 is the rule in single precision.
func (o *Integer) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalInteger(c, o, v, args)
}

// Eval64 is the rule in double precision.
func (o *Integer) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalInteger(c, o, v, args)
}

func evalInteger[F ir.Float](c *ir.Context[F], o *Integer, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := &ir.Tensor[F]{Shape: v.Shape.Concrete(c.Rows), I: make([]int32, len(args[0].F))}
	for i, x := range args[0].F {
		if x > 0 {
			out.I[i] = int32(min(x, F(o.Limit-1)))
		}
	}
	return out
}

// VJP hands nothing on: steps are flat.
func (*Integer) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return []*ir.Value{nil} }

// Lower is one nest, which stores what the verifier knows to be below the limit.
func (o *Integer) Lower(l Lowering, v *ir.Value) {
	value, srcs := operandsOf(l, loop.Integer(scalar.Arg(0), o.Limit), v.Args, v.Shape)
	store(l, v, l.Result(v), v.Shape, value, srcs, "id")
}
