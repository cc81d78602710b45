package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
)

// ScatterAdd is the gradient of Gather by its table: a zero tensor of Shape to
// which every update is added at its id,
//
//	out[batch..., ids[batch..., i...], rest...] += updates[batch..., i..., rest...].
//
// Operands: ids, updates.
type ScatterAdd struct {
	Shape     ir.Shape
	BatchDims int
}

// Name is "scatteradd".
func (*ScatterAdd) Name() string { return "scatteradd" }

func (s *ScatterAdd) String() string {
	return fmt.Sprintf("scatteradd[%v batch_dims=%d]", s.Shape, s.BatchDims)
}

// Infer checks that the updates are what Gather of these ids gives from Shape.
func (s *ScatterAdd) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("scatteradd", args, 2); err != nil {
		return ir.Type{}, err
	}
	if err := s.Shape.Check(); err != nil {
		return ir.Type{}, err
	}
	out := ir.Type{Shape: s.Shape}
	want, err := (&Gather{s.BatchDims}).Infer([]ir.Type{out, args[0]})
	if err != nil {
		return ir.Type{}, err
	}
	if args[1].DType != ir.F32 || !args[1].Shape.Equal(want.Shape) {
		return ir.Type{}, fmt.Errorf("scatteradd of updates %v at ids %v into %v", args[1].Shape, args[0].Shape, s.Shape)
	}
	return out, nil
}
