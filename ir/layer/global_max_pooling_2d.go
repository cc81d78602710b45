package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "GlobalMaxPooling2D",
	Doc:  "The maximum over the points of an image.",
	New:  func() Config { return &GlobalMaxPooling2D{imageFormat: lastAxis} },
})

// GlobalMaxPooling2D is the maximum over points: [n, height, width, channels]
// to [n, channels]. The gradient is shared by equal values. Source: Keras 3,
// layers/pooling/global_max_pooling2d.py.
type GlobalMaxPooling2D struct {
	KeepDims bool `arg:"keepdims" doc:"keep the axes of height and width, with length 1"`
	imageFormat
}

// Build implements [Config].
func (g *GlobalMaxPooling2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return global(c, in[0], op.Max, 2, g.imageFormat, g.KeepDims)
}
