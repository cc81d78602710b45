package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "GlobalAveragePooling2D",
	Doc:  "The mean over the points of an image.",
	New:  func() Config { return &GlobalAveragePooling2D{imageFormat: lastAxis} },
})

// GlobalAveragePooling2D is the mean over points: [n, height, width, channels]
// to [n, channels]. Source: Keras 3,
// layers/pooling/global_average_pooling2d.py.
type GlobalAveragePooling2D struct {
	KeepDims bool `arg:"keepdims" doc:"keep the axes of height and width, with length 1"`
	imageFormat
}

// Build implements [Config].
func (g *GlobalAveragePooling2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return global(c, in[0], op.Mean, 2, g.imageFormat, g.KeepDims)
}
