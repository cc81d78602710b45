package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// pool applies kind to every window: the maximum, of equal ones the first, or
// the mean of those points that lie inside the image. Without strides, windows
// are as far apart as they are wide. Source: Keras 3,
// layers/pooling/base_pooling.py.
func (c *Context) pool(x *ir.Value, kind op.Window, format imageFormat, size []int, strides *[]int, padding string) *ir.Value {
	space := len(size)
	x, ok := c.spatial(x, space, format)
	if !ok {
		return c.poison()
	}
	w := window{"pool", size, size, slices.Repeat([]int{1}, space), padding}
	if strides != nil {
		w.strides = *strides
	}
	f, ok := w.frame(c, x)
	if !ok {
		return c.poison()
	}
	kind.Sizes, kind.Strides, kind.Dilations, kind.Before, kind.After = w.size, f.strides, w.dilation, f.before, f.after
	return laid(c, c.B.Apply(&kind, x), format)
}
