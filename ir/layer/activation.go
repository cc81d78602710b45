package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "Activation",
	Doc:   "Applies a function to every element.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &Activation{} },
})

// Activation applies a function of the table of activations: [n, …] to [n, …].
type Activation struct {
	Activation spec.Call `arg:"activation,required,of=activation" doc:"name of the function, or {name: {arguments}}"`
}

// Build implements [Config].
func (a *Activation) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	return c.activate(x, a.Activation)
}
