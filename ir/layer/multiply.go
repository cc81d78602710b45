package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name:  "Multiply",
	Doc:   "The product of its inputs, element by element.",
	Merge: true,
	New:   func() Config { return &Multiply{} },
})

// Multiply is the product of inputs of one shape; an axis of length 1 is stretched. Source:
// Keras 3, layers/merging/multiply.py.
type Multiply struct{}

// Build implements [Config].
func (*Multiply) Build(c *Context, in []*ir.Value) *ir.Value { return merged(c, "mul", in) }
