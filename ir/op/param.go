package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/loop"
)

// Param is a segment of the parameter block: trainable, frozen or state. It
// has no operands.
type Param struct {
	Segment string // Keras path: "hidden/kernel"
	Shape   ir.Shape
	Role    block.Role
	Init    block.Init
	// Constraint is what every step of the optimizer holds it to.
	Constraint block.Constraint
}

// ParamOf is the segment's value. A segment has one value per graph: asked for
// again, that value is given again.
func ParamOf(b *ir.Builder, p Param) *ir.Value {
	v := b.Param(p.Segment, func() *ir.Value { return b.Apply(&p) })
	if q, ok := v.Op.(*Param); ok && (!q.Shape.Equal(p.Shape) || q.Role != p.Role) {
		return b.Errorf("parameter %q is %v and %v as well as %v and %v", p.Segment, q.Shape, q.Role, p.Shape, p.Role)
	}
	return v
}

// Name is "param".
func (*Param) Name() string { return "param" }

func (p *Param) String() string { return fmt.Sprintf("param[%q %v]", p.Segment, p.Role) }

// Infer is the declared shape, which has no batch axis.
func (p *Param) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("param", args, 0); err != nil {
		return ir.Type{}, err
	}
	if p.Shape.Batched() {
		return ir.Type{}, fmt.Errorf("parameter %q: shape %v has a batch axis", p.Segment, p.Shape)
	}
	return ir.Type{Shape: p.Shape}, nil
}

// Eval32 is the rule in single precision.
func (p *Param) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalParam(c, p, v, args)
}

// Eval64 is the rule in double precision.
func (p *Param) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalParam(c, p, v, args)
}

// The context holds the parameter block by segment.
func evalParam[F ir.Float](c *ir.Context[F], p *Param, _ *ir.Value, _ []*ir.Tensor[F]) *ir.Tensor[F] {
	return c.Params[p.Segment]
}

// VJP hands nothing on: a parameter has no operands.
func (*Param) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

// Lower reads the block in place.
func (p *Param) Lower(l Lowering, v *ir.Value) {
	leaf(l, v, &loop.Buffer{Name: p.Segment, Class: loop.Param})
}
