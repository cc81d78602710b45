package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name:  "Subtract",
	Doc:   "Its first input less its second, element by element.",
	Merge: true,
	Masks: true,
	Steps: true,
	New:   func() Config { return &Subtract{} },
})

// Subtract is the difference of two inputs of one shape, stretched as [Multiply]
// does. Source: Keras 3, layers/merging/subtract.py.
type Subtract struct{}

// Build implements [Config].
func (*Subtract) Build(c *Context, in []*ir.Value) *ir.Value {
	if !two(c, in) {
		return c.poison()
	}
	return merged(c, "sub", in)
}
