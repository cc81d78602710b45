package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name:  "ELU",
	Doc:   "x above 0 and alpha·(exp(x)-1) below.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &ELU{Alpha: 1} },
})

// ELU is x above 0 and alpha·(exp(x)-1) elsewhere: [n, …] to [n, …]. Source:
// Keras 3, layers/activations/elu.py; Clevert et al., 2016.
type ELU struct {
	Alpha float64 `arg:"alpha" doc:"what the result tends to far below 0, negated"`
}

// Build implements [Config].
func (e *ELU) Build(c *Context, in []*ir.Value) *ir.Value {
	if !c.floats(in[0]) {
		return c.poison()
	}
	return (&elu{e.Alpha}).apply(c, in[0])
}
