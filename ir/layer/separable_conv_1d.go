package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "SeparableConv1D",
	Doc:  "A depthwise convolution of a sequence, whose channels a matrix then mixes: activation(… + bias).",
	New: func() Config {
		return &SeparableConv1D{Strides: []int{1}, Padding: "valid", imageFormat: lastAxis, DilationRate: []int{1}, separable: defaultSeparable()}
	},
})

// SeparableConv1D is activation((x ∗ depthwise_kernel)·pointwise_kernel + bias):
// [n, steps, channels] to [n, steps', filters], with depthwise_kernel
// [kernel_size, channels, depth_multiplier], pointwise_kernel [1,
// channels·depth_multiplier, filters] and bias [filters]. Source: Keras 3,
// layers/convolutional/base_separable_conv.py.
type SeparableConv1D struct {
	Filters    int    `arg:"filters,required,min=1" doc:"how many filters there are: the channels of the output"`
	KernelSize []int  `arg:"kernel_size,required,size=1,min=1" doc:"steps of a filter"`
	Strides    []int  `arg:"strides,size=1,min=1" doc:"how far apart neighbouring positions are"`
	Padding    string `arg:"padding,oneof=valid|same" doc:"valid: positions inside the sequence; same: zeros around it, so that with strides 1 the length stays"`
	imageFormat
	DilationRate []int `arg:"dilation_rate,size=1,min=1" doc:"how far apart neighbouring elements of a filter are"`
	separable
}

// Build implements [Config].
func (l *SeparableConv1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return l.build(c, in[0], l.imageFormat, l.Filters, window{"kernel", l.KernelSize, l.Strides, l.DilationRate, l.Padding})
}

// Stepwise implements [Stepper].
func (l *SeparableConv1D) Stepwise(ir.Shape) bool { return l.alone(l.KernelSize, l.Strides) }
