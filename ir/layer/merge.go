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
	in, _, ok := broadcastable(c, in)
	if !ok {
		return c.poison()
	}
	return folded(c, fn, in)
}

func folded(c *Context, fn string, in []*ir.Value) *ir.Value {
	sum := in[0]
	for i, x := range in[1:] {
		if i > 0 {
			c.Named(sum, "part")
		}
		sum = op.Binary(c.B, fn, sum, x)
	}
	return sum
}

// extreme is merged by max or min, which pass over what the masks say does not
// count: such a step is that of the other inputs. Source: Keras 3,
// layers/merging/base_merge.py, _apply_merge_op_and_or_mask.
func extreme(c *Context, fn string, in []*ir.Value) *ir.Value {
	in, masks, ok := broadcastable(c, in)
	if !ok {
		return c.poison()
	}
	if masks == nil {
		return folded(c, fn, in)
	}
	y, counts := in[0], masks[0]
	for i, x := range in[1:] {
		m := masks[i+1]
		if m != nil {
			x = op.Select(c.B, m, x, y)
		}
		if counts != nil {
			y = op.Select(c.B, counts, y, x)
		}
		if counts != nil && m != nil {
			counts = op.Binary(c.B, "max", counts, m)
		} else {
			counts = nil
		}
		y = op.Binary(c.B, fn, y, x)
	}
	return y
}

// broadcastable gives inputs as many axes as the one with the most, and reports
// those that are no numbers or do not fit. The masks stretch over the inputs; they
// are nil where there are none, and where axes were added, which in Keras loses
// them.
func broadcastable(c *Context, in []*ir.Value) (out, masks []*ir.Value, ok bool) {
	rank, masked, added := 0, false, false
	for _, x := range in {
		if !c.floats(x) {
			return nil, nil, false
		}
		rank = max(rank, len(x.Shape))
	}
	var shape ir.Shape
	for i, x := range in {
		y := deepened(c, x, rank)
		added = added || y != x
		out = append(out, y)
		if i == 0 {
			shape = y.Shape
			continue
		}
		wide, err := ir.Broadcast(shape, y.Shape)
		if err != nil {
			c.Errorf("%s takes inputs of one shape, but %s gives %v and %s gives %v", c.Kind, from(in[i-1]), in[i-1].Shape, from(x), x.Shape)
			return nil, nil, false
		}
		shape = wide
	}
	for _, x := range in {
		m := maskOver(c, x)
		if m != nil && !m.Valid() {
			return nil, nil, false
		}
		masks, masked = append(masks, m), masked || m != nil
	}
	if !masked || added {
		masks = nil
	}
	return out, masks, true
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
