package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
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

func (c *Concat) String() string { return fmt.Sprintf("concat[axis=%d]", c.Axis) }

// Infer adds up the extents of the axis; all others must be equal.
func (c *Concat) Infer(args []ir.Type) (ir.Type, error) {
	if len(args) == 0 {
		return ir.Type{}, fmt.Errorf("concat of nothing")
	}
	if err := dense("concat", args); err != nil {
		return ir.Type{}, err
	}
	out := slices.Clone(args[0].Shape)
	if c.Axis < 0 || c.Axis >= len(out) || out[c.Axis] == ir.Batch {
		return ir.Type{}, fmt.Errorf("concat of %v along axis %d", out, c.Axis)
	}
	for _, a := range args[1:] {
		fits := len(a.Shape) == len(out) && a.DType == args[0].DType
		for i := range out {
			fits = fits && (i == c.Axis || a.Shape[i] == out[i])
		}
		if !fits {
			return ir.Type{}, fmt.Errorf("concat along axis %d: %v does not fit %v", c.Axis, a, args[0])
		}
		out[c.Axis] += a.Shape[c.Axis]
	}
	return ir.Type{Shape: out, DType: args[0].DType}, nil
}
