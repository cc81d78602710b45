package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name:  "Add",
	Doc:   "The sum of its inputs, element by element.",
	Merge: true,
	New:   func() Config { return &Add{} },
})

// Add is the sum of inputs of one shape; as in Keras, an axis of length 1 is
// stretched. Source: Keras 3, layers/merging/add.py.
type Add struct{}

// Build implements [Config].
func (*Add) Build(c *Context, in []*ir.Value) *ir.Value {
	for _, x := range in {
		if !c.floats(x) {
			return c.poison()
		}
	}
	sum := in[0]
	for i, x := range in[1:] {
		if _, err := ir.Broadcast(sum.Shape, x.Shape); err != nil || len(sum.Shape) != len(x.Shape) {
			return c.Errorf("Add takes inputs of one shape, but %s gives %v and %s gives %v", from(in[i]), in[i].Shape, from(x), x.Shape)
		}
		if i > 0 {
			c.Named(sum, "part")
		}
		sum = op.Binary(c.B, "add", sum, x)
	}
	return sum
}
