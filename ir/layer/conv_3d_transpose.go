package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "Conv3DTranspose",
	Doc:  "Makes a volume larger with filters: activation(transposed convolution with the kernel + bias).",
	New: func() Config {
		return &Conv3DTranspose{Strides: []int{1, 1, 1}, Padding: "valid", imageFormat: lastAxis, DilationRate: []int{1, 1, 1}, transposed: defaultTransposed()}
	},
})

// Conv3DTranspose puts a kernel, times the value there, at every point of a volume, and
// adds up what overlaps: [n, depth, height, width, channels] to [n, depth',
// height', width', filters], with kernel [*kernel_size, filters, channels] and bias
// [filters]. Source: Keras 3, layers/convolutional/base_conv_transpose.py.
type Conv3DTranspose struct {
	Filters       int    `arg:"filters,required,min=1" doc:"how many filters there are: the channels of the output"`
	KernelSize    []int  `arg:"kernel_size,required,size=3,min=1" doc:"depth, height and width of a filter"`
	Strides       []int  `arg:"strides,size=3,min=1" doc:"how far apart neighbouring points come to lie in the output"`
	Padding       string `arg:"padding,oneof=valid|same" doc:"valid: all that the filters reach; same: strides times the size of the input"`
	OutputPadding *[]int `arg:"output_padding,size=3,min=0" doc:"how much longer the output is at its end, less than strides; without it, padding says the size"`
	imageFormat
	DilationRate []int `arg:"dilation_rate,size=3,min=1" doc:"how far apart neighbouring elements of a filter are"`
	transposed
}

// Build implements [Config].
func (l *Conv3DTranspose) Build(c *Context, in []*ir.Value) *ir.Value {
	return l.build(c, in[0], l.imageFormat, l.Filters, window{"kernel", l.KernelSize, l.Strides, l.DilationRate, l.Padding}, l.OutputPadding)
}
