package op

import "github.com/nngen-go/nngen/ir"

// Eval applies the rule of v's primitive in the precision of the context.
func Eval[F ir.Float](c *ir.Context[F], v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	switch c := any(c).(type) {
	case *ir.Context[float32]:
		return any(v.Op.Eval32(c, v, any(args).([]*ir.Tensor[float32]))).(*ir.Tensor[F])
	case *ir.Context[float64]:
		return any(v.Op.Eval64(c, v, any(args).([]*ir.Tensor[float64]))).(*ir.Tensor[F])
	}
	panic("op: unreachable precision")
}

// place is where a strided block begins and how it goes on.
type place struct {
	offset  int
	strides []int
}

// packed is the whole of a row-major tensor.
func packed(s ir.Shape) place { return place{strides: s.Strides()} }

// stretched are the strides at which a tensor of shape s is read when it is
// broadcast to a shape of the given rank: 0 along the axes that repeat.
func stretched(s ir.Shape, strides []int, to ir.Shape) []int {
	out := make([]int, len(to))
	for i := range s {
		if j := len(to) - len(s) + i; s[i] != 1 || to[j] == 1 {
			out[j] = strides[i]
		}
	}
	return out
}

// move copies a block of the given extents from one strided place to another.
func move[F ir.Float](shape ir.Shape, dst *ir.Tensor[F], d place, src *ir.Tensor[F], s place) {
	if src.I != nil {
		copyBlock(shape, dst.I, d.offset, d.strides, src.I, s.offset, s.strides)
	} else {
		copyBlock(shape, dst.F, d.offset, d.strides, src.F, s.offset, s.strides)
	}
}

func copyBlock[T any](shape ir.Shape, dst []T, d int, ds []int, src []T, s int, ss []int) {
	if len(shape) == 0 {
		dst[d] = src[s]
		return
	}
	if len(shape) == 1 && ds[0] == 1 && ss[0] == 1 {
		copy(dst[d:d+shape[0]], src[s:])
		return
	}
	for range shape[0] {
		copyBlock(shape[1:], dst, d, ds[1:], src, s, ss[1:])
		d += ds[0]
		s += ss[0]
	}
}

// like is a zero tensor that holds what src holds, ids or numbers.
func like[F ir.Float](c *ir.Context[F], src *ir.Tensor[F], shape ir.Shape) *ir.Tensor[F] {
	if src.I != nil {
		return &ir.Tensor[F]{Shape: shape, I: make([]int32, shape.Elements())}
	}
	return c.New(shape)
}

// numbers are the elements of a tensor as numbers.
func numbers[F ir.Float](t *ir.Tensor[F]) []F {
	if t.I == nil {
		return t.F
	}
	out := make([]F, len(t.I))
	for i, x := range t.I {
		out[i] = F(x)
	}
	return out
}
