package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "AdaptiveAveragePooling1D",
	Doc:  "The mean of as many parts of a sequence as asked for, whatever its size.",
	New:  func() Config { return &AdaptiveAveragePooling1D{imageFormat: lastAxis} },
})

// AdaptiveAveragePooling1D is the mean of equally long parts: [n, steps, channels] to [n,
// output_size, channels], which overlap where they have to.
// Source: Keras 3, layers/pooling/adaptive_average_pooling1d.py.
type AdaptiveAveragePooling1D struct {
	OutputSize []int `arg:"output_size,required,size=1,min=1" doc:"steps of the result"`
	imageFormat
}

// Build implements [Config].
func (l *AdaptiveAveragePooling1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return adapt(c, in[0], means(), l.imageFormat, l.OutputSize)
}
