package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "GlobalAveragePooling1D",
	Doc:  "The mean over the steps of a sequence.",
	New:  func() Config { return &GlobalAveragePooling1D{} },
})

// GlobalAveragePooling1D is the mean over steps, with a mask over those that
// count: [n, steps, features] to [n, features]. Source: Keras 3, layers/pooling/global_average_pooling1d.py.
type GlobalAveragePooling1D struct {
	KeepDims bool `arg:"keepdims" doc:"keep the axis of steps, with length 1"`
}

// Build implements [Config].
func (g *GlobalAveragePooling1D) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	if len(x.Shape) != 3 {
		return c.Errorf("GlobalAveragePooling1D takes sequences [n, steps, features], but %s gives %v", from(x), x.Shape)
	}
	m := maskOver(c, x)
	switch {
	case m == nil:
		return op.Mean(c.B, x, g.KeepDims, 1)
	case !m.Valid():
		return c.poison()
	}
	sum := op.Sum(c.B, c.Named(op.Select(c.B, m, x, op.Scalar(c.B, 0)), "counted"), g.KeepDims, 1)
	return op.Binary(c.B, "div", c.Named(sum, "sum"), c.Named(op.Sum(c.B, m, g.KeepDims, 1), "count"))
}
