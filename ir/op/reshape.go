package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
)

// Reshape gives the same elements in row-major order another shape. The batch
// axis, where there is one, stays.
type Reshape struct{ Shape ir.Shape }

// ReshapeTo is x with another shape; x itself where it has that shape.
func ReshapeTo(b *ir.Builder, x *ir.Value, shape ir.Shape) *ir.Value {
	if x.Valid() && x.Shape.Equal(shape) {
		return x
	}
	return b.Apply(&Reshape{Shape: shape}, x)
}

// Name is "reshape".
func (*Reshape) Name() string { return "reshape" }

func (r *Reshape) String() string { return fmt.Sprintf("reshape[%v]", r.Shape) }

// Infer checks that the number of elements stays.
func (r *Reshape) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("reshape", args, 1); err != nil {
		return ir.Type{}, err
	}
	if err := dense("reshape", args); err != nil {
		return ir.Type{}, err
	}
	if err := r.Shape.Check(); err != nil {
		return ir.Type{}, err
	}
	x := args[0]
	if x.Shape.Batched() != r.Shape.Batched() || r.Shape.Ragged() || x.Shape.Elements() != r.Shape.Elements() {
		return ir.Type{}, fmt.Errorf("reshape of %v to %v: %d elements against %d", x.Shape, r.Shape, x.Shape.Elements(), r.Shape.Elements())
	}
	return ir.Type{Shape: r.Shape, DType: x.DType}, nil
}
