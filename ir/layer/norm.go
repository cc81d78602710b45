package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// axesOf resolves a list of axes, counted as in Keras with the batch as axis 0, to
// ascending axes of x after the batch.
func axesOf(c *Context, x *ir.Value, list []int) ([]int, bool) {
	if len(list) == 0 {
		c.ErrorAt("axis", "axis is an empty list; leave it out for the last axis")
		return nil, false
	}
	var axes []int
	for _, a := range list {
		at, ok := c.axis(x, a)
		if !ok {
			return nil, false
		}
		if slices.Contains(axes, at) {
			c.ErrorAt("axis", "axis %d is in the list twice", at)
			return nil, false
		}
		axes = append(axes, at)
	}
	slices.Sort(axes)
	return axes, true
}

// standardized is (x-mean)/√(variance+epsilon) over some axes, and where they are
// not nil times gamma plus beta, which broadcast against x. The mean is taken off
// before squares are summed, which loses no digits where it is large.
func standardized(c *Context, x, gamma, beta *ir.Value, epsilon float64, axes ...int) *ir.Value {
	mean := c.Named(op.Mean(c.B, x, true, axes...), "mean")
	centered := c.Named(op.Binary(c.B, "sub", x, mean), "centered")
	square := op.MapOf(c.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(0)), "square", centered)
	variance := c.Named(op.Mean(c.B, c.Named(square, "square"), true, axes...), "variance")
	return normalizedBy(c, centered, inverse(c, variance, epsilon), gamma, beta)
}

// inverse is 1/√(x+epsilon).
func inverse(c *Context, x *ir.Value, epsilon float64) *ir.Value {
	return c.Named(op.MapOf(c.B, scalar.Call("rsqrt", scalar.Call("add", scalar.Arg(0), scalar.Num(epsilon))), "scale", x), "scale")
}

// normalizedBy is x·scale·gamma + beta.
func normalizedBy(c *Context, x, scale, gamma, beta *ir.Value) *ir.Value {
	args := []*ir.Value{x, scale}
	y := scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))
	if gamma != nil {
		y = scalar.Call("mul", y, scalar.Arg(len(args)))
		args = append(args, gamma)
	}
	if beta != nil {
		y = scalar.Call("add", y, scalar.Arg(len(args)))
		args = append(args, beta)
	}
	return op.MapOf(c.B, y, "normalize", args...)
}

// alongAxes reshapes a parameter whose axes are some of x's so that it broadcasts
// against x.
func alongAxes(c *Context, p, x *ir.Value, axes []int) *ir.Value {
	if p == nil || !p.Valid() {
		return p
	}
	shape := ir.Shape{}
	for i := axes[0]; i < len(x.Shape); i++ {
		n := 1
		if slices.Contains(axes, i) {
			n = x.Shape[i]
		}
		shape = append(shape, n)
	}
	if shape.Equal(p.Shape) {
		return p
	}
	return op.ReshapeTo(c.B, p, shape)
}
