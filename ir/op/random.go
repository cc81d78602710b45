package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
)

// Random is uniform numbers in [0,1), a pure function of (seed, step, Stream,
// batch row within the logical batch, element within the row): Philox4x32-10 of
// runtime/nn. It has no operands and carries no gradient.
type Random struct {
	Stream string // the layer's path
	Shape  ir.Shape
}

// Uniform draws uniform numbers in [0,1).
func Uniform(b *ir.Builder, stream string, shape ir.Shape) *ir.Value {
	return b.Apply(&Random{Stream: stream, Shape: shape})
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
