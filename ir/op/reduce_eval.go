package op

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// Eval32 is the rule in single precision.
func (r *Reduce) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalReduce(c, r, v, args)
}

// Eval64 is the rule in double precision.
func (r *Reduce) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalReduce(c, r, v, args)
}

// evalReduce computes the Map inside, then folds it axis by axis.
func evalReduce[F ir.Float](c *ir.Context[F], r *Reduce, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	x := args[0]
	if r.Expr != nil {
		shape := ir.Shape{}
		for _, a := range args {
			shape, _ = ir.Broadcast(shape, a.Shape) // Infer has seen to it
		}
		x = elementwise(c, r.Expr, shape, args)
	}
	data := numbers(x)
	shape := v.Shape.Concrete(c.Rows)
	// Strides of the result at the points of x: 0 along what is reduced.
	into := make([]int, len(x.Shape))
	count, stride := 1, 1
	for i := len(into) - 1; i >= 0; i-- {
		if slices.Contains(r.Axes, i) {
			count *= x.Shape[i]
		} else {
			into[i] = stride
			stride *= x.Shape[i]
		}
	}
	if r.Kind == loop.ArgMax {
		return argmax(x.Shape, data, into, r.Axes[0], shape)
	}
	out := c.New(shape)
	if r.Kind == loop.Max {
		for i := range out.F {
			out.F[i] = F(math.Inf(-1))
		}
	}
	from := x.Shape.Strides()
	lists := [][]int{into, from}
	extents := merge(x.Shape, lists)
	into = lists[0]
	at := 0
	var walk func(axis, o int)
	walk = func(axis, o int) {
		if axis < len(extents)-1 {
			for i := range extents[axis] {
				walk(axis+1, o+i*into[axis])
			}
			return
		}
		n, step := 1, 0
		if axis < len(extents) {
			n, step = extents[axis], into[axis]
		}
		fold(r.Kind, out.F, o, step, data[at:at+n])
		at += n
	}
	walk(0, 0)
	if r.Mean {
		for i := range out.F {
			out.F[i] /= F(count)
		}
	}
	if r.Finish == nil {
		return out
	}
	return elementwise(c, r.Finish, shape, []*ir.Tensor[F]{out})
}

// fold takes one run of operands into out[o], out[o+step], ...
func fold[F ir.Float](kind loop.Reduction, out []F, o, step int, x []F) {
	switch {
	case kind == loop.Sum && step == 0:
		sum := out[o]
		for _, a := range x {
			sum += a
		}
		out[o] = sum
	case kind == loop.Sum:
		for _, a := range x {
			out[o] += a
			o += step
		}
	default:
		for _, a := range x {
			out[o] = max(out[o], a)
			o += step
		}
	}
}

// argmax gives the first index of the largest element along an axis.
func argmax[F ir.Float](shape ir.Shape, data []F, into []int, axis int, to ir.Shape) *ir.Tensor[F] {
	out := &ir.Tensor[F]{Shape: to, I: make([]int32, to.Elements())}
	from := shape.Strides()
	rest := slices.Clone(shape)
	rest[axis] = 1
	var walk func(i, at, o int)
	walk = func(i, at, o int) {
		if i < len(rest) {
			for j := range rest[i] {
				walk(i+1, at+j*from[i], o+j*into[i])
			}
			return
		}
		best := 0
		for j := range shape[axis] {
			if data[at+j*from[axis]] > data[at+best*from[axis]] {
				best = j
			}
		}
		out.I[o] = int32(best)
	}
	walk(0, 0, 0)
	return out
}
