package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "LayerNormalization",
	Doc:   "Normalizes every row by its own mean and variance.",
	Masks: true,
	New: func() Config {
		return &LayerNormalization{Axis: []int{-1}, Epsilon: 1e-3, Center: true, Scale: true, BetaInitializer: call("zeros"), GammaInitializer: call("ones")}
	},
})

// LayerNormalization is gamma·(x-mean)/√(variance+epsilon) + beta, with mean and
// (biased) variance over some axes of a row: [n, …] to [n, …]. gamma and beta have
// the shape of these axes. Source: Keras 3,
// layers/normalization/layer_normalization.py; Ba et al., 2016.
type LayerNormalization struct {
	Axis             []int     `arg:"axis" doc:"axis or axes that are normalized together, the batch being axis 0"`
	Epsilon          float64   `arg:"epsilon,above=0" doc:"added to the variance"`
	Center           bool      `arg:"center" doc:"whether beta is added"`
	Scale            bool      `arg:"scale" doc:"whether gamma multiplies"`
	BetaInitializer  spec.Call `arg:"beta_initializer,of=initializer" doc:"how beta is filled"`
	GammaInitializer spec.Call `arg:"gamma_initializer,of=initializer" doc:"how gamma is filled"`
	BetaRegularizer  spec.Call `arg:"beta_regularizer,of=regularizer" doc:"penalty on beta"`
	GammaRegularizer spec.Call `arg:"gamma_regularizer,of=regularizer" doc:"penalty on gamma"`
	BetaConstraint   spec.Call `arg:"beta_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds beta to"`
	GammaConstraint  spec.Call `arg:"gamma_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds gamma to"`
}

// Build implements [Config].
func (z *LayerNormalization) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	axes, ok := axesOf(c, x, z.Axis)
	if !ok {
		return c.poison()
	}
	var shape ir.Shape
	for _, a := range axes {
		shape = append(shape, x.Shape[a])
	}
	var gamma, beta *ir.Value
	if z.Scale {
		gamma = alongAxes(c, c.Param("gamma", shape, z.GammaInitializer, z.GammaRegularizer), x, axes)
	}
	if z.Center {
		beta = alongAxes(c, c.Param("beta", shape, z.BetaInitializer, z.BetaRegularizer), x, axes)
	}
	return standardized(c, x, gamma, beta, z.Epsilon, axes...)
}

// Stepwise implements [Stepper].
func (z *LayerNormalization) Stepwise(x ir.Shape) bool { return besides(1, x, z.Axis...) }
