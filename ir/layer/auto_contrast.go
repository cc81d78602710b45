package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "AutoContrast",
	Doc:  "Stretches every channel of an image to the range of pixels.",
	New:  func() Config { return &AutoContrast{ValueRange: []float64{0, 255}, DataFormat: "channels_last"} },
})

// AutoContrast stretches what lies along the height and the width of an image to the
// whole range of pixels, in predictions, too; what is the same everywhere stays.
// Source: Keras 3, layers/preprocessing/image_preprocessing/auto_contrast.py, which
// takes the extremes over axes 1 and 2 whatever data_format is.
type AutoContrast struct {
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel"`
	DataFormat string    `arg:"data_format,oneof=channels_last|channels_first" doc:"which axis of an image the channels are; the extremes are those over axes 1 and 2 in any case, as in Keras"`
}

// Build implements [Config].
func (a *AutoContrast) Build(c *Context, in []*ir.Value) *ir.Value {
	low, high, ok := valueRange(c, a.ValueRange)
	if !(augmentation{DataFormat: a.DataFormat}).images(c, in[0]) || !ok {
		return c.poison()
	}
	own := [2]float64{low, high}
	x := op.MapOf(c.B, rescaled(scalar.Arg(0), own, bytes), "bytes", in[0])
	most := op.Max(c.B, x, true, 1, 2)
	least := op.Unary(c.B, "neg", op.Max(c.B, op.Unary(c.B, "neg", x), true, 1, 2))
	scale := op.MapOf(c.B, scalar.Call("div", scalar.Num(255), difference(scalar.Arg(0), scalar.Arg(1))), "scale", most, least)
	stretched := clipped(sum(product(scalar.Arg(0), scalar.Arg(1)), product(scalar.Call("neg", scalar.Arg(2)), scalar.Arg(1))), 0, 255)
	e := scalar.Call("select", scalar.Call("gt", scalar.Arg(3), scalar.Arg(2)), rescaled(stretched, bytes, own), scalar.Arg(4))
	return op.MapOf(c.B, e, "contrast", x, scale, least, most, in[0])
}
