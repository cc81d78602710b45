package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "GlobalMaxPooling3D",
	Doc:  "The maximum over the points of a volume.",
	New:  func() Config { return &GlobalMaxPooling3D{imageFormat: lastAxis} },
})

// GlobalMaxPooling3D is the maximum over points: [n, depth, height, width, channels]
// to [n, channels]. The gradient is shared by equal values. Source: Keras 3,
// layers/pooling/global_max_pooling3d.py.
type GlobalMaxPooling3D struct {
	KeepDims bool `arg:"keepdims" doc:"keep the axes of depth, height and width, with length 1"`
	imageFormat
}

// Build implements [Config].
func (g *GlobalMaxPooling3D) Build(c *Context, in []*ir.Value) *ir.Value {
	return global(c, in[0], op.Max, 3, g.imageFormat, g.KeepDims)
}
