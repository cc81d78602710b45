package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "Dense",
	Doc:   "A fully connected layer: activation(x·kernel + bias).",
	Masks: true,
	Steps: true,
	New: func() Config {
		return &Dense{UseBias: true, KernelInitializer: call("glorot_uniform"), BiasInitializer: call("zeros")}
	},
})

// Dense is activation(x·kernel + bias) along the last axis: [n, …, i] to
// [n, …, units], with kernel [i, units] and bias [units]. Source: Keras 3,
// layers/core/dense.py.
type Dense struct {
	Units             int       `arg:"units,required,min=1" doc:"size of the output"`
	Activation        spec.Call `arg:"activation,of=activation" doc:"function applied to the result"`
	UseBias           bool      `arg:"use_bias" doc:"whether a bias is added"`
	KernelInitializer spec.Call `arg:"kernel_initializer,of=initializer" doc:"how the kernel is filled"`
	BiasInitializer   spec.Call `arg:"bias_initializer,of=initializer" doc:"how the bias is filled"`
	KernelRegularizer spec.Call `arg:"kernel_regularizer,of=regularizer" doc:"penalty on the kernel"`
	BiasRegularizer   spec.Call `arg:"bias_regularizer,of=regularizer" doc:"penalty on the bias"`
	KernelConstraint  spec.Call `arg:"kernel_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the kernel to"`
	BiasConstraint    spec.Call `arg:"bias_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the bias to"`
}

// call is a default that names something without arguments.
func call(name string) spec.Call { return spec.Call{Name: name, Args: spec.Args{Kind: name}} }

// Build implements [Config].
func (d *Dense) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	if len(x.Shape) < 2 {
		return c.Errorf("Dense takes rows of values, but %s gives one value per row (%v); write inputs: {…: {shape: [1]}} or put Flatten before it", from(x), x.Shape)
	}
	kernel := c.Param("kernel", ir.Shape{x.Shape[len(x.Shape)-1], d.Units}, d.KernelInitializer, d.KernelRegularizer)
	y := op.MatMul(c.B, x, kernel)
	if d.UseBias {
		bias := c.Param("bias", ir.Shape{d.Units}, d.BiasInitializer, d.BiasRegularizer)
		y = op.MapOf(c.B, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "bias", c.Named(y, "dot"), bias)
	}
	return c.activate(y, d.Activation)
}
