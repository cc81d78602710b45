package layer

import (
	"fmt"
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// augmentation is what layers have in common that change images at random while
// training, and do nothing otherwise. Source: Keras 3,
// layers/preprocessing/image_preprocessing/base_image_preprocessing_layer.py.
type augmentation struct {
	DataFormat string `arg:"data_format,oneof=channels_last|channels_first" doc:"which axis of an image the channels are"`
	Seed       *int64 `arg:"seed" doc:"a number that makes this layer draw other numbers than one without" train:"only"`

	part string // begins the names of its random numbers, of a layer that is a part of another
}

// augmenting is the default.
var augmenting = augmentation{DataFormat: "channels_last"}

// images reports what is not a batch of images.
func (a augmentation) images(c *Context, x *ir.Value) bool {
	if !c.floats(x) {
		return false
	}
	if len(x.Shape) == 4 {
		return true
	}
	axes := "(height, width, channels)"
	if a.DataFormat == "channels_first" {
		axes = "(channels, height, width)"
	}
	c.Errorf("%s takes images %s, but %s has the shape %s%s", c.Kind, axes, from(x), Flow(x.Shape.Row()), reshaped(c.Kind, x, 2, imageFormat{a.DataFormat}))
	return false
}

// size is that of an image.
func (a augmentation) size(x *ir.Value) (height, width, channels int) {
	if a.DataFormat == "channels_first" {
		return x.Shape[2], x.Shape[3], x.Shape[1]
	}
	return x.Shape[1], x.Shape[2], x.Shape[3]
}

// apply is f of images whose channels are last, while training.
func (a augmentation) apply(c *Context, x *ir.Value, f func(x *ir.Value) *ir.Value) *ir.Value {
	if !c.Training {
		return x
	}
	return a.channelsLast(c, x, f)
}

// channelsLast is f of images whose channels are last.
func (a augmentation) channelsLast(c *Context, x *ir.Value, f func(x *ir.Value) *ir.Value) *ir.Value {
	if a.DataFormat != "channels_first" {
		return f(x)
	}
	return op.TransposeTo(c.B, f(op.TransposeTo(c.B, x, 0, 2, 3, 1)), 0, 3, 1, 2)
}

// stream names the random numbers of one kind that a layer draws.
func (a augmentation) stream(c *Context, what string) string {
	name := c.Name + "." + a.part + what
	if a.Seed != nil {
		name = fmt.Sprintf("%s#%d", name, *a.Seed)
	}
	return name
}

// uniform is a number in [low, high) for every image, [n,1,1,1]. It is a value of
// its own, so that a kernel that reads it for every point does not draw it anew.
func (a augmentation) uniform(c *Context, what string, low, high float64) *ir.Value {
	return a.within(c, what, ir.Shape{ir.Batch, 1, 1, 1}, low, high)
}

func (a augmentation) within(c *Context, what string, shape ir.Shape, low, high float64) *ir.Value {
	u := op.Uniform(c.B, a.stream(c, what), shape)
	spread := sum(product(scalar.Arg(0), scalar.Num(high-low)), scalar.Num(low))
	if low == 0 && high == 1 {
		// The number itself would be no value of its own; it is below 1 anyway.
		spread = scalar.Call("min", scalar.Arg(0), scalar.Num(1))
	}
	return c.Named(op.MapOf(c.B, spread, what, u), what)
}

// sum, difference and product of scalars.
func sum(x, y scalar.Expr) scalar.Expr        { return scalar.Call("add", x, y) }
func difference(x, y scalar.Expr) scalar.Expr { return scalar.Call("sub", x, y) }
func product(x, y scalar.Expr) scalar.Expr    { return scalar.Call("mul", x, y) }

// clipped is x within [low, high].
func clipped(x scalar.Expr, low, high float64) scalar.Expr {
	return scalar.Call("min", scalar.Call("max", x, scalar.Num(low)), scalar.Num(high))
}

// from0 are the numbers 0, 1, …, n-1.
func from0(n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = float64(i)
	}
	return list
}

// grid are the columns [w,1] and the rows [h,1,1] of the points of images.
func grid(c *Context, x *ir.Value) (columns, rows *ir.Value) {
	h, w := x.Shape[1], x.Shape[2]
	return op.ConstOf(c.B, ir.Shape{w, 1}, from0(w)), op.ConstOf(c.B, ir.Shape{h, 1, 1}, from0(h))
}

// pair is an argument that is a number or two; ok is false where it is neither, or
// two that Keras does not take, which has been reported then.
func pair(c *Context, name string, v []float64) (low, high float64, one, ok bool) {
	switch len(v) {
	case 1:
		return v[0], v[0], true, true
	case 2:
		return min(v[0], v[1]), max(v[0], v[1]), false, true
	}
	c.ErrorAt(name, "%s has %d numbers; write one, or the lowest and the highest", name, len(v))
	return 0, 0, false, false
}

// around is a factor of which one number f means -|f| to |f|.
func around(c *Context, name string, v []float64) (low, high float64, ok bool) {
	low, high, one, ok := pair(c, name, v)
	if one {
		low, high = -math.Abs(high), math.Abs(high)
	}
	return low, high, ok
}

// upTo is a factor of which one number f means 0 to f.
func upTo(c *Context, name string, v []float64) (low, high float64, ok bool) {
	low, high, one, ok := pair(c, name, v)
	if one {
		low = 0
	}
	return low, high, ok
}

// valueRange is the argument of that name: the lowest and the highest value of a pixel.
func valueRange(c *Context, v []float64) (low, high float64, ok bool) {
	if len(v) != 2 || v[0] >= v[1] {
		c.ErrorAt("value_range", "value_range is %s; write the lowest and the highest value of a pixel, such as [0, 255] or [0, 1]", listed(v))
		return 0, 0, false
	}
	return v[0], v[1], true
}

func listed(v []float64) string {
	text := "["
	for i, x := range v {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(x)
	}
	return text + "]"
}
