package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
)

// Broadcast stretches its operand to Shape by NumPy's rule.
type Broadcast struct{ Shape ir.Shape }

// BroadcastTo stretches x; x itself where it has that shape.
func BroadcastTo(b *ir.Builder, x *ir.Value, shape ir.Shape) *ir.Value {
	if x.Valid() && x.Shape.Equal(shape) {
		return x
	}
	return b.Apply(&Broadcast{Shape: shape}, x)
}

// Name is "broadcast".
func (*Broadcast) Name() string { return "broadcast" }

func (r *Broadcast) String() string { return fmt.Sprintf("broadcast[%v]", r.Shape) }

// Infer checks that the operand stretches to Shape and no further.
func (r *Broadcast) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("broadcast", args, 1); err != nil {
		return ir.Type{}, err
	}
	if err := dense("broadcast", args); err != nil {
		return ir.Type{}, err
	}
	if s, err := ir.Broadcast(args[0].Shape, r.Shape); err != nil || !s.Equal(r.Shape) {
		return ir.Type{}, fmt.Errorf("shape %v does not broadcast to %v", args[0].Shape, r.Shape)
	}
	return ir.Type{Shape: r.Shape, DType: args[0].DType}, nil
}
