package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name:  "LeakyReLU",
	Doc:   "x above 0 and negative_slope·x below.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &LeakyReLU{NegativeSlope: 0.3} },
})

// LeakyReLU is x above 0 and negative_slope·x elsewhere: [n, …] to [n, …]. The
// activation leaky_relu has another default, 0.2. Source: Keras 3,
// layers/activations/leaky_relu.py; Maas et al., 2013.
type LeakyReLU struct {
	NegativeSlope float64 `arg:"negative_slope,min=0" doc:"slope below 0"`
}

// Build implements [Config].
func (l *LeakyReLU) Build(c *Context, in []*ir.Value) *ir.Value {
	if !c.floats(in[0]) {
		return c.poison()
	}
	return (&leakyRelu{l.NegativeSlope}).apply(c, in[0])
}
