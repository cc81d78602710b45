package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "DepthwiseConv2D",
	Doc:  "Slides filters of its own over every channel of an image: activation(convolution with the kernel + bias).",
	New: func() Config {
		return &DepthwiseConv2D{Strides: []int{1, 1}, Padding: "valid", DepthMultiplier: 1, imageFormat: lastAxis, DilationRate: []int{1, 1}, depthwise: defaultDepthwise()}
	},
})

// DepthwiseConv2D is activation(x ∗ kernel + bias) channel by channel: [n,
// height, width, channels] to [n, height', width', channels·depth_multiplier],
// with kernel [*kernel_size, channels, depth_multiplier] and bias
// [channels·depth_multiplier]. Source: Keras 3,
// layers/convolutional/base_depthwise_conv.py.
type DepthwiseConv2D struct {
	KernelSize      []int  `arg:"kernel_size,required,size=2,min=1" doc:"height and width of a filter"`
	Strides         []int  `arg:"strides,size=2,min=1" doc:"how far apart neighbouring positions are"`
	Padding         string `arg:"padding,oneof=valid|same" doc:"valid: positions inside the image; same: zeros around it, so that with strides 1 the size stays"`
	DepthMultiplier int    `arg:"depth_multiplier,min=1" doc:"how many filters every channel has"`
	imageFormat
	DilationRate []int `arg:"dilation_rate,size=2,min=1" doc:"how far apart neighbouring elements of a filter are"`
	depthwise
}

// Build implements [Config].
func (l *DepthwiseConv2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return l.build(c, in[0], l.imageFormat, l.DepthMultiplier, window{"kernel", l.KernelSize, l.Strides, l.DilationRate, l.Padding})
}

// depthwise are the arguments of DepthwiseConv1D and DepthwiseConv2D that do not
// depend on the number of axes.
type depthwise struct {
	Activation           spec.Call `arg:"activation,of=activation" doc:"function applied to the result"`
	UseBias              bool      `arg:"use_bias" doc:"whether a bias is added"`
	DepthwiseInitializer spec.Call `arg:"depthwise_initializer,of=initializer" doc:"how the kernel is filled"`
	BiasInitializer      spec.Call `arg:"bias_initializer,of=initializer" doc:"how the bias is filled"`
	DepthwiseRegularizer spec.Call `arg:"depthwise_regularizer,of=regularizer" doc:"penalty on the kernel"`
	BiasRegularizer      spec.Call `arg:"bias_regularizer,of=regularizer" doc:"penalty on the bias"`
	DepthwiseConstraint  spec.Call `arg:"depthwise_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the kernel to"`
	BiasConstraint       spec.Call `arg:"bias_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the bias to"`
}

func defaultDepthwise() depthwise {
	return depthwise{UseBias: true, DepthwiseInitializer: call("glorot_uniform"), BiasInitializer: call("zeros")}
}

func (l *depthwise) build(c *Context, x *ir.Value, format imageFormat, multiplier int, w window) *ir.Value {
	x, ok := c.spatial(x, len(w.size), format)
	if !ok {
		return c.poison()
	}
	f, ok := w.frame(c, x)
	if !ok {
		return c.poison()
	}
	shape := append(slices.Clone(ir.Shape(w.size)), x.Shape[len(x.Shape)-1], multiplier)
	kernel := c.Param("kernel", shape, l.DepthwiseInitializer, l.DepthwiseRegularizer)
	y := convolveDepthwise(c.B, x, kernel, w, f)
	return c.biased(y, format, l.UseBias, l.BiasInitializer, l.BiasRegularizer, l.Activation)
}

// Stepwise implements [Stepper].
func (l *DepthwiseConv2D) Stepwise(ir.Shape) bool { return l.alone(l.KernelSize, l.Strides) }
