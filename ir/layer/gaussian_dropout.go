package layer

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name:  "GaussianDropout",
	Doc:   "Multiplies its inputs by normally distributed numbers around 1 while training.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &GaussianDropout{} },
})

// GaussianDropout is x·N(1, √(rate/(1-rate))) while training, and x otherwise: noise
// of the variance that Dropout has. Source: Keras 3,
// layers/regularization/gaussian_dropout.py; Srivastava et al., 2014.
type GaussianDropout struct {
	Rate float64 `arg:"rate,required,min=0,below=1" doc:"fraction that a Dropout of the same variance drops" train:"only"`
	Seed *int64  `arg:"seed" doc:"a number that makes this layer draw other noise than one without" train:"only"`
}

// Build implements [Config].
func (d *GaussianDropout) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	if !c.Training || d.Rate == 0 {
		return x
	}
	factor := scalar.Call("add", scalar.Num(1), scalar.Call("mul", scalar.Num(math.Sqrt(d.Rate/(1-d.Rate))), scalar.Arg(1)))
	return op.MapOf(c.B, scalar.Call("mul", scalar.Arg(0), factor), "gaussian dropout", x, gaussian(c, x.Shape, d.Seed))
}
