package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// rescaled is x, a value of one range, in another, as base_image_preprocessing_layer.py
// computes it.
func rescaled(x scalar.Expr, from, to [2]float64) scalar.Expr {
	if from == to {
		return x
	}
	unit := scalar.Call("div", difference(x, scalar.Num(from[0])), scalar.Num(from[1]-from[0]))
	return sum(product(unit, scalar.Num(to[1]-to[0])), scalar.Num(to[0]))
}

// bytes is the range of pixels of files.
var bytes = [2]float64{0, 255}

// colored reports images that have not three channels; gray says that one is right, too.
func (a augmentation) colored(c *Context, x *ir.Value, gray bool) bool {
	if !a.images(c, x) {
		return false
	}
	_, _, channels := a.size(x)
	if channels == 3 || gray && channels == 1 {
		return true
	}
	c.Errorf("%s takes images of 3 channels, red, green and blue, but %s has %d of them: %s", c.Kind, from(x), channels, Flow(x.Shape.Row()))
	return false
}

// sometimes is y instead of x for the images of which a number from 0 to 1 is below
// another, which is drawn from [least, most).
func (a augmentation) sometimes(c *Context, x, y *ir.Value, least, most float64) *ir.Value {
	chosen := op.MapOf(c.B, scalar.Call("lt", scalar.Arg(0), scalar.Arg(1)), "chosen", a.uniform(c, "threshold", 0, 1), a.uniform(c, "probability", least, most))
	return op.Select(c.B, chosen, y, x)
}

// channel is one of the last axis.
func channel(c *Context, x *ir.Value, i int) *ir.Value { return op.SliceAxis(c.B, x, -1, i, 1) }

// grayscale is the brightness of red, green and blue, [n,h,w,1]; what has one channel
// is gray already. Source: Keras 3, ops.image.rgb_to_grayscale.
func grayscale(c *Context, x *ir.Value) *ir.Value {
	if x.Shape[3] == 1 {
		return x
	}
	e := sum(sum(product(scalar.Arg(0), scalar.Num(0.2989)), product(scalar.Arg(1), scalar.Num(0.587))), product(scalar.Arg(2), scalar.Num(0.114)))
	return op.MapOf(c.B, e, "grayscale", channel(c, x, 0), channel(c, x, 1), channel(c, x, 2))
}

// hsv is x as hue, saturation and value; hue is from 0 to 1. Source: tensorflow,
// core/kernels/image/colorspace_op.h; A. R. Smith, Color gamut transform pairs, 1978.
func hsv(c *Context, x *ir.Value) (hue, saturation, value *ir.Value) {
	call, arg, num := scalar.Call, func(i int) scalar.Expr { return scalar.Arg(i) }, func(v float64) scalar.Expr { return scalar.Num(v) }
	r, g, b := channel(c, x, 0), channel(c, x, 1), channel(c, x, 2)
	value = op.MapOf(c.B, call("max", call("max", arg(0), arg(1)), arg(2)), "value", r, g, b)
	spread := op.MapOf(c.B, difference(arg(3), call("min", call("min", arg(0), arg(1)), arg(2))), "range", r, g, b, value)
	saturation = op.MapOf(c.B, call("select", call("gt", arg(1), num(0)), call("div", arg(0), arg(1)), num(0)), "saturation", spread, value)
	part := func(x, y int, offset float64) scalar.Expr {
		return sum(product(call("div", num(1.0/6), arg(4)), difference(arg(x), arg(y))), num(offset/6))
	}
	sector := call("select", call("eq", arg(0), arg(3)), part(1, 2, 0), call("select", call("eq", arg(1), arg(3)), part(2, 0, 2), part(0, 1, 4)))
	hue = op.MapOf(c.B, call("select", call("gt", arg(4), num(0)), sector, num(0)), "sector", r, g, b, value, spread)
	hue = op.MapOf(c.B, call("select", call("lt", arg(0), num(0)), sum(arg(0), num(1)), arg(0)), "hue", hue)
	return hue, saturation, value
}

// rgb undoes hsv.
func rgb(c *Context, hue, saturation, value *ir.Value) *ir.Value {
	call, num, six := scalar.Call, func(v float64) scalar.Expr { return scalar.Num(v) }, product(scalar.Arg(0), scalar.Num(6))
	away := func(v float64) scalar.Expr { return call("abs", difference(six, num(v))) }
	color := func(e scalar.Expr, word string) *ir.Value {
		full := clipped(e, 0, 1)
		mixed := sum(difference(num(1), scalar.Arg(1)), product(scalar.Arg(1), full))
		return op.MapOf(c.B, product(mixed, scalar.Arg(2)), word, hue, saturation, value)
	}
	return op.Concatenate(c.B, -1,
		color(difference(away(3), num(1)), "red"), color(difference(num(2), away(2)), "green"), color(difference(num(2), away(4)), "blue"))
}

// smoothed is the sum of the points along an axis around each, times weights, which
// are [1,1,1,1] each; beyond the border there are zeros.
func smoothed(c *Context, x *ir.Value, axis int, weights []*ir.Value) *ir.Value {
	reach := len(weights) / 2
	before, after := make([]int, 4), make([]int, 4)
	before[axis], after[axis] = reach, reach
	padded := op.PadWith(c.B, x, before, after, 0)
	var terms []*ir.Value
	for i, w := range weights {
		terms = append(terms, op.Binary(c.B, "mul", op.SliceAxis(c.B, padded, axis, i, x.Shape[axis]), w))
	}
	return op.SumOf(c.B, "smooth", terms...)
}
