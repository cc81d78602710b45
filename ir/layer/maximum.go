package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name:  "Maximum",
	Doc:   "The largest of its inputs, element by element.",
	Merge: true,
	Masks: true,
	Steps: true,
	New:   func() Config { return &Maximum{} },
})

// Maximum is the largest of inputs of one shape, stretched as [Multiply] does. With
// masks, a step counts where it does in one of the inputs, and is that of the inputs
// in which it counts. Source: Keras 3, layers/merging/maximum.py.
type Maximum struct{}

// Build implements [Config].
func (*Maximum) Build(c *Context, in []*ir.Value) *ir.Value { return extreme(c, "max", in) }
