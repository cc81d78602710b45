package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "GlobalAveragePooling1D",
	Doc:  "The mean over the steps of a sequence.",
	New:  func() Config { return &GlobalAveragePooling1D{lateFormat: lateFormat(lastAxis)} },
})

// GlobalAveragePooling1D is the mean over steps, with a mask over those that
// count: [n, steps, features] to [n, features]. Source: Keras 3, layers/pooling/global_average_pooling1d.py.
type GlobalAveragePooling1D struct {
	KeepDims bool `arg:"keepdims" doc:"keep the axis of steps, with length 1"`
	lateFormat
}

// Build implements [Config].
func (g *GlobalAveragePooling1D) Build(c *Context, in []*ir.Value) *ir.Value {
	format := imageFormat(g.lateFormat)
	if x := in[0]; x.Valid() && len(x.Shape) != 3 && x.DType == ir.F32 {
		return c.Errorf("GlobalAveragePooling1D takes sequences [n, steps, features], but %s gives %v", from(x), x.Shape)
	}
	if c.Masks[in[0]] == nil {
		return global(c, in[0], op.Mean, 1, format, g.KeepDims)
	}
	x, ok := c.spatial(in[0], 1, format)
	if !ok {
		return c.poison()
	}
	m := maskOver(c, in[0])
	switch {
	case m == nil || !m.Valid():
		return c.poison()
	case m.Shape[1] != x.Shape[1]:
		return c.ErrorAt("data_format", "GlobalAveragePooling1D has %d steps to a row of %s with a mask of %d", x.Shape[1], from(in[0]), m.Shape[1])
	}
	sum := op.Sum(c.B, c.Named(op.Select(c.B, m, x, op.Scalar(c.B, 0)), "counted"), g.KeepDims, 1)
	y := op.Binary(c.B, "div", c.Named(sum, "sum"), c.Named(op.Sum(c.B, m, g.KeepDims, 1), "count"))
	if !g.KeepDims {
		return y
	}
	return laid(c, y, format)
}
