package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name:  "Identity",
	Doc:   "Its input, unchanged.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &Identity{} },
})

// Identity gives its input unchanged, numbers or ids. Source: Keras 3,
// layers/core/identity.py.
type Identity struct{}

// Build implements [Config].
func (*Identity) Build(_ *Context, in []*ir.Value) *ir.Value { return in[0] }
