package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "AdaptiveMaxPooling1D",
	Doc:  "The maximum of as many parts of a sequence as asked for, whatever its size.",
	New:  func() Config { return &AdaptiveMaxPooling1D{imageFormat: lastAxis} },
})

// AdaptiveMaxPooling1D is the maximum of equally long parts: [n, steps, channels] to [n,
// output_size, channels], which overlap where they have to. The gradient goes to the first
// of equal values.
// Source: Keras 3, layers/pooling/adaptive_max_pooling1d.py.
type AdaptiveMaxPooling1D struct {
	OutputSize []int `arg:"output_size,required,size=1,min=1" doc:"steps of the result"`
	imageFormat
}

// Build implements [Config].
func (l *AdaptiveMaxPooling1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return adapt(c, in[0], maxima(), l.imageFormat, l.OutputSize)
}
