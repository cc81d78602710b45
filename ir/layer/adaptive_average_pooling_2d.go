package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "AdaptiveAveragePooling2D",
	Doc:  "The mean of as many parts of an image as asked for, whatever its size.",
	New:  func() Config { return &AdaptiveAveragePooling2D{imageFormat: lastAxis} },
})

// AdaptiveAveragePooling2D is the mean of equally long parts: [n, height, width, channels]
// to [n, *output_size, channels], which overlap where they have to.
// Source: Keras 3, layers/pooling/adaptive_average_pooling2d.py.
type AdaptiveAveragePooling2D struct {
	OutputSize []int `arg:"output_size,required,size=2,min=1" doc:"height and width of the result"`
	imageFormat
}

// Build implements [Config].
func (l *AdaptiveAveragePooling2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return adapt(c, in[0], means(), l.imageFormat, l.OutputSize)
}
