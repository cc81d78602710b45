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

// Eval32 is the rule in single precision.
func (r *Broadcast) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalBroadcast(c, r, v, args)
}

// Eval64 is the rule in double precision.
func (r *Broadcast) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalBroadcast(c, r, v, args)
}

func evalBroadcast[F ir.Float](c *ir.Context[F], r *Broadcast, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	x, shape := args[0], v.Shape.Concrete(c.Rows)
	out := like(c, x, shape)
	move(shape, out, packed(shape), x, place{strides: stretched(x.Shape, x.Shape.Strides(), shape)})
	return out
}

// VJP sums over the axes along which the operand was repeated.
func (*Broadcast) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	return []*ir.Value{unbroadcast(b, dy, v.Args[0].Shape)}
}

// Lower needs no kernel: what repeats has stride 0.
func (r *Broadcast) Lower(l Lowering, v *ir.Value) {
	x := v.Args[0]
	w := l.View(x)
	l.Alias(v, View{Buf: w.Buf, Offset: w.Offset, Strides: stretched(x.Shape, w.Strides, v.Shape)})
}
