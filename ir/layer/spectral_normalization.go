package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "SpectralNormalization",
	Doc:  "Divides the kernel of a layer by its largest singular value while training.",
	New:  func() Config { return &SpectralNormalization{PowerIterations: 1} },
})

// SpectralNormalization is a layer whose kernel every training step divides by an
// estimate of its largest singular value, before anything reads it; the optimizer then
// moves the kernel from there, along the gradient with respect to what the layer has
// read. Predictions use the kernel as it is. Source: Keras 3,
// layers/normalization/spectral_normalization.py, as TensorFlow runs it; Miyato et al.,
// Spectral Normalization for Generative Adversarial Networks, 2018.
type SpectralNormalization struct {
	Layer           spec.Call `arg:"layer,required,of=layer" doc:"the layer: {Conv2D: {filters: 8, kernel_size: 3}}"`
	PowerIterations int       `arg:"power_iterations,min=1" doc:"how often a step improves the estimate" train:"only"`
}

// maxPowerIterations bounds power_iterations: each is two products of a graph.
const maxPowerIterations = 100

// Build implements [Config].
func (s *SpectralNormalization) Build(c *Context, in []*ir.Value) *ir.Value {
	n, errs := nestedOf(s.Layer)
	if len(errs) > 0 {
		c.report(errs)
		return c.poison()
	}
	switch n.Config.(type) {
	case *Dense, *EinsumDense, *Conv1D, *Conv2D, *Conv3D, *Conv1DTranspose, *Conv2DTranspose, *Conv3DTranspose, *DepthwiseConv1D, *DepthwiseConv2D:
	case *Embedding:
		return c.ErrorAt("layer", "SpectralNormalization of Embedding is not supported by this version of nngen: Keras 3.15 turns what it gives into whole numbers, the type of the ids; put SpectralNormalization around the layer after it")
	default:
		return c.ErrorAt("layer", "SpectralNormalization takes a layer with one kernel, such as Dense, EinsumDense, Conv2D, Conv2DTranspose or DepthwiseConv2D, and %s has none", n.Name)
	}
	switch {
	case s.PowerIterations > maxPowerIterations:
		return c.ErrorAt("power_iterations", "power_iterations is %d; write at most %d", s.PowerIterations, maxPowerIterations)
	case second(c):
		return c.Errorf("a second use of SpectralNormalization %s, which would divide its kernel twice in a step, is not supported by this version of nngen; give the second use a layer of its own, or join what both read with Concatenate", diag.Quote(c.First))
	}
	inner := n.context(c, "")
	inner.Assign = func(kernel *ir.Value) *ir.Value { return s.normalized(c, kernel) }
	return n.Build(inner, in)
}

// Stepwise implements [Stepper].
func (s *SpectralNormalization) Stepwise(x ir.Shape) bool {
	n, errs := nestedOf(s.Layer)
	of, ok := n.Config.(Stepper)
	return len(errs) == 0 && (ok && of.Stepwise(x) || !ok && n.Steps)
}

// normalized is what the layer reads in place of its kernel.
func (s *SpectralNormalization) normalized(c *Context, kernel *ir.Value) *ir.Value {
	if !kernel.Valid() {
		return kernel
	}
	width := kernel.Shape[len(kernel.Shape)-1]
	init := call("truncated_normal")
	init.Args.List = []spec.Arg{{Name: "stddev", Value: spec.Value{Kind: spec.Float, Float: 0.02}}}
	state := c.State("vector_u", ir.Shape{1, width}, init)
	if !state.Valid() {
		return state
	}
	if !c.Training {
		// A batch that is cut would divide the kernel once for each of its parts.
		c.BatchStatistics = append(c.BatchStatistics, c.Name)
		return kernel
	}
	weights := op.ReshapeTo(c.B, kernel, ir.Shape{kernel.Shape.Elements() / width, width})
	u, v := op.ReshapeTo(c.B, state, ir.Shape{width}), (*ir.Value)(nil)
	for range s.PowerIterations {
		v = unitVector(c, op.Einsum(c.B, "io,o->i", weights, u))
		u = unitVector(c, op.Einsum(c.B, "io,i->o", weights, v))
	}
	sigma := op.Sum(c.B, op.Binary(c.B, "mul", op.Einsum(c.B, "io,o->i", weights, u), v), false, 0)
	axes := make([]int, len(kernel.Shape))
	for i := range axes {
		axes[i] = i
	}
	// A kernel of zeros stays as it is, and so does its vector.
	largest := op.Max(c.B, op.Unary(c.B, "abs", kernel), false, axes...)
	unless := func(x scalar.Expr) scalar.Expr {
		return scalar.Call("select", scalar.Call("gt", scalar.Arg(1), scalar.Num(0)), x, scalar.Arg(0))
	}
	next := op.MapOf(c.B, unless(scalar.Arg(2)), "vector", state, largest, op.ReshapeTo(c.B, u, state.Shape))
	divided := c.Named(op.MapOf(c.B, unless(scalar.Call("div", scalar.Arg(0), scalar.Arg(2))), "spectral", kernel, largest, c.Named(sigma, "sigma")), "normalized")
	if next.Valid() && divided.Valid() {
		c.B.Graph.Updates = append(c.B.Graph.Updates,
			ir.Update{State: state, New: c.Named(next, "vector_u.next")}, ir.Update{State: kernel, New: divided})
	}
	return divided
}

// unitVector is x divided by its length, as Keras's ops.normalize computes it.
func unitVector(c *Context, x *ir.Value) *ir.Value {
	square := op.Sum(c.B, op.MapOf(c.B, product(scalar.Arg(0), scalar.Arg(0)), "square", x), false, 0)
	inverse := scalar.Call("min", scalar.Call("rsqrt", scalar.Arg(1)), scalar.Num(1/smallest))
	return op.MapOf(c.B, product(scalar.Arg(0), inverse), "unit", x, square)
}
