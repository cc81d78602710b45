package layer

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name:  "AlphaDropout",
	Doc:   "Sets a random fraction of its inputs to what selu saturates at while training, and keeps mean and variance.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &AlphaDropout{} },
})

// AlphaDropout sets inputs to -alpha·scale of selu with probability rate while training, and
// then takes a·x + b of all, so that inputs of mean 0 and variance 1 keep these.
// Source: Keras 3, layers/regularization/alpha_dropout.py; Klambauer et al., 2017.
type AlphaDropout struct {
	Rate       float64 `arg:"rate,required,min=0,below=1" doc:"fraction of the inputs to drop" train:"only"`
	NoiseShape []*int  `arg:"noise_shape" doc:"shape of the mask, the batch being axis 0: 1 where all values along an axis are dropped together, null where each is on its own" train:"only"`
	Seed       *int64  `arg:"seed" doc:"a number that makes this layer draw other masks than one without" train:"only"`
}

// Build implements [Config].
func (d *AlphaDropout) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	shape, ok := noiseShape(c, x, d.NoiseShape)
	if !ok {
		return c.poison()
	}
	if !c.Training || d.Rate == 0 {
		return x
	}
	const dropped = -op.SeluAlpha * op.SeluScale
	a := 1 / math.Sqrt((1-d.Rate)*(1+d.Rate*dropped*dropped))
	b := -a * dropped * d.Rate
	kept := scalar.Call("select", scalar.Call("ge", scalar.Arg(1), scalar.Num(d.Rate)), scalar.Arg(0), scalar.Num(dropped))
	y := scalar.Call("add", scalar.Call("mul", scalar.Num(a), kept), scalar.Num(b))
	return op.MapOf(c.B, y, "alpha dropout", x, uniformNoise(c, shape, d.Seed))
}
