package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "Conv1D",
	Doc:  "Slides filters over a sequence: activation(convolution with the kernel + bias).",
	New: func() Config {
		return &Conv1D{Strides: []int{1}, Padding: "valid", imageFormat: lastAxis, DilationRate: []int{1}, filtered: defaultFilters()}
	},
})

// Conv1D is activation(x ∗ kernel + bias): [n, steps, channels] to [n, steps',
// filters], with kernel [kernel_size, channels/groups, filters] and bias
// [filters]. Source: Keras 3, layers/convolutional/base_conv.py and conv1d.py.
type Conv1D struct {
	Filters    int    `arg:"filters,required,min=1" doc:"how many filters there are: the channels of the output"`
	KernelSize []int  `arg:"kernel_size,required,size=1,min=1" doc:"steps of a filter"`
	Strides    []int  `arg:"strides,size=1,min=1" doc:"how far apart neighbouring positions are"`
	Padding    string `arg:"padding,oneof=valid|same|causal" doc:"valid: positions inside the sequence; same: zeros around it, so that with strides 1 the length stays; causal: the same zeros all before it, so that no step sees later ones"`
	imageFormat
	DilationRate []int `arg:"dilation_rate,size=1,min=1" doc:"how far apart neighbouring elements of a filter are"`
	filtered
}

// Build implements [Config].
func (l *Conv1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return l.build(c, in[0], l.imageFormat, l.Filters, window{"kernel", l.KernelSize, l.Strides, l.DilationRate, l.Padding})
}

// Stepwise implements [Stepper].
func (l *Conv1D) Stepwise(ir.Shape) bool { return l.alone(l.KernelSize, l.Strides) }
