package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name:  "Multiply",
	Doc:   "The product of its inputs, element by element.",
	Merge: true,
	Masks: true,
	Steps: true,
	New:   func() Config { return &Multiply{} },
})

// Multiply is the product of inputs of one shape; an axis of length 1 is stretched.
// A step that a mask says does not count is a factor of 1, and 0 where it counts in
// none of the inputs. Source:
// Keras 3, layers/merging/multiply.py.
type Multiply struct{}

// Build implements [Config].
func (*Multiply) Build(c *Context, in []*ir.Value) *ir.Value {
	in, masks, ok := broadcastable(c, in)
	if !ok {
		return c.poison()
	}
	counts := op.Scalar(c.B, 0)
	for i, m := range masks {
		switch {
		case m == nil:
			counts = nil
		default:
			in[i] = op.Select(c.B, m, in[i], op.Scalar(c.B, 1))
			if counts != nil {
				counts = op.Binary(c.B, "max", counts, m)
			}
		}
	}
	y := folded(c, "mul", in)
	if masks == nil || counts == nil {
		return y
	}
	return op.Select(c.B, counts, c.Named(y, "product"), op.Scalar(c.B, 0))
}
