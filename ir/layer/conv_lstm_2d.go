package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "ConvLSTM2D",
	Doc:  "Long short-term memory over a sequence of images, with convolutions in place of products.",
	More: true,
	New: func() Config {
		return &ConvLSTM2D{Strides: ones(2), Padding: "valid", DilationRate: ones(2), convLSTM: defaultConvLSTM()}
	},
})

// ConvLSTM2D is a [convLSTM] over steps of images: [n, steps, height, width, channels] to [n, height', width', filters], or to [n, steps, height', width', filters]
// with return_sequences.
type ConvLSTM2D struct {
	Filters      int    `arg:"filters,required,min=1" doc:"how many filters there are: the channels of the state and of the output"`
	KernelSize   []int  `arg:"kernel_size,required,size=2,min=1" doc:"extent of the filters, of the inputs and of the state"`
	Strides      []int  `arg:"strides,size=2,min=1" doc:"how far apart neighbouring positions of the filters of the inputs are"`
	Padding      string `arg:"padding,oneof=valid|same" doc:"valid: positions inside the input; same: zeros around it, so that with strides 1 the size stays"`
	DilationRate []int  `arg:"dilation_rate,size=2,min=1" doc:"how far apart neighbouring elements of the filters of the inputs are"`
	convLSTM
}

// Build implements [Config].
func (l *ConvLSTM2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return l.overImages().build(c, in)
}

func (l *ConvLSTM2D) overImages() overImages {
	return overImages{&l.convLSTM, l.Filters, window{"kernel", l.KernelSize, l.Strides, l.DilationRate, l.Padding}}
}
