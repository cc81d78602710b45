package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "DepthwiseConv1D",
	Doc:  "Slides filters of its own over every channel of a sequence: activation(convolution with the kernel + bias).",
	New: func() Config {
		return &DepthwiseConv1D{Strides: []int{1}, Padding: "valid", DepthMultiplier: 1, imageFormat: lastAxis, DilationRate: []int{1}, depthwise: defaultDepthwise()}
	},
})

// DepthwiseConv1D is activation(x ∗ kernel + bias) channel by channel: [n,
// steps, channels] to [n, steps', channels·depth_multiplier], with kernel
// [kernel_size, channels, depth_multiplier] and bias
// [channels·depth_multiplier]. Source: Keras 3,
// layers/convolutional/base_depthwise_conv.py.
type DepthwiseConv1D struct {
	KernelSize      []int  `arg:"kernel_size,required,size=1,min=1" doc:"steps of a filter"`
	Strides         []int  `arg:"strides,size=1,min=1" doc:"how far apart neighbouring positions are"`
	Padding         string `arg:"padding,oneof=valid|same" doc:"valid: positions inside the sequence; same: zeros around it, so that with strides 1 the length stays"`
	DepthMultiplier int    `arg:"depth_multiplier,min=1" doc:"how many filters every channel has"`
	imageFormat
	DilationRate []int `arg:"dilation_rate,size=1,min=1" doc:"how far apart neighbouring elements of a filter are"`
	depthwise
}

// Build implements [Config].
func (l *DepthwiseConv1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return l.build(c, in[0], l.imageFormat, l.DepthMultiplier, window{"kernel", l.KernelSize, l.Strides, l.DilationRate, l.Padding})
}

// Stepwise implements [Stepper].
func (l *DepthwiseConv1D) Stepwise(ir.Shape) bool { return l.alone(l.KernelSize, l.Strides) }
