package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "AdaptiveMaxPooling3D",
	Doc:  "The maximum of as many parts of a volume as asked for, whatever its size.",
	New:  func() Config { return &AdaptiveMaxPooling3D{imageFormat: lastAxis} },
})

// AdaptiveMaxPooling3D is the maximum of equally long parts: [n, depth, height, width,
// channels] to [n, *output_size, channels], which overlap where they have to. The gradient goes to the first
// of equal values.
// Source: Keras 3, layers/pooling/adaptive_max_pooling3d.py.
type AdaptiveMaxPooling3D struct {
	OutputSize []int `arg:"output_size,required,size=3,min=1" doc:"depth, height and width of the result"`
	imageFormat
}

// Build implements [Config].
func (l *AdaptiveMaxPooling3D) Build(c *Context, in []*ir.Value) *ir.Value {
	return adapt(c, in[0], maxima(), l.imageFormat, l.OutputSize)
}
