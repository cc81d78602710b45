package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
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

// Eval32 is the rule in single precision.
func (r *Reshape) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalReshape(c, r, v, args)
}

// Eval64 is the rule in double precision.
func (r *Reshape) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalReshape(c, r, v, args)
}

// The elements are those of the operand, in memory too.
func evalReshape[F ir.Float](c *ir.Context[F], r *Reshape, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	return &ir.Tensor[F]{Shape: v.Shape.Concrete(c.Rows), F: args[0].F, I: args[0].I}
}

// VJP reshapes back.
func (*Reshape) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	return []*ir.Value{ReshapeTo(b, dy, v.Args[0].Shape)}
}

// Lower needs no kernel where axes of extent 1 alone come and go, or where the
// operand is contiguous; it copies elsewhere.
func (r *Reshape) Lower(l Lowering, v *ir.Value) {
	x := v.Args[0]
	w := l.View(x)
	if strides, ok := regroup(x.Shape, w.Strides, v.Shape); ok {
		l.Alias(v, View{Buf: w.Buf, Offset: w.Offset, Strides: strides})
		return
	}
	if v.DType != ir.F32 {
		l.Errorf(v, "a reshape of ids %v that are not contiguous is not lowered by this version", x.Shape)
		return
	}
	to := l.Result(v)
	store(l, v, View{Buf: to.Buf, Offset: to.Offset, Strides: x.Shape.Strides()}, x.Shape, scalar.Arg(0), []loop.Access{access(w, x.Shape, x.Shape)}, "reshape")
}

// regroup gives the strides of the same elements under another shape, where
// the layout allows it: axes that lie as one may be cut anew.
func regroup(from ir.Shape, strides []int, to ir.Shape) ([]int, bool) {
	out := make([]int, len(to))
	if contiguous(from, strides) {
		copy(out, to.Strides())
		return out, true
	}
	i, j := 0, 0
	if from.Batched() {
		out[0], i, j = strides[0], 1, 1
	}
	for i < len(from) || j < len(to) {
		// The fewest axes of both that have as many elements.
		m, n := i, j
		a, b := 1, 1
		for m < len(from) && (m == i || a < b) || n < len(to) && (n == j || b < a) {
			if m < len(from) && (m == i || a < b) {
				a, m = a*from[m], m+1
			} else {
				b, n = b*to[n], n+1
			}
		}
		step, next, first := 0, 0, true
		for k := m - 1; k >= i; k-- {
			switch {
			case from[k] == 1:
				continue
			case first:
				step, first = strides[k], false
			case strides[k] != next:
				return nil, false
			}
			next = strides[k] * from[k]
		}
		for k := n - 1; k >= j; k-- {
			if to[k] != 1 {
				out[k], step = step, step*to[k]
			}
		}
		i, j = m, n
	}
	return out, true
}
