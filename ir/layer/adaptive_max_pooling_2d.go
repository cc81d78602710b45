package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "AdaptiveMaxPooling2D",
	Doc:  "The maximum of as many parts of an image as asked for, whatever its size.",
	New:  func() Config { return &AdaptiveMaxPooling2D{imageFormat: lastAxis} },
})

// AdaptiveMaxPooling2D is the maximum of equally long parts: [n, height, width, channels]
// to [n, *output_size, channels], which overlap where they have to. The gradient goes to the first
// of equal values.
// Source: Keras 3, layers/pooling/adaptive_max_pooling2d.py.
type AdaptiveMaxPooling2D struct {
	OutputSize []int `arg:"output_size,required,size=2,min=1" doc:"height and width of the result"`
	imageFormat
}

// Build implements [Config].
func (l *AdaptiveMaxPooling2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return adapt(c, in[0], maxima(), l.imageFormat, l.OutputSize)
}
