package layer

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// renormed is the state of BatchNormalization with renorm: true. A batch is normalized
// by its own statistics and then corrected to moving averages, which move faster than
// those of predictions: (x·r + d)·gamma + beta, with r = stddev/renorm_stddev and d =
// (mean-renorm_mean)/renorm_stddev, through which no gradient flows. Source: Keras 3,
// layers/normalization/batch_normalization.py; Ioffe, Batch Renormalization, 2017.
type renormed struct {
	*BatchNormalization
	movingStddev, mean, stddev *ir.Value
	rmin, rmax, dmax           *float64
}

// renormed makes the state; it is nil where a setting has been reported.
func (n *BatchNormalization) renormed(c *Context, shape ir.Shape) *renormed {
	r := &renormed{BatchNormalization: n}
	root, ok := n.rooted(c)
	if !ok || !r.clipping(c) {
		return nil
	}
	r.movingStddev = c.State("moving_stddev", shape, root)
	r.mean = c.State("renorm_mean", shape, n.MovingMeanInitializer)
	r.stddev = c.State("renorm_stddev", shape, root)
	return r
}

// rooted is the initializer of standard deviations: the root of what
// moving_variance_initializer gives.
func (n *BatchNormalization) rooted(c *Context) (spec.Call, bool) {
	init := n.MovingVarianceInitializer
	e, settings, errs := initializers.Resolve(init)
	if len(errs) > 0 { // which moving_variance has reported
		return init, false
	}
	value, ok := settings.(*constant)
	switch {
	case e.Name == "zeros" || e.Name == "ones":
		return init, true
	case !ok || value.Value < 0:
		c.ErrorAt("moving_variance_initializer", "with renorm: true the standard deviations begin with the root of what moving_variance_initializer gives; write zeros, ones, or constant of a number that is not negative")
		return init, false
	}
	init = call("constant")
	init.Args.List = []spec.Arg{{Name: "value", Value: spec.Value{Kind: spec.Float, Float: math.Sqrt(value.Value)}}}
	return init, true
}

// clipping reads renorm_clipping.
func (r *renormed) clipping(c *Context) bool {
	bounds := map[string]**float64{"rmin": &r.rmin, "rmax": &r.rmax, "dmax": &r.dmax}
	v := r.RenormClipping
	if v.Kind != spec.Map && v.Kind != spec.Null {
		c.ErrorAt("renorm_clipping", "renorm_clipping takes bounds, {rmin: 0.3, rmax: 3, dmax: 5}, not %s", v.Describe())
		return false
	}
	for _, a := range v.Map {
		to, known := bounds[a.Name]
		x, number := a.Value.Number()
		switch {
		case !known:
			c.errorPos(a.Pos, "renorm_clipping has no bound %s; it has rmin, rmax and dmax", diag.Quote(a.Name))
			return false
		case a.Value.Kind == spec.Null:
		case !number:
			c.errorPos(a.Value.Pos, "renorm_clipping: %s takes a number, not %s", a.Name, a.Value.Describe())
			return false
		default:
			*to = &x
		}
	}
	switch {
	case r.rmin != nil && r.rmax != nil && *r.rmax < *r.rmin:
		c.ErrorAt("renorm_clipping", "renorm_clipping: rmax is %v, below rmin, %v", *r.rmax, *r.rmin)
	case r.dmax != nil && *r.dmax < 0:
		c.ErrorAt("renorm_clipping", "renorm_clipping: dmax is %v; write a number that is not negative", *r.dmax)
	default:
		return true
	}
	return false
}

// deviation is the standard deviation, epsilon included.
func (r *renormed) deviation(variance scalar.Expr) scalar.Expr {
	return scalar.Call("sqrt", sum(variance, scalar.Num(r.Epsilon)))
}

// correct takes the correction of a batch into gamma and beta.
func (r *renormed) correct(c *Context, mean, variance, gamma, beta *ir.Value) (scale, offset *ir.Value) {
	// Early in training the average may be 0.
	least := scalar.Call("max", scalar.Arg(1), scalar.Num(math.Sqrt(r.Epsilon)))
	ratio := scalar.Call("div", r.deviation(scalar.Arg(0)), least)
	if r.rmin != nil {
		ratio = scalar.Call("max", ratio, scalar.Num(*r.rmin))
	}
	if r.rmax != nil {
		ratio = scalar.Call("min", ratio, scalar.Num(*r.rmax))
	}
	shift := scalar.Call("div", difference(scalar.Arg(0), scalar.Arg(2)), least)
	if r.dmax != nil {
		shift = clipped(shift, -*r.dmax, *r.dmax)
	}
	stddev := latest(c, r.stddev)
	scale = c.Named(op.MapOf(c.B, ratio, "ratio", stopped(c, variance), stddev), "ratio")
	offset = c.Named(op.MapOf(c.B, shift, "shift", stopped(c, mean), stddev, latest(c, r.mean)), "shift")
	if gamma != nil {
		scale, offset = op.Binary(c.B, "mul", scale, gamma), op.Binary(c.B, "mul", offset, gamma)
	}
	if beta != nil {
		offset = op.Binary(c.B, "add", offset, beta)
	}
	return scale, offset
}

// stopped is x, through which no gradient flows.
func stopped(c *Context, x *ir.Value) *ir.Value {
	if !x.Valid() {
		return x
	}
	return op.MeanStop(c.B, op.ReshapeTo(c.B, x, slices.Concat(ir.Shape{1}, x.Shape)), false, 0)
}

// move updates the averages. Predictions have the variance that belongs to the average
// of standard deviations.
func (r *renormed) move(c *Context, movingVariance, mean, variance *ir.Value) {
	stddev := op.MapOf(c.B, r.deviation(scalar.Arg(0)), "stddev", variance)
	r.BatchNormalization.move(c, r.mean, mean, r.RenormMomentum)
	r.BatchNormalization.move(c, r.stddev, stddev, r.RenormMomentum)
	next := r.BatchNormalization.move(c, r.movingStddev, stddev, r.Momentum)
	square := difference(product(scalar.Arg(0), scalar.Arg(0)), scalar.Num(r.Epsilon))
	become(c, movingVariance, op.MapOf(c.B, scalar.Call("max", square, scalar.Num(0)), "variance", next))
}
