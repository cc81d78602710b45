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
			return ir.Type{}, fmt.Errorf("transpose %v of shape %v is not a permutation", t.Perm, x.Shape)
		}
		seen[p] = true
		out[i] = x.Shape[p]
	}
	if len(t.Perm) != len(x.Shape) || x.Shape.Batched() && t.Perm[0] != 0 {
		return ir.Type{}, fmt.Errorf("transpose %v of shape %v does not keep the batch axis", t.Perm, x.Shape)
	}
	return ir.Type{Shape: out, DType: x.DType}, nil
}

// Eval32 is the rule in single precision.
func (t *Transpose) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalTranspose(c, t, v, args)
}

// Eval64 is the rule in double precision.
func (t *Transpose) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalTranspose(c, t, v, args)
}

func evalTranspose[F ir.Float](c *ir.Context[F], t *Transpose, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	shape := v.Shape.Concrete(c.Rows)
	out := like(c, args[0], shape)
	move(shape, out, packed(shape), args[0], place{strides: t.permute(args[0].Shape.Strides())})
	return out
}

func (t *Transpose) permute(strides []int) []int {
	out := make([]int, len(t.Perm))
	for i, p := range t.Perm {
		out[i] = strides[p]
	}
	return out
}

// VJP permutes back.
func (t *Transpose) VJP(b *ir.Builder, _, dy *ir.Value) []*ir.Value {
	back := make([]int, len(t.Perm))
	for i, p := range t.Perm {
		back[p] = i
	}
	return []*ir.Value{b.Apply(&Transpose{Perm: back}, dy)}
}

// Lower needs no kernel: strides change places.
func (t *Transpose) Lower(l Lowering, v *ir.Value) {
	w := l.View(v.Args[0])
	l.Alias(v, View{Buf: w.Buf, Offset: w.Offset, Strides: t.permute(w.Strides)})
}
