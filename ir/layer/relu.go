package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name:  "ReLU",
	Doc:   "max(x, 0).",
	Masks: true,
	Steps: true,
	New:   func() Config { return &ReLU{} },
})

// ReLU is x above threshold and negative_slope·(x-threshold) elsewhere, at most
// max_value: [n, …] to [n, …]. Source: Keras 3, layers/activations/relu.py.
type ReLU struct {
	MaxValue      *float64 `arg:"max_value,min=0" doc:"largest result; null: no limit"`
	NegativeSlope float64  `arg:"negative_slope,min=0" doc:"slope below the threshold"`
	Threshold     float64  `arg:"threshold,min=0" doc:"x below it counts as negative"`
}

// Build implements [Config].
func (r *ReLU) Build(c *Context, in []*ir.Value) *ir.Value {
	if !c.floats(in[0]) {
		return c.poison()
	}
	return (&relu{MaxValue: r.MaxValue, NegativeSlope: r.NegativeSlope, Threshold: r.Threshold}).apply(c, in[0])
}
