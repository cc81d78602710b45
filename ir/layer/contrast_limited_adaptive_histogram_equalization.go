package layer

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "ContrastLimitedAdaptiveHistogramEqualization",
	Doc:  "Spreads the levels of every part of an image evenly, up to a limit of contrast (CLAHE).",
	New: func() Config {
		return &ContrastLimitedAdaptiveHistogramEqualization{ValueRange: []float64{0, 255}, ClipLimit: 4, TileGridSize: []int{8, 8}, DataFormat: "channels_last"}
	},
})

// ContrastLimitedAdaptiveHistogramEqualization cuts images into tiles, of which each
// says what becomes of a level: the share of its pixels that are no brighter, of
// histograms whose bins are cut at a limit. A pixel becomes what the four tiles around
// it say, the more the nearer they are. It does so in predictions, too. Source: Keras 3,
// layers/preprocessing/image_preprocessing/clahe.py; K. Zuiderveld, Contrast Limited
// Adaptive Histogram Equalization, Graphics Gems IV, 1994.
type ContrastLimitedAdaptiveHistogramEqualization struct {
	ValueRange   []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel"`
	ClipLimit    float64   `arg:"clip_limit" doc:"how many times the mean a bin counts at most; 0: no limit"`
	TileGridSize []int     `arg:"tile_grid_size,size=2,min=1" doc:"how many tiles lie above each other, and side by side"`
	DataFormat   string    `arg:"data_format,oneof=channels_last|channels_first" doc:"which axis of an image the channels are"`
}

// tiling is how an axis of an image is cut into tiles.
type tiling struct{ size, tiles, each int }

func tiled(size, tiles int) tiling { return tiling{size, tiles, (size + tiles - 1) / tiles} }

// beyond is how far the last tile reaches beyond the image.
func (t tiling) beyond() int { return t.each*t.tiles - t.size }

// Build implements [Config].
func (k *ContrastLimitedAdaptiveHistogramEqualization) Build(c *Context, in []*ir.Value) *ir.Value {
	a := augmentation{DataFormat: k.DataFormat}
	low, high, ok := valueRange(c, k.ValueRange)
	if !a.images(c, in[0]) || !ok {
		return c.poison()
	}
	h, w, channels := a.size(in[0])
	rows, columns := tiled(h, k.TileGridSize[0]), tiled(w, k.TileGridSize[1])
	switch {
	case rows.beyond() > h || columns.beyond() > w:
		return c.ErrorAt("tile_grid_size", "tile_grid_size is %s for images of %dx%d; write fewer tiles", Flow(k.TileGridSize), h, w)
	case rows.tiles*columns.tiles > 1<<24/256/channels:
		return c.ErrorAt("tile_grid_size", "tile_grid_size is %s for images of %d channels; write fewer tiles, %d at most", Flow(k.TileGridSize), channels, 1<<24/256/channels)
	}
	return a.channelsLast(c, in[0], func(x *ir.Value) *ir.Value {
		own := [2]float64{low, high}
		level := c.Named(op.MapOf(c.B, rescaled(scalar.Arg(0), own, bytes), "bytes", x), "bytes")
		tables := k.tables(c, level, rows, columns)
		return op.MapOf(c.B, rescaled(scalar.Arg(0), bytes, own), "range", k.interpolated(c, level, tables, rows, columns))
	})
}

// tables say for each tile, channel and level what becomes of it, [n,
// tiles·tiles·channels·256].
func (k *ContrastLimitedAdaptiveHistogramEqualization) tables(c *Context, x *ir.Value, rows, columns tiling) *ir.Value {
	channels, area := x.Shape[3], rows.each*columns.each
	mirrored := func(x *ir.Value, axis int, t tiling) *ir.Value {
		if t.beyond() == 0 {
			return x
		}
		return op.Concatenate(c.B, axis, x, op.Flip(c.B, op.SliceAxis(c.B, x, axis, t.size-t.beyond(), t.beyond()), axis))
	}
	padded := mirrored(mirrored(x, 1, rows), 2, columns)
	cut := op.ReshapeTo(c.B, padded, ir.Shape{ir.Batch, rows.tiles, rows.each, columns.tiles, columns.each, channels})
	cut = op.TransposeTo(c.B, cut, 0, 1, 3, 5, 2, 4)
	groups := rows.tiles * columns.tiles * channels
	counts := histogram(c, op.Integers(c.B, op.ReshapeTo(c.B, cut, ir.Shape{ir.Batch, groups, area}), 256), 256)
	if k.ClipLimit > 0 {
		limited := op.MapOf(c.B, scalar.Call("min", scalar.Arg(0), scalar.Num(k.ClipLimit*float64(area)/256)), "limit", counts)
		excess := op.Sum(c.B, op.Binary(c.B, "sub", counts, limited), true, 2)
		counts = op.MapOf(c.B, sum(scalar.Arg(0), scalar.Call("div", scalar.Arg(1), scalar.Num(256))), "share", limited, excess)
	}
	sums := cumulated(c, counts)
	rest := difference(scalar.Num(area), scalar.Arg(1))
	share := scalar.Call("div", product(difference(scalar.Arg(0), scalar.Arg(1)), scalar.Num(255)), scalar.Call("select", scalar.Call("eq", rest, scalar.Num(0)), scalar.Num(1), rest))
	table := op.MapOf(c.B, clipped(share, 0, 255), "table", sums, op.SliceAxis(c.B, sums, 2, 0, 1))
	return op.ReshapeTo(c.B, table, ir.Shape{ir.Batch, groups * 256})
}

// interpolated is what becomes of every pixel.
func (k *ContrastLimitedAdaptiveHistogramEqualization) interpolated(c *Context, x, tables *ir.Value, rows, columns tiling) *ir.Value {
	h, w, channels := x.Shape[1], x.Shape[2], x.Shape[3]
	constant := func(shape ir.Shape, list []float64) *ir.Value { return op.ConstOf(c.B, shape, list) }
	down, up, dy := rows.between()
	right, left, dx := columns.between()
	channel := constant(ir.Shape{channels}, from0(channels))
	value := func(row, column []float64) *ir.Value {
		tile := sum(product(scalar.Arg(0), scalar.Num(columns.tiles)), scalar.Arg(1))
		group := sum(product(tile, scalar.Num(channels)), scalar.Arg(2))
		level := clipped(scalar.Call("floor", scalar.Arg(3)), 0, 255)
		place := op.MapOf(c.B, sum(product(group, scalar.Num(256)), level), "place",
			constant(ir.Shape{h, 1, 1}, row), constant(ir.Shape{w, 1}, column), channel, x)
		ids := op.Integers(c.B, op.ReshapeTo(c.B, place, ir.Shape{ir.Batch, h * w * channels}), tables.Shape[1])
		return op.ReshapeTo(c.B, op.GatherAlong(c.B, tables, ids, 1), ir.Shape{ir.Batch, h, w, channels})
	}
	arg, one := func(i int) scalar.Expr { return scalar.Arg(i) }, scalar.Num(1)
	mix := func(x, y, share scalar.Expr) scalar.Expr {
		return sum(product(x, difference(one, share)), product(y, share))
	}
	return op.MapOf(c.B, mix(mix(arg(0), arg(1), arg(4)), mix(arg(2), arg(3), arg(4)), arg(5)), "interpolate",
		value(down, right), value(down, left), value(up, right), value(up, left),
		constant(ir.Shape{w, 1}, dx), constant(ir.Shape{h, 1, 1}, dy))
}

// between gives for every point the tile whose middle is before it, the next one, and
// how far it is on the way to that.
func (t tiling) between() (before, after, share []float64) {
	for i := range t.size {
		at := (float64(i) - float64(t.each)/2) / float64(t.each)
		tile := math.Floor(at)
		last := float64(t.tiles - 1)
		before = append(before, min(max(tile, 0), last))
		after = append(after, min(max(tile+1, 0), last))
		share = append(share, at-tile)
	}
	return before, after, share
}
