package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/nn"
)

// Random is uniform numbers in [0,1), a pure function of (seed, step, Stream,
// batch row within the logical batch, element within the row): Philox4x32-10 of
// runtime/nn. It has no operands and carries no gradient.
type Random struct {
	Stream string // the layer's path
	Shape  ir.Shape
}

// Uniform draws uniform numbers in [0,1). In the body of a loop they are those that
// have been drawn for the step outside.
func Uniform(b *ir.Builder, stream string, shape ir.Shape) *ir.Value {
	r := &Random{Stream: stream, Shape: shape}
	if v := b.Drawn(r.String()); v != nil {
		return v
	}
	return b.Apply(r)
}

// Name is "random".
func (*Random) Name() string { return "random" }

func (r *Random) String() string { return fmt.Sprintf("random[%q %v]", r.Stream, r.Shape) }

// Infer is the declared shape.
func (r *Random) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("random", args, 0); err != nil {
		return ir.Type{}, err
	}
	if r.Shape.Ragged() {
		return ir.Type{}, fmt.Errorf("random of ragged shape %v", r.Shape)
	}
	return ir.Type{Shape: r.Shape}, nil
}

// Eval32 is the rule in single precision.
func (r *Random) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalRandom(c, r, v, args)
}

// Eval64 is the rule in double precision.
func (r *Random) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalRandom(c, r, v, args)
}

func evalRandom[F ir.Float](c *ir.Context[F], r *Random, v *ir.Value, _ []*ir.Tensor[F]) *ir.Tensor[F] {
	shape := v.Shape.Concrete(c.Rows)
	if c.Uniform != nil {
		return &ir.Tensor[F]{Shape: shape, F: c.Uniform(r.Stream, shape)}
	}
	out := c.New(shape)
	key := nn.NewKey(c.Seed, c.Step, nn.Stream(r.Stream))
	each := r.Shape.Elements()
	first := 0
	if r.Shape.Batched() {
		first = c.First
	}
	for i := range out.F {
		out.F[i] = F(key.Uniform(uint32(first+i/each), uint32(i%each)))
	}
	return out
}

// VJP hands nothing on: random numbers have no operands.
func (*Random) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

// Lower stores nothing: reading the buffer draws the numbers.
func (r *Random) Lower(l Lowering, v *ir.Value) {
	leaf(l, v, &loop.Buffer{Name: r.Stream, Class: loop.Random})
}
