package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
)

// surround puts zeros before and after x on its space axes.
func (c *Context) surround(x *ir.Value, format imageFormat, padding [][2]int) *ir.Value {
	x, ok := c.spatial(x, len(padding), format)
	if !ok {
		return c.poison()
	}
	before, after := make([]int, len(x.Shape)), make([]int, len(x.Shape))
	elements := x.Shape.Elements()
	for i, p := range padding {
		before[1+i], after[1+i] = p[0], p[1]
		in := x.Shape[1+i]
		if elements = elements / in * (p[0] + in + p[1]); elements > ir.MaxElements {
			return c.ErrorAt("padding", "padding makes rows of more than %d values out of %s", ir.MaxElements, Flow(untransposed(c, x).Shape.Row()))
		}
	}
	return laid(c, op.PadWith(c.B, x, before, after, 0), format)
}

// crop cuts off the beginning and the end of x on its space axes.
func (c *Context) crop(x *ir.Value, format imageFormat, cropping [][2]int) *ir.Value {
	x, ok := c.spatial(x, len(cropping), format)
	if !ok {
		return c.poison()
	}
	y := x
	for i, p := range cropping {
		size := x.Shape[1+i] - p[0] - p[1]
		if size < 1 {
			return c.ErrorAt("cropping", "cropping [%d, %d] leaves nothing of %d (from %s, %s)", p[0], p[1], x.Shape[1+i], diag.Quote(source(c, x)), Flow(untransposed(c, x).Shape.Row()))
		}
		if size < x.Shape[1+i] {
			y = op.SliceAxis(c.B, y, 1+i, p[0], size)
		}
	}
	return laid(c, y, format)
}
