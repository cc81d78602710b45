package layer

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "BatchNormalization",
	Doc:   "Normalizes by the statistics of the batch while training, and by their moving averages afterwards.",
	Masks: true,
	New: func() Config {
		return &BatchNormalization{
			Axis: -1, Momentum: 0.99, Epsilon: 1e-3, Center: true, Scale: true,
			BetaInitializer: call("zeros"), GammaInitializer: call("ones"),
			MovingMeanInitializer: call("zeros"), MovingVarianceInitializer: call("ones"),
			RenormMomentum: 0.99,
		}
	},
})

// BatchNormalization is gamma·(x-mean)/√(variance+epsilon) + beta along one
// axis. While training, mean and (biased) variance are those of the batch, and
// their moving averages are updated with the same biased variance; otherwise,
// and with trainable: false, they are the moving averages. Source: Keras 3,
// layers/normalization/batch_normalization.py; Ioffe and Szegedy, 2015.
type BatchNormalization struct {
	Axis                      int       `arg:"axis" doc:"axis of the features, the batch being axis 0"`
	Momentum                  float64   `arg:"momentum,min=0,max=1" doc:"share of the moving averages that a step keeps" train:"only"`
	Epsilon                   float64   `arg:"epsilon,above=0" doc:"added to the variance"`
	Center                    bool      `arg:"center" doc:"whether beta is added"`
	Scale                     bool      `arg:"scale" doc:"whether gamma multiplies"`
	BetaInitializer           spec.Call `arg:"beta_initializer,of=initializer" doc:"how beta is filled"`
	GammaInitializer          spec.Call `arg:"gamma_initializer,of=initializer" doc:"how gamma is filled"`
	MovingMeanInitializer     spec.Call `arg:"moving_mean_initializer,of=initializer" doc:"how the moving mean begins"`
	MovingVarianceInitializer spec.Call `arg:"moving_variance_initializer,of=initializer" doc:"how the moving variance begins"`
	BetaRegularizer           spec.Call `arg:"beta_regularizer,of=regularizer" doc:"penalty on beta"`
	GammaRegularizer          spec.Call `arg:"gamma_regularizer,of=regularizer" doc:"penalty on gamma"`
	BetaConstraint            spec.Call `arg:"beta_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds beta to"`
	GammaConstraint           spec.Call `arg:"gamma_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds gamma to"`

	Renorm         bool       `arg:"renorm" hash:"unless zero" doc:"whether a batch is corrected to moving averages of its own: batch renormalization"`
	RenormClipping spec.Value `arg:"renorm_clipping" hash:"unless zero" doc:"bounds of the correction, {rmin: 0.3, rmax: 3, dmax: 5}, any of them" train:"only"`
	RenormMomentum float64    `arg:"renorm_momentum,min=0,max=1" hash:"unless 0.99" doc:"share of the averages of renorm that a step keeps" train:"only"`
}

// Build implements [Config].
func (n *BatchNormalization) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	if len(x.Shape) < 2 {
		return c.Errorf("BatchNormalization takes rows of values, but %s gives one value per row (%v)", from(x), x.Shape)
	}
	axis, ok := c.axis(x, n.Axis)
	if !ok {
		return c.poison()
	}
	return n.along(c, x, axis, false)
}

// overSteps normalizes every step of [n, steps, …] by statistics of its own, those
// of the batch at this step, and the moving averages take in those of one step after
// the other, as TimeDistributed does, which calls the layer for every step.
func (n *BatchNormalization) overSteps(c *Context, x *ir.Value) *ir.Value {
	if !c.floats(x) {
		return c.poison()
	}
	step := &ir.Value{Op: x.Op, Name: x.Name, Layer: x.Layer, Type: ir.Type{DType: x.DType, Shape: append(ir.Shape{ir.Batch}, x.Shape[2:]...)}}
	axis, ok := c.axis(step, n.Axis)
	switch {
	case !ok:
		return c.poison()
	case n.Renorm:
		return c.ErrorAt("renorm", "renorm: true inside of TimeDistributed, where every step is corrected by what the steps before have left, is not supported by this version of nngen; put BatchNormalization after TimeDistributed")
	}
	return n.along(c, x, axis+1, true)
}

// along normalizes along an axis; with steps, axis 1 is that of steps which have
// statistics of their own.
func (n *BatchNormalization) along(c *Context, x *ir.Value, axis int, steps bool) *ir.Value {
	rank, shape := len(x.Shape), ir.Shape{x.Shape[axis]}
	var gamma, beta *ir.Value
	if n.Scale {
		gamma = c.Param("gamma", shape, n.GammaInitializer, n.GammaRegularizer)
	}
	if n.Center {
		beta = c.Param("beta", shape, n.BetaInitializer, n.BetaRegularizer)
	}
	movingMean := c.State("moving_mean", shape, n.MovingMeanInitializer)
	movingVariance := c.State("moving_variance", shape, n.MovingVarianceInitializer)
	var again *renormed
	if n.Renorm {
		if again = n.renormed(c, shape); again == nil {
			return c.poison()
		}
	}
	if !c.Trainable || !c.Training {
		if c.Trainable {
			c.BatchStatistics = append(c.BatchStatistics, c.Name)
		}
		scale := n.factor(c, movingVariance, gamma)
		offset := n.offset(c, movingMean, scale, beta)
		y := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2))
		return op.MapOf(c.B, y, "normalize", x, aligned(c.B, scale, axis, rank), aligned(c.B, offset, axis, rank))
	}
	var others []int
	for i := range rank {
		if i != axis && !(steps && i == 1) {
			others = append(others, i)
		}
	}
	m := maskOver(c, x)
	if m != nil && !m.Valid() {
		return c.poison()
	}
	// stretch gives statistics the axes of x.
	stretch := func(v *ir.Value) *ir.Value { return aligned(c.B, v, axis, rank) }
	if steps {
		shape := make(ir.Shape, rank-1)
		for i := range shape {
			shape[i] = 1
		}
		shape[0], shape[axis-1] = x.Shape[1], x.Shape[axis]
		stretch = func(v *ir.Value) *ir.Value { return op.ReshapeTo(c.B, v, shape) }
	}
	var centered, rest, mean, variance *ir.Value
	if m == nil {
		centered, rest, mean, variance = n.moments(c, x, stretch, others)
	} else {
		centered, rest, mean, variance = n.masked(c, x, m, stretch, others)
	}
	n.move(c, movingMean, mean, n.Momentum)
	if again == nil {
		n.move(c, movingVariance, variance, n.Momentum)
	} else {
		gamma, beta = again.correct(c, mean, variance, gamma, beta)
		again.move(c, movingVariance, mean, variance)
	}
	scale := n.factor(c, variance, gamma)
	offset := n.offset(c, rest, scale, beta)
	y := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2))
	return op.MapOf(c.B, y, "normalize", centered, stretch(scale), stretch(offset))
}

// moments are mean and variance over the other axes, by the corrected two-pass
// algorithm (T. F. Chan, G. H. Golub, R. J. LeVeque, Algorithms for computing the
// sample variance, The American Statistician 37, 1983): a first mean is taken off
// the values, and what it misses, the mean of the rest, off the results. A long
// sum of float32 is wrong in its last digits, which are whole standard deviations
// where the mean is a thousand of them. The results do not depend on the first
// mean, so no gradient flows through it.
func (n *BatchNormalization) moments(c *Context, x *ir.Value, stretch func(*ir.Value) *ir.Value, others []int) (centered, rest, mean, variance *ir.Value) {
	first := c.Named(op.MeanStop(c.B, x, false, others...), "shift")
	centered = c.Named(op.Binary(c.B, "sub", x, stretch(first)), "centered")
	rest = c.Named(op.Mean(c.B, centered, false, others...), "rest")
	mean = c.Named(op.Binary(c.B, "add", first, rest), "mean")
	square := op.MapOf(c.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(0)), "square", centered)
	squares := c.Named(op.Mean(c.B, c.Named(square, "square"), false, others...), "squares")
	difference := scalar.Call("max", scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Arg(1))), scalar.Num(0))
	variance = c.Named(op.MapOf(c.B, difference, "variance", squares, rest), "variance")
	return centered, rest, mean, variance
}

// masked is moments over what counts, where each is a sum divided by the count plus
// epsilon, as in Keras.
func (n *BatchNormalization) masked(c *Context, x, mask *ir.Value, stretch func(*ir.Value) *ir.Value, others []int) (centered, rest, mean, variance *ir.Value) {
	times := 1 // the mask stretches over so many values
	for _, a := range others {
		if a > 0 {
			times *= x.Shape[a] / mask.Shape[a]
		}
	}
	count := c.Named(op.Sum(c.B, mask, false, others...), "count")
	over := scalar.Call("div", scalar.Arg(0), scalar.Call("add", scalar.Call("mul", scalar.Arg(1), scalar.Num(times)), scalar.Num(epsilon)))
	average := func(of *ir.Value, name string) *ir.Value {
		sum := op.Sum(c.B, op.Select(c.B, mask, of, op.Scalar(c.B, 0)), false, others...)
		return c.Named(op.MapOf(c.B, over, name, sum, count), name)
	}
	mean = average(x, "mean")
	centered = c.Named(op.Binary(c.B, "sub", x, stretch(mean)), "centered")
	square := op.MapOf(c.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(0)), "square", centered)
	return centered, op.Scalar(c.B, 0), mean, average(c.Named(square, "square"), "variance")
}

// factor is gamma/√(variance+epsilon).
func (n *BatchNormalization) factor(c *Context, variance, gamma *ir.Value) *ir.Value {
	inverse := scalar.Call("rsqrt", scalar.Call("add", scalar.Arg(0), scalar.Num(n.Epsilon)))
	if gamma == nil {
		return c.Named(op.MapOf(c.B, inverse, "scale", variance), "scale")
	}
	return c.Named(op.MapOf(c.B, scalar.Call("mul", scalar.Arg(1), inverse), "scale", variance, gamma), "scale")
}

// offset is beta - mean·scale.
func (n *BatchNormalization) offset(c *Context, mean, scale, beta *ir.Value) *ir.Value {
	product := scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))
	if beta == nil {
		return c.Named(op.MapOf(c.B, scalar.Call("neg", product), "offset", mean, scale), "offset")
	}
	return c.Named(op.MapOf(c.B, scalar.Call("sub", scalar.Arg(2), product), "offset", mean, scale, beta), "offset")
}

// move updates a moving average: moving·momentum + now·(1-momentum). Of steps it takes
// in one after the other: moving·momentumᵀ + Σₜ nowₜ·(1-momentum)·momentumᵀ⁻¹⁻ᵗ. A second use
// of the layer goes on from what the use before it has made of the average.
func (n *BatchNormalization) move(c *Context, state, now *ir.Value, momentum float64) *ir.Value {
	moving := latest(c, state)
	kept, taken := momentum, 1-momentum
	if now.Valid() && len(now.Shape) > 1 {
		steps := now.Shape[0]
		shares := make([]float64, steps)
		for t := range shares {
			shares[t] = taken * math.Pow(momentum, float64(steps-1-t))
		}
		now = op.Sum(c.B, op.Binary(c.B, "mul", now, op.ConstOf(c.B, ir.Shape{steps, 1}, shares)), false, 0)
		kept, taken = math.Pow(momentum, float64(steps)), 1
	}
	sum := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Num(kept)), scalar.Call("mul", scalar.Arg(1), scalar.Num(taken)))
	return become(c, state, op.MapOf(c.B, sum, "moving average", moving, now))
}

// latest is what the uses of the layer so far have made of its state.
func latest(c *Context, state *ir.Value) *ir.Value {
	if at := updateOf(c, state); at >= 0 {
		return c.B.Graph.Updates[at].New
	}
	return state
}

// become has a training step leave next in the state, and gives next.
func become(c *Context, state, next *ir.Value) *ir.Value {
	if !next.Valid() {
		return next
	}
	part, _ := state.Op.(*op.Param)
	c.B.Named(next, part.Segment+".next")
	if at := updateOf(c, state); at >= 0 {
		c.B.Graph.Updates[at].New = next
	} else {
		c.B.Graph.Updates = append(c.B.Graph.Updates, ir.Update{State: state, New: next})
	}
	return next
}

func updateOf(c *Context, state *ir.Value) int {
	return slices.IndexFunc(c.B.Graph.Updates, func(u ir.Update) bool { return u.State == state })
}

// Stepwise implements [Stepper].
func (z *BatchNormalization) Stepwise(x ir.Shape) bool { return besides(1, x, z.Axis) }
