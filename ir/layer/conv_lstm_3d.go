package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "ConvLSTM3D",
	Doc:  "Long short-term memory over a sequence of volumes, with convolutions in place of products.",
	More: true,
	New: func() Config {
		return &ConvLSTM3D{Strides: ones(3), Padding: "valid", DilationRate: ones(3), convLSTM: defaultConvLSTM()}
	},
})

// ConvLSTM3D is a [convLSTM] over steps of volumes: [n, steps, depth, height, width,
// channels] to [n, depth', height', width', filters], or to [n, steps, depth', height',
// width', filters] with return_sequences.
type ConvLSTM3D struct {
	Filters      int    `arg:"filters,required,min=1" doc:"how many filters there are: the channels of the state and of the output"`
	KernelSize   []int  `arg:"kernel_size,required,size=3,min=1" doc:"extent of the filters, of the inputs and of the state"`
	Strides      []int  `arg:"strides,size=3,min=1" doc:"how far apart neighbouring positions of the filters of the inputs are"`
	Padding      string `arg:"padding,oneof=valid|same" doc:"valid: positions inside the input; same: zeros around it, so that with strides 1 the size stays"`
	DilationRate []int  `arg:"dilation_rate,size=3,min=1" doc:"how far apart neighbouring elements of the filters of the inputs are"`
	convLSTM
}

// Build implements [Config].
func (l *ConvLSTM3D) Build(c *Context, in []*ir.Value) *ir.Value {
	return l.overImages().build(c, in)
}

func (l *ConvLSTM3D) overImages() overImages {
	return overImages{&l.convLSTM, l.Filters, window{"kernel", l.KernelSize, l.Strides, l.DilationRate, l.Padding}}
}
