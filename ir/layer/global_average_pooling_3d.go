package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "GlobalAveragePooling3D",
	Doc:  "The mean over the points of a volume.",
	New:  func() Config { return &GlobalAveragePooling3D{imageFormat: lastAxis} },
})

// GlobalAveragePooling3D is the mean over points: [n, depth, height, width, channels]
// to [n, channels]. Source: Keras 3,
// layers/pooling/global_average_pooling3d.py.
type GlobalAveragePooling3D struct {
	KeepDims bool `arg:"keepdims" doc:"keep the axes of depth, height and width, with length 1"`
	imageFormat
}

// Build implements [Config].
func (g *GlobalAveragePooling3D) Build(c *Context, in []*ir.Value) *ir.Value {
	return global(c, in[0], op.Mean, 3, g.imageFormat, g.KeepDims)
}
