package layer

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name:  "Normalization",
	Doc:   "Shifts and scales its input to mean 0 and variance 1, as measured on the training rows or given.",
	Masks: true,
	New:   func() Config { return &Normalization{Axis: &[]int{-1}} },
})

// Normalization is (x-mean)/max(√variance, 1e-7). Mean and variance are given,
// or fitted on the training rows before training, one for every index of the
// kept axes; they are state of these axes' shape. A second use of the layer is
// normalized by what the first one's input has been fitted to. Source: Keras 3,
// layers/preprocessing/normalization.py.
type Normalization struct {
	Axis     *[]int    `arg:"axis" doc:"axes with statistics of their own for every index, the batch being axis 0; null: one mean for everything"`
	Mean     []float64 `arg:"mean" doc:"known mean, or one per index of the last kept axis"`
	Variance []float64 `arg:"variance" doc:"known variance, or one per index of the last kept axis"`
	Invert   bool      `arg:"invert" doc:"undo the normalization instead"`
}

// smallest is Keras's backend.epsilon(): no standard deviation counts as less.
const smallest = 1e-7

// Build implements [Config].
func (z *Normalization) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	kept, ok := z.kept(c, x)
	if !ok {
		return c.poison()
	}
	if z.Mean != nil || z.Variance != nil {
		return z.known(c, x, kept)
	}
	if culprit := learned(c, x); culprit != "" && !second(c) {
		return c.Errorf("Normalization is fitted before training begins, so no layer with weights may come before it, but layer %s has some; put it first, give mean and variance, or use BatchNormalization", diag.Quote(culprit))
	}
	shape := ir.Shape{}
	for _, k := range kept {
		shape = append(shape, x.Shape[k])
	}
	mean := c.State("mean", shape, call("zeros"))
	variance := c.State("variance", shape, call("ones"))
	c.State("count", ir.Shape{}, call("zeros"))
	path := c.Name + "/"
	if !second(c) { // which is normalized as the first use has been fitted
		c.Adapts = append(c.Adapts, Adapt{Layer: c.Name, Input: x, Kept: kept, Mean: path + "mean", Variance: path + "variance", Count: path + "count"})
	}
	stretched := z.stretched(x, kept)
	if !stretched.Equal(shape) {
		mean = op.ReshapeTo(c.B, mean, stretched)
		variance = op.ReshapeTo(c.B, variance, stretched)
	}
	sd := scalar.Call("max", scalar.Call("sqrt", scalar.Arg(2)), scalar.Num(smallest))
	return op.MapOf(c.B, z.formula(scalar.Arg(1), sd), "normalize", x, mean, variance)
}

// overSteps normalizes all steps of [n, steps, …] alike: the axes are those of a step.
func (z *Normalization) overSteps(c *Context, x *ir.Value) *ir.Value {
	if !c.floats(x) {
		return c.poison()
	}
	step := &ir.Value{Op: x.Op, Name: x.Name, Layer: x.Layer, Type: ir.Type{DType: x.DType, Shape: append(ir.Shape{ir.Batch}, x.Shape[2:]...)}}
	kept, ok := z.kept(c, step)
	if !ok {
		return c.poison()
	}
	over := *z
	if over.Axis != nil {
		for i := range kept {
			kept[i]++
		}
		over.Axis = &kept
	}
	return over.Build(c, []*ir.Value{x})
}

// formula is the normalization of Arg(0), or its inverse.
func (z *Normalization) formula(mean, sd scalar.Expr) scalar.Expr {
	if z.Invert {
		return scalar.Call("add", mean, scalar.Call("mul", scalar.Arg(0), sd))
	}
	return scalar.Call("div", scalar.Call("sub", scalar.Arg(0), mean), sd)
}

// kept resolves axis to ascending axes of x.
func (z *Normalization) kept(c *Context, x *ir.Value) ([]int, bool) {
	if z.Axis == nil {
		return nil, true
	}
	if len(x.Shape) == 1 {
		c.Errorf("Normalization takes rows of values, but %s gives one value per row (%v); write axis: null for one mean of all", from(x), x.Shape)
		return nil, false
	}
	var kept []int
	for _, a := range *z.Axis {
		at, ok := c.axis(x, a)
		if !ok {
			return nil, false
		}
		if !slices.Contains(kept, at) {
			kept = append(kept, at)
		}
	}
	slices.Sort(kept)
	return kept, true
}

// stretched is the shape in which statistics of the kept axes broadcast
// against x.
func (z *Normalization) stretched(x *ir.Value, kept []int) ir.Shape {
	shape := ir.Shape{}
	for i := range x.Shape {
		switch {
		case slices.Contains(kept, i):
			shape = append(shape, x.Shape[i])
		case len(shape) > 0:
			shape = append(shape, 1)
		}
	}
	return shape
}

// known normalizes by given numbers, which are aligned with the last kept axis.
func (z *Normalization) known(c *Context, x *ir.Value, kept []int) *ir.Value {
	switch {
	case z.Mean == nil:
		return c.Errorf("variance is given without mean; give both, or neither to have them fitted on the training rows")
	case z.Variance == nil:
		return c.Errorf("mean is given without variance; give both, or neither to have them fitted on the training rows")
	case len(z.Mean) != len(z.Variance):
		return c.ErrorAt("variance", "mean has %d numbers and variance %d; they must be as many", len(z.Mean), len(z.Variance))
	}
	sd := make([]float64, len(z.Variance))
	for i, v := range z.Variance {
		if v < 0 {
			return c.ErrorAt("variance", "variance %v is negative", v)
		}
		sd[i] = max(math.Sqrt(v), smallest)
	}
	if len(sd) == 1 {
		return op.MapOf(c.B, z.formula(scalar.Num(z.Mean[0]), scalar.Num(sd[0])), "normalize", x)
	}
	if len(kept) == 0 {
		return c.ErrorAt("mean", "mean has %d numbers, but axis: null asks for one", len(z.Mean))
	}
	last := kept[len(kept)-1]
	if x.Shape[last] != len(sd) {
		return c.ErrorAt("mean", "mean has %d numbers, but axis %d of %v has %d indices", len(z.Mean), last, x.Shape, x.Shape[last])
	}
	rank := len(x.Shape)
	mean := aligned(c.B, c.Named(op.ConstOf(c.B, ir.Shape{len(sd)}, z.Mean), "mean"), last, rank)
	deviation := aligned(c.B, c.Named(op.ConstOf(c.B, ir.Shape{len(sd)}, sd), "stddev"), last, rank)
	return op.MapOf(c.B, z.formula(scalar.Arg(1), scalar.Arg(2)), "normalize", x, mean, deviation)
}

// learned names a layer before x whose parameters are not those of a
// Normalization layer, or "".
func learned(c *Context, x *ir.Value) string {
	fitted := map[string]bool{}
	for _, a := range c.Adapts {
		fitted[a.Layer] = true
	}
	for v := range before(x) {
		if _, ok := v.Op.(*op.Param); ok && !fitted[v.Layer] {
			return v.Layer
		}
	}
	return ""
}

// Stepwise implements [Stepper].
func (z *Normalization) Stepwise(x ir.Shape) bool { return z.Axis == nil || besides(1, x, *z.Axis...) }
