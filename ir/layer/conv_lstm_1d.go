package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "ConvLSTM1D",
	Doc:  "Long short-term memory over a sequence of sequences, with convolutions in place of products.",
	More: true,
	New: func() Config {
		return &ConvLSTM1D{Strides: ones(1), Padding: "valid", DilationRate: ones(1), convLSTM: defaultConvLSTM()}
	},
})

// ConvLSTM1D is a [convLSTM] over steps of sequences: [n, steps, length, channels] to [n, length', filters], or to [n, steps, length', filters]
// with return_sequences.
type ConvLSTM1D struct {
	Filters      int    `arg:"filters,required,min=1" doc:"how many filters there are: the channels of the state and of the output"`
	KernelSize   []int  `arg:"kernel_size,required,size=1,min=1" doc:"extent of the filters, of the inputs and of the state"`
	Strides      []int  `arg:"strides,size=1,min=1" doc:"how far apart neighbouring positions of the filters of the inputs are"`
	Padding      string `arg:"padding,oneof=valid|same" doc:"valid: positions inside the input; same: zeros around it, so that with strides 1 the size stays"`
	DilationRate []int  `arg:"dilation_rate,size=1,min=1" doc:"how far apart neighbouring elements of the filters of the inputs are"`
	convLSTM
}

// Build implements [Config].
func (l *ConvLSTM1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return l.overImages().build(c, in)
}

func (l *ConvLSTM1D) overImages() overImages {
	return overImages{&l.convLSTM, l.Filters, window{"kernel", l.KernelSize, l.Strides, l.DilationRate, l.Padding}}
}
