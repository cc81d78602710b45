package op

import (
	"github.com/nngen-go/nngen/ir"
)

// Eval32 is the rule in single precision.
func (k *Contract) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalContract(c, k, v, args)
}

// Eval64 is the rule in double precision.
func (k *Contract) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalContract(c, k, v, args)
}

// evalContract walks all axes but the last point by point, and the last as one
// run of the points at which every index is in range.
func evalContract[F ir.Float](c *ir.Context[F], k *Contract, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	w := walker[F]{
		sides: [3]side[F]{
			newSide(k.Out, len(k.Axes), out),
			newSide(k.Lhs, len(k.Axes), args[0]),
			newSide(k.Rhs, len(k.Axes), args[1]),
		},
	}
	for _, a := range k.Axes {
		if a.Extent == ir.Batch {
			w.extents = append(w.extents, c.Rows)
		} else {
			w.extents = append(w.extents, a.Extent)
		}
	}
	w.walk(0)
	if k.Epilogue == nil {
		return out
	}
	operands := append([]*ir.Tensor[F]{out}, args[2:]...)
	return elementwise(c, k.Epilogue, out.Shape, operands)
}

// side is one tensor of a contraction: where the current point is on each of
// its axes, and how far a step along each axis of the contraction moves it.
type side[F ir.Float] struct {
	data    []F
	shape   ir.Shape
	strides []int
	at      []int
	coef    [][]int // by axis of the contraction, then of the tensor
}

func newSide[F ir.Float](list []Index, axes int, t *ir.Tensor[F]) side[F] {
	s := side[F]{data: t.F, shape: t.Shape, strides: t.Shape.Strides(), coef: make([][]int, axes)}
	for i := range s.coef {
		s.coef[i] = make([]int, len(list))
	}
	for j, x := range list {
		s.at = append(s.at, x.Offset)
		for _, t := range x.Terms {
			s.coef[t.Axis][j] += t.Coef
		}
	}
	return s
}

// advance moves the point by a number of steps along an axis.
func (s *side[F]) advance(axis, steps int) {
	for j, c := range s.coef[axis] {
		s.at[j] += steps * c
	}
}

// inside narrows [lo, hi), the steps along an axis from the current point, to
// those at which the point lies in the tensor.
func (s *side[F]) inside(axis, lo, hi int) (int, int) {
	for j, d := range s.shape {
		c, at := s.coef[axis][j], s.at[j]
		switch {
		case c == 0 && (at < 0 || at >= d):
			return 0, 0
		case c > 0: // 0 <= at + t·c < d
			lo, hi = max(lo, ceil(-at, c)), min(hi, ceil(d-at, c))
		case c < 0:
			lo, hi = max(lo, ceil(at-d+1, -c)), min(hi, ceil(at+1, -c))
		}
	}
	return lo, hi
}

// ceil is ⌈a/b⌉ for positive b.
func ceil(a, b int) int {
	if a > 0 {
		return (a + b - 1) / b
	}
	return a / b
}

// line is the element at a number of steps along an axis, and the distance to
// the next.
func (s *side[F]) line(axis, steps int) (at, stride int) {
	for j, c := range s.coef[axis] {
		at += (s.at[j] + steps*c) * s.strides[j]
		stride += c * s.strides[j]
	}
	return at, stride
}

type walker[F ir.Float] struct {
	extents []int
	sides   [3]side[F] // out, lhs, rhs
}

func (w *walker[F]) walk(axis int) {
	if axis < len(w.extents)-1 {
		for range w.extents[axis] {
			w.walk(axis + 1)
			for i := range w.sides {
				w.sides[i].advance(axis, 1)
			}
		}
		for i := range w.sides {
			w.sides[i].advance(axis, -w.extents[axis])
		}
		return
	}
	out, lhs, rhs := &w.sides[0], &w.sides[1], &w.sides[2]
	if axis == len(w.extents) { // no axes: three scalars
		out.data[0] += lhs.data[0] * rhs.data[0]
		return
	}
	lo, hi := 0, w.extents[axis]
	for i := range w.sides {
		lo, hi = w.sides[i].inside(axis, lo, hi)
	}
	if lo >= hi {
		return
	}
	o, os := out.line(axis, lo)
	x, xs := lhs.line(axis, lo)
	y, ys := rhs.line(axis, lo)
	if os == 0 {
		sum := out.data[o]
		for range hi - lo {
			sum += lhs.data[x] * rhs.data[y]
			x += xs
			y += ys
		}
		out.data[o] = sum
		return
	}
	for range hi - lo {
		out.data[o] += lhs.data[x] * rhs.data[y]
		o += os
		x += xs
		y += ys
	}
}
