package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name:  "Minimum",
	Doc:   "The smallest of its inputs, element by element.",
	Merge: true,
	Masks: true,
	Steps: true,
	New:   func() Config { return &Minimum{} },
})

// Minimum is the smallest of inputs of one shape, stretched as [Multiply] does. Source:
// Keras 3, layers/merging/minimum.py.
type Minimum struct{}

// Build implements [Config].
func (*Minimum) Build(c *Context, in []*ir.Value) *ir.Value { return extreme(c, "min", in) }
