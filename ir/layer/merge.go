package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// merged joins inputs element by element, from the first on, by a base function of
// two arguments. As in Keras, an axis of length 1 is stretched, and inputs of fewer
// axes get some of length 1 after the batch. Source: Keras 3,
// layers/merging/base_merge.py.
func merged(c *Context, fn string, in []*ir.Value) *ir.Value {
	rank := 0
	for _, x := range in {
		if !c.floats(x) {
			return c.poison()
		}
		rank = max(rank, len(x.Shape))
	}
	sum := deepened(c, in[0], rank)
	for i, x := range in[1:] {
		y := deepened(c, x, rank)
		if _, err := ir.Broadcast(sum.Shape, y.Shape); err != nil {
			return c.Errorf("%s takes inputs of one shape, but %s gives %v and %s gives %v", c.Kind, from(in[i]), in[i].Shape, from(x), x.Shape)
		}
		if i > 0 {
			c.Named(sum, "part")
		}
		sum = op.Binary(c.B, fn, sum, y)
	}
	return sum
}

// deepened is x with axes of length 1 after the batch.
func deepened(c *Context, x *ir.Value, rank int) *ir.Value {
	if len(x.Shape) == rank {
		return x
	}
	shape := ir.Shape{x.Shape[0]}
	for len(shape)+len(x.Shape)-1 < rank {
		shape = append(shape, 1)
	}
	return op.ReshapeTo(c.B, x, append(shape, x.Shape[1:]...))
}

// two reports inputs that are not two.
func two(c *Context, in []*ir.Value) bool {
	if len(in) != 2 {
		c.Errorf("%s takes two inputs, but has %d", c.Kind, len(in))
		return false
	}
	return true
}
