package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "GroupNormalization",
	Doc:   "Normalizes groups of channels of every row by their own mean and variance.",
	Masks: true,
	New: func() Config {
		return &GroupNormalization{Groups: 32, Axis: -1, Epsilon: 1e-3, Center: true, Scale: true, BetaInitializer: call("zeros"), GammaInitializer: call("ones")}
	},
})

// GroupNormalization is gamma·(x-mean)/√(variance+epsilon) + beta, with mean and
// (biased) variance over a group of channels and all positions of a row: [n, …] to
// [n, …]. gamma and beta have one value for each channel. Source: Keras 3,
// layers/normalization/group_normalization.py; Wu and He, 2018.
type GroupNormalization struct {
	Groups           int       `arg:"groups,min=-1" doc:"number of groups; -1: every channel is one"`
	Axis             int       `arg:"axis" doc:"axis of the channels, the batch being axis 0"`
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
func (z *GroupNormalization) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	axis, ok := c.axis(x, z.Axis)
	if !ok {
		return c.poison()
	}
	channels, groups := x.Shape[axis], z.Groups
	if groups == -1 {
		groups = channels
	}
	if groups == 0 || channels%groups != 0 {
		return c.ErrorAt("groups", "%d groups do not divide the %d channels of axis %d of %v, which %s gives", groups, channels, axis, x.Shape, from(x))
	}
	var gamma, beta *ir.Value
	if z.Scale {
		gamma = c.Param("gamma", ir.Shape{channels}, z.GammaInitializer, z.GammaRegularizer)
	}
	if z.Center {
		beta = c.Param("beta", ir.Shape{channels}, z.BetaInitializer, z.BetaRegularizer)
	}
	split := slices.Concat(x.Shape[:axis], ir.Shape{groups, channels / groups}, x.Shape[axis+1:])
	var within []int
	for i := 1; i < len(split); i++ {
		if i != axis {
			within = append(within, i)
		}
	}
	grouped := c.Named(op.ReshapeTo(c.B, x, split), "groups")
	along := []int{axis, axis + 1}
	y := standardized(c, grouped, alongAxes(c, gamma, grouped, along), alongAxes(c, beta, grouped, along), z.Epsilon, within...)
	return op.ReshapeTo(c.B, c.Named(y, "normalized"), x.Shape)
}
