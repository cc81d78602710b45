package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "AdaptiveAveragePooling3D",
	Doc:  "The mean of as many parts of a volume as asked for, whatever its size.",
	New:  func() Config { return &AdaptiveAveragePooling3D{imageFormat: lastAxis} },
})

// AdaptiveAveragePooling3D is the mean of equally long parts: [n, depth, height, width,
// channels] to [n, *output_size, channels], which overlap where they have to.
// Source: Keras 3, layers/pooling/adaptive_average_pooling3d.py.
type AdaptiveAveragePooling3D struct {
	OutputSize []int `arg:"output_size,required,size=3,min=1" doc:"depth, height and width of the result"`
	imageFormat
}

// Build implements [Config].
func (l *AdaptiveAveragePooling3D) Build(c *Context, in []*ir.Value) *ir.Value {
	return adapt(c, in[0], means(), l.imageFormat, l.OutputSize)
}
