package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "SeparableConv2D",
	Doc:  "A depthwise convolution of an image, whose channels a matrix then mixes: activation(… + bias).",
	New: func() Config {
		return &SeparableConv2D{Strides: []int{1, 1}, Padding: "valid", imageFormat: lastAxis, DilationRate: []int{1, 1}, separable: defaultSeparable()}
	},
})

// SeparableConv2D is activation((x ∗ depthwise_kernel)·pointwise_kernel +
// bias): [n, height, width, channels] to [n, height', width', filters], with
// depthwise_kernel [*kernel_size, channels, depth_multiplier], pointwise_kernel
// [1, 1, channels·depth_multiplier, filters] and bias [filters]. Source: Keras
// 3, layers/convolutional/base_separable_conv.py.
type SeparableConv2D struct {
	Filters    int    `arg:"filters,required,min=1" doc:"how many filters there are: the channels of the output"`
	KernelSize []int  `arg:"kernel_size,required,size=2,min=1" doc:"height and width of a filter"`
	Strides    []int  `arg:"strides,size=2,min=1" doc:"how far apart neighbouring positions are"`
	Padding    string `arg:"padding,oneof=valid|same" doc:"valid: positions inside the image; same: zeros around it, so that with strides 1 the size stays"`
	imageFormat
	DilationRate []int `arg:"dilation_rate,size=2,min=1" doc:"how far apart neighbouring elements of a filter are"`
	separable
}

// Build implements [Config].
func (l *SeparableConv2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return l.build(c, in[0], l.imageFormat, l.Filters, window{"kernel", l.KernelSize, l.Strides, l.DilationRate, l.Padding})
}

// separable are the arguments of SeparableConv1D and SeparableConv2D that do not
// depend on the number of axes.
type separable struct {
	DepthMultiplier      int       `arg:"depth_multiplier,min=1" doc:"how many filters of its own every channel has, before they are mixed"`
	Activation           spec.Call `arg:"activation,of=activation" doc:"function applied to the result"`
	UseBias              bool      `arg:"use_bias" doc:"whether a bias is added"`
	DepthwiseInitializer spec.Call `arg:"depthwise_initializer,of=initializer" doc:"how the depthwise kernel is filled"`
	PointwiseInitializer spec.Call `arg:"pointwise_initializer,of=initializer" doc:"how the pointwise kernel is filled"`
	BiasInitializer      spec.Call `arg:"bias_initializer,of=initializer" doc:"how the bias is filled"`
	DepthwiseRegularizer spec.Call `arg:"depthwise_regularizer,of=regularizer" doc:"penalty on the depthwise kernel"`
	PointwiseRegularizer spec.Call `arg:"pointwise_regularizer,of=regularizer" doc:"penalty on the pointwise kernel"`
	BiasRegularizer      spec.Call `arg:"bias_regularizer,of=regularizer" doc:"penalty on the bias"`
	DepthwiseConstraint  spec.Call `arg:"depthwise_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the depthwise kernel to"`
	PointwiseConstraint  spec.Call `arg:"pointwise_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the pointwise kernel to"`
	BiasConstraint       spec.Call `arg:"bias_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the bias to"`
}

func defaultSeparable() separable {
	return separable{
		DepthMultiplier: 1, UseBias: true,
		DepthwiseInitializer: call("glorot_uniform"), PointwiseInitializer: call("glorot_uniform"), BiasInitializer: call("zeros"),
	}
}

func (l *separable) build(c *Context, x *ir.Value, format imageFormat, filters int, w window) *ir.Value {
	x, ok := c.spatial(x, len(w.size), format)
	if !ok {
		return c.poison()
	}
	f, ok := w.frame(c, x)
	if !ok {
		return c.poison()
	}
	channels := x.Shape[len(x.Shape)-1]
	ones := slices.Repeat(ir.Shape{1}, len(w.size))
	shape := append(slices.Clone(ir.Shape(w.size)), channels, l.DepthMultiplier)
	first := c.Param("depthwise_kernel", shape, l.DepthwiseInitializer, l.DepthwiseRegularizer)
	shape = append(slices.Clone(ones), channels*l.DepthMultiplier, filters)
	second := c.Param("pointwise_kernel", shape, l.PointwiseInitializer, l.PointwiseRegularizer)
	y := c.Named(convolveDepthwise(c.B, x, first, w, f), "depthwise")
	mix := window{what: "kernel", size: ones, strides: ones, dilation: ones, padding: "valid"}
	nothing := make([]int, len(ones))
	y = convolve(c.B, y, second, mix, framed{out: f.out, strides: ones, before: nothing, after: nothing}, 1)
	return c.biased(y, format, l.UseBias, l.BiasInitializer, l.BiasRegularizer, l.Activation)
}

// Stepwise implements [Stepper].
func (l *SeparableConv2D) Stepwise(ir.Shape) bool { return l.alone(l.KernelSize, l.Strides) }
