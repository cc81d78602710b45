package layer

import (
	"github.com/nngen-go/nngen/ir"
)

// global reduces all of the axes of space to one value a channel: [n, space…,
// channels] to [n, channels], or with axes of length 1 in their places. Source: Keras
// 3, layers/pooling/base_global_pooling.py.
func global(c *Context, x *ir.Value, reduce func(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value, space int, format imageFormat, keep bool) *ir.Value {
	x, ok := c.spatial(x, space, format)
	if !ok {
		return c.poison()
	}
	var axes []int
	for i := range space {
		axes = append(axes, 1+i)
	}
	y := reduce(c.B, x, keep, axes...)
	if !keep {
		return y
	}
	return laid(c, y, format)
}
