package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "PReLU",
	Doc:   "x above 0 and alpha·x below, alpha being learned.",
	Masks: true,
	New:   func() Config { return &PReLU{AlphaInitializer: call("zeros")} },
})

// PReLU is max(x, 0) - alpha·max(-x, 0), with an alpha for every value of a row,
// or one along the shared axes: [n, …] to [n, …]. Source: Keras 3,
// layers/activations/prelu.py; He et al., 2015.
type PReLU struct {
	AlphaInitializer spec.Call `arg:"alpha_initializer,of=initializer" doc:"how alpha is filled"`
	AlphaRegularizer spec.Call `arg:"alpha_regularizer,of=regularizer" doc:"penalty on alpha"`
	AlphaConstraint  spec.Call `arg:"alpha_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds alpha to"`
	SharedAxes       []int     `arg:"shared_axes" doc:"axes along which one alpha serves, the batch being axis 0"`
}

// Build implements [Config].
func (p *PReLU) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	shape := append(ir.Shape{}, x.Shape[1:]...)
	for _, a := range p.SharedAxes {
		at, ok := namedAxis(c, "shared_axes", x, a)
		if !ok {
			return c.poison()
		}
		shape[at-1] = 1
	}
	alpha := c.Param("alpha", shape, p.AlphaInitializer, p.AlphaRegularizer)
	above := scalar.Call("max", scalar.Arg(0), scalar.Num(0))
	below := scalar.Call("max", scalar.Call("neg", scalar.Arg(0)), scalar.Num(0))
	return op.MapOf(c.B, scalar.Call("sub", above, scalar.Call("mul", scalar.Arg(1), below)), "prelu", x, alpha)
}

// Stepwise implements [Stepper].
func (p *PReLU) Stepwise(x ir.Shape) bool { return !besides(1, x, p.SharedAxes...) }
