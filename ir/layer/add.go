package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name:  "Add",
	Doc:   "The sum of its inputs, element by element.",
	Merge: true,
	Masks: true,
	Steps: true,
	New:   func() Config { return &Add{} },
})

// Add is the sum of inputs of one shape, stretched as [Multiply] does. Source:
// Keras 3, layers/merging/add.py.
type Add struct{}

// Build implements [Config].
func (*Add) Build(c *Context, in []*ir.Value) *ir.Value { return merged(c, "add", in) }
