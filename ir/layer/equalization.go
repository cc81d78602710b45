package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer/operation"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "Equalization",
	Doc:  "Spreads the levels of every image evenly, channel by channel, while training.",
	New: func() Config {
		return &Equalization{ValueRange: []float64{0, 255}, Bins: 256, DataFormat: "channels_last"}
	},
})

// Equalization maps the pixels of a channel so that as many lie in each part of the
// range of values, while training: a pixel becomes the share of pixels that are no
// brighter. Where Keras takes the levels of all images of a batch together, here every
// image has its own, as it has in Keras if it comes alone: rows of a batch are computed
// apart. Source: Keras 3, layers/preprocessing/image_preprocessing/equalization.py.
type Equalization struct {
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel" train:"only"`
	Bins       int       `arg:"bins,min=1" doc:"how many levels there are" train:"only"`
	DataFormat string    `arg:"data_format,oneof=channels_last|channels_first" doc:"which axis of an image the channels are"`
}

// maxLevels bounds the bins of a histogram.
const maxLevels = 1 << 16

// Build implements [Config].
func (e *Equalization) Build(c *Context, in []*ir.Value) *ir.Value {
	a := augmentation{DataFormat: e.DataFormat}
	low, high, ok := valueRange(c, e.ValueRange)
	if !a.images(c, in[0]) || !ok {
		return c.poison()
	}
	if e.Bins > maxLevels {
		return c.ErrorAt("bins", "bins is %d; write at most %d", e.Bins, maxLevels)
	}
	return a.apply(c, in[0], func(x *ir.Value) *ir.Value { return e.equalized(c, x, [2]float64{low, high}) })
}

func (e *Equalization) equalized(c *Context, x *ir.Value, own [2]float64) *ir.Value {
	h, w, channels := x.Shape[1], x.Shape[2], x.Shape[3]
	level := c.Named(op.MapOf(c.B, rescaled(scalar.Arg(0), own, bytes), "bytes", x), "bytes")
	flat := op.ReshapeTo(c.B, op.TransposeTo(c.B, level, 0, 3, 1, 2), ir.Shape{ir.Batch, channels, h * w})
	last, num := e.Bins-1, func(n int) scalar.Expr { return scalar.Num(n) }
	counted := op.Integers(c.B, op.MapOf(c.B, scalar.Call("div", product(scalar.Arg(0), num(last)), num(255)), "bin", flat), e.Bins)
	counts := histogram(c, counted, e.Bins)
	upTo := cumulated(c, counts)
	// The count of the first level that there is; the last sum is that of all pixels.
	least := scalar.Call("select", scalar.Call("gt", scalar.Arg(0), num(0)), scalar.Call("neg", scalar.Arg(0)), num(-h*w-1))
	first := op.Unary(c.B, "neg", op.Max(c.B, op.MapOf(c.B, least, "first", upTo), true, 2))
	rest := difference(num(h*w), scalar.Arg(1))
	share := scalar.Call("div", product(difference(scalar.Arg(0), scalar.Arg(1)), num(255)), scalar.Call("select", scalar.Call("eq", rest, num(0)), num(1), rest))
	table := op.MapOf(c.B, clipped(operation.Rounded(share), 0, 255), "table", upTo, first)
	place := product(scalar.Call("div", scalar.Arg(0), num(255)), num(last))
	spread := lookedUp(c, table, op.Integers(c.B, op.MapOf(c.B, place, "place", flat), e.Bins))
	// An image of one level stays as it is.
	levels := op.Sum(c.B, op.MapOf(c.B, scalar.Call("gt", scalar.Arg(0), num(0)), "there", counts), true, 2)
	chosen := scalar.Call("select", scalar.Call("le", scalar.Arg(2), num(1)), scalar.Arg(0), scalar.Arg(1))
	y := op.MapOf(c.B, rescaled(chosen, bytes, own), "equalize", flat, spread, levels)
	return op.TransposeTo(c.B, op.ReshapeTo(c.B, y, ir.Shape{ir.Batch, channels, h, w}), 0, 2, 3, 1)
}
