package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "GlobalMaxPooling1D",
	Doc:  "The maximum over the steps of a sequence.",
	New:  func() Config { return &GlobalMaxPooling1D{imageFormat: lastAxis} },
})

// GlobalMaxPooling1D is the maximum over steps: [n, steps, channels] to [n,
// channels]. The gradient is shared by equal values. Source: Keras 3,
// layers/pooling/global_max_pooling1d.py.
type GlobalMaxPooling1D struct {
	KeepDims bool `arg:"keepdims" doc:"keep the axis of steps, with length 1"`
	imageFormat
}

// Build implements [Config].
func (g *GlobalMaxPooling1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return global(c, in[0], op.Max, 1, g.imageFormat, g.KeepDims)
}
