package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "Conv3D",
	Doc:  "Slides filters over a volume: activation(convolution with the kernel + bias).",
	New: func() Config {
		return &Conv3D{Strides: []int{1, 1, 1}, Padding: "valid", imageFormat: lastAxis, DilationRate: []int{1, 1, 1}, filtered: defaultFilters()}
	},
})

// Conv3D is activation(x ∗ kernel + bias): [n, depth, height, width, channels] to [n,
// depth', height', width', filters], with kernel [*kernel_size, channels/groups,
// filters] and bias [filters]. Source: Keras 3,
// layers/convolutional/base_conv.py.
type Conv3D struct {
	Filters    int    `arg:"filters,required,min=1" doc:"how many filters there are: the channels of the output"`
	KernelSize []int  `arg:"kernel_size,required,size=3,min=1" doc:"depth, height and width of a filter"`
	Strides    []int  `arg:"strides,size=3,min=1" doc:"how far apart neighbouring positions are"`
	Padding    string `arg:"padding,oneof=valid|same" doc:"valid: positions inside the volume; same: zeros around it, so that with strides 1 the size stays"`
	imageFormat
	DilationRate []int `arg:"dilation_rate,size=3,min=1" doc:"how far apart neighbouring elements of a filter are"`
	filtered
}

// Build implements [Config].
func (l *Conv3D) Build(c *Context, in []*ir.Value) *ir.Value {
	return l.build(c, in[0], l.imageFormat, l.Filters, window{"kernel", l.KernelSize, l.Strides, l.DilationRate, l.Padding})
}

// Stepwise implements [Stepper].
func (l *Conv3D) Stepwise(ir.Shape) bool { return l.alone(l.KernelSize, l.Strides) }
