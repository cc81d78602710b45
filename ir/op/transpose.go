package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
)

// Transpose permutes axes: axis i of the result is axis Perm[i] of the operand.
// The batch axis stays first.
type Transpose struct{ Perm []int }

// TransposeTo is x with its axes permuted.
func TransposeTo(b *ir.Builder, x *ir.Value, perm ...int) *ir.Value {
	return b.Apply(&Transpose{Perm: perm}, x)
}

// Name is "transpose".
func (*Transpose) Name() string { return "transpose" }

func (t *Transpose) String() string { return fmt.Sprintf("transpose%v", t.Perm) }

// Infer checks the permutation.
func (t *Transpose) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("transpose", args, 1); err != nil {
		return ir.Type{}, err
	}
	if err := dense("transpose", args); err != nil {
		return ir.Type{}, err
	}
	x := args[0]
	out := make(ir.Shape, len(x.Shape))
	seen := make([]bool, len(x.Shape))
	for i, p := range t.Perm {
		if len(t.Perm) != len(x.Shape) || p < 0 || p >= len(seen) || seen[p] {
			return ir.Type{}, fmt.Errorf("transpose %v of shape %v is no permutation", t.Perm, x.Shape)
		}
		seen[p] = true
		out[i] = x.Shape[p]
	}
	if len(t.Perm) != len(x.Shape) || x.Shape.Batched() && t.Perm[0] != 0 {
		return ir.Type{}, fmt.Errorf("transpose %v of shape %v does not keep the batch axis", t.Perm, x.Shape)
	}
	return ir.Type{Shape: out, DType: x.DType}, nil
}
