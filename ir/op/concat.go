package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Concat joins its operands along one axis, which is not the batch axis.
type Concat struct{ Axis int }

// Concatenate joins xs along an axis, which may be negative.
func Concatenate(b *ir.Builder, ax int, xs ...*ir.Value) *ir.Value {
	for _, x := range xs {
		if !x.Valid() {
			return x
		}
	}
	if len(xs) == 0 {
		return b.Errorf("concat of nothing")
	}
	at, err := axis(ax, len(xs[0].Shape))
	if err != nil {
		return b.Errorf("concat: %v", err)
	}
	if len(xs) == 1 {
		return xs[0]
	}
	return b.Apply(&Concat{Axis: at}, xs...)
}

// Name is "concat".
func (*Concat) Name() string { return "concat" }

func (k *Concat) String() string { return fmt.Sprintf("concat[axis=%d]", k.Axis) }

// Infer adds up the extents of the axis; all others must be equal.
func (k *Concat) Infer(args []ir.Type) (ir.Type, error) {
	if len(args) == 0 {
		return ir.Type{}, fmt.Errorf("concat of nothing")
	}
	if err := dense("concat", args); err != nil {
		return ir.Type{}, err
	}
	out := slices.Clone(args[0].Shape)
	if k.Axis < 0 || k.Axis >= len(out) || out[k.Axis] == ir.Batch {
		return ir.Type{}, fmt.Errorf("concat of %v along axis %d", out, k.Axis)
	}
	for _, a := range args[1:] {
		fits := len(a.Shape) == len(out) && a.DType == args[0].DType
		for i := range out {
			fits = fits && (i == k.Axis || a.Shape[i] == out[i])
		}
		if !fits {
			return ir.Type{}, fmt.Errorf("concat along axis %d: %v does not fit %v", k.Axis, a, args[0])
		}
		out[k.Axis] += a.Shape[k.Axis]
	}
	return ir.Type{Shape: out, DType: args[0].DType}, nil
}

// Eval32 is the rule in single precision.
func (k *Concat) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalConcat(c, k, v, args)
}

// Eval64 is the rule in double precision.
func (k *Concat) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalConcat(c, k, v, args)
}

func evalConcat[F ir.Float](c *ir.Context[F], k *Concat, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	shape := v.Shape.Concrete(c.Rows)
	out := like(c, args[0], shape)
	to := packed(shape)
	for _, x := range args {
		move(x.Shape, out, to, x, packed(x.Shape))
		to.offset += x.Shape[k.Axis] * to.strides[k.Axis]
	}
	return out
}

// VJP cuts the gradient where the operands meet.
func (k *Concat) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	out := make([]*ir.Value, len(v.Args))
	from := 0
	for i, x := range v.Args {
		size := x.Shape[k.Axis]
		if x.DType == ir.F32 {
			out[i] = SliceAxis(b, dy, k.Axis, from, size)
		}
		from += size
	}
	return out
}

// Lower is one copy per operand.
func (k *Concat) Lower(l Lowering, v *ir.Value) {
	if v.DType != ir.F32 {
		l.Errorf(v, "joining ids is not lowered by this version")
		return
	}
	to := l.Result(v)
	for _, x := range v.Args {
		if w := l.View(x); w.Buf != to.Buf || w.Offset != to.Offset || !slices.Equal(w.Strides, to.Strides) { // else it lies there
			store(l, v, to, x.Shape, scalar.Arg(0), []loop.Access{access(w, x.Shape, x.Shape)}, "concatenate")
		}
		to.Offset += x.Shape[k.Axis] * to.Strides[k.Axis]
	}
}
