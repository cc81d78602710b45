package layer

import (
	"github.com/nngen-go/nngen/ir"
)

// spatialDropout drops channels at all positions along so many axes.
func spatialDropout(c *Context, x *ir.Value, positions int, first bool, rate float64, seed *int64) *ir.Value {
	if !c.floats(x) {
		return c.poison()
	}
	rank := positions + 2
	if len(x.Shape) != rank {
		return c.Errorf("%s takes values with %d axes and the channels beside the batch, but %s gives %v", c.Kind, positions, from(x), x.Shape)
	}
	channels := rank - 1
	if first {
		channels = 1
	}
	shape := make(ir.Shape, rank)
	for i := range shape {
		shape[i] = 1
	}
	shape[0], shape[channels] = ir.Batch, x.Shape[channels]
	return dropoutOf(c, x, shape, rate, seed)
}
