package layer

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// maxRadix is the longest transform that is one product with a matrix of waves.
const maxRadix = 64

// smallFactors are factors of n of at most maxRadix, as few and as large as come of
// taking the largest first; nil where there are none.
func smallFactors(n int) (list []int) {
	for n > 1 {
		f := min(n, maxRadix)
		for f > 1 && n%f != 0 {
			f--
		}
		if f == 1 {
			return nil
		}
		list, n = append(list, f), n/f
	}
	return list
}

// fourier is the discrete Fourier transform of the last axis of x [n, frames, length],
// the real and the imaginary parts of frequencies 0 to length/2: [n, frames,
// length/2+1]. The length has smallFactors. With length = a·b, sample b·i + j and
// frequency p + a·q, it is transforms of length a over i, a turn of each number by j·p,
// and transforms of length b over j. Source: W. M. Gentleman, G. Sande, Fast Fourier
// Transforms for Fun and Profit, 1966.
func fourier(c *Context, x *ir.Value) (re, im *ir.Value) {
	if !x.Valid() {
		return x, x
	}
	length := x.Shape[2]
	re, im = transformed(c, x, nil, smallFactors(length))
	half := func(v *ir.Value, part string) *ir.Value {
		if !v.Valid() {
			return v
		}
		return c.Named(op.SliceAxis(c.B, op.ReshapeTo(c.B, v, ir.Shape{ir.Batch, x.Shape[1], length}), 2, 0, length/2+1), part)
	}
	return half(re, "real"), half(im, "imaginary")
}

// transformed is the transform of the last axis of numbers [n, …, length], whose
// imaginary parts are 0 where im is nil. Factors are those of the length.
func transformed(c *Context, re, im *ir.Value, factors []int) (*ir.Value, *ir.Value) {
	shape := re.Shape
	rest := shape[:len(shape)-1]
	a := factors[0]
	b := shape[len(shape)-1] / a
	with := func(more ...int) ir.Shape { return append(append(ir.Shape{}, rest...), more...) }
	swap := func(v *ir.Value) *ir.Value { // of the last two axes
		perm := from0Int(len(v.Shape))
		perm[len(perm)-1], perm[len(perm)-2] = len(perm)-2, len(perm)-1
		return op.TransposeTo(c.B, v, perm...)
	}
	// Columns of a samples, b apart.
	column := func(v *ir.Value) *ir.Value {
		if v == nil || b == 1 {
			return v
		}
		return swap(op.ReshapeTo(c.B, v, with(a, b)))
	}
	re, im = waves(c, column(re), column(im), a)
	if b == 1 {
		return re, im
	}
	// Element (j, p) is turned by j·p of length parts of a circle.
	turn := func(f func(float64) float64) *ir.Value {
		list := make([]float64, a*b)
		for i := range list {
			list[i] = f(2 * math.Pi * float64(i/a*(i%a)) / float64(a*b))
		}
		return op.ConstOf(c.B, ir.Shape{b, a}, list)
	}
	cos, sin := turn(math.Cos), turn(math.Sin)
	arg := func(i int) scalar.Expr { return scalar.Arg(i) }
	turnedRe := op.MapOf(c.B, sum(product(arg(0), arg(2)), product(arg(1), arg(3))), "turn", re, im, cos, sin)
	turnedIm := op.MapOf(c.B, difference(product(arg(1), arg(2)), product(arg(0), arg(3))), "turn", re, im, cos, sin)
	// (j, p) becomes (p, j), of which the transform is (p, q), and frequency p + a·q.
	re, im = transformed(c, swap(turnedRe), swap(turnedIm), factors[1:])
	return op.ReshapeTo(c.B, swap(re), with(a*b)), op.ReshapeTo(c.B, swap(im), with(a*b))
}

// waves is the transform of the last axis as products with cosines and sines.
func waves(c *Context, re, im *ir.Value, length int) (*ir.Value, *ir.Value) {
	matrix := func(f func(float64) float64) *ir.Value {
		list := make([]float64, length*length)
		for i := range list {
			list[i] = f(2 * math.Pi * float64(i/length*(i%length)%length) / float64(length))
		}
		return op.ConstOf(c.B, ir.Shape{length, length}, list)
	}
	cos, sin := matrix(math.Cos), matrix(func(x float64) float64 { return -math.Sin(x) })
	if im == nil {
		return op.MatMul(c.B, re, cos), op.MatMul(c.B, re, sin)
	}
	return op.Binary(c.B, "sub", op.MatMul(c.B, re, cos), op.MatMul(c.B, im, sin)),
		op.Binary(c.B, "add", op.MatMul(c.B, re, sin), op.MatMul(c.B, im, cos))
}

// from0Int are the axes 0 to n-1.
func from0Int(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
