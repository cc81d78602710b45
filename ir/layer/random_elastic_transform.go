package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer/operation"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomElasticTransform",
	Doc:  "Distorts images smoothly while training.",
	New: func() Config {
		return &RandomElasticTransform{Factor: []float64{1}, Scale: []float64{1}, ValueRange: []float64{0, 255}, warp: mirrored, augmentation: augmenting}
	},
})

// RandomElasticTransform moves the points of an image by normal noise that has been
// blurred, while training, with a probability that is drawn as well. How much is the
// same for all images of a batch, and both directions have the same noise, as in Keras
// 3.15, which draws both from one seed. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_elastic_transform.py, and
// elastic_transform of its TensorFlow back end.
type RandomElasticTransform struct {
	Factor     []float64 `arg:"factor,min=0,max=1" doc:"the probability: [lowest, highest], or one number for [0, highest]" train:"only"`
	Scale      []float64 `arg:"scale,min=0,max=1" doc:"how much points are moved: [lowest, highest], or one number for [0, highest]" train:"only"`
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel, to which results are clipped" train:"only"`
	warp
	augmentation
}

// Build implements [Config].
func (r *RandomElasticTransform) Build(c *Context, in []*ir.Value) *ir.Value {
	least, most, ok := upTo(c, "factor", r.Factor)
	small, large, ok2 := upTo(c, "scale", r.Scale)
	low, high, ok3 := valueRange(c, r.ValueRange)
	if !r.images(c, in[0]) || !ok || !ok2 || !ok3 {
		return c.poison()
	}
	if large == 0 || most == 0 {
		return in[0]
	}
	h, w, _ := r.size(in[0])
	reach := 3 * int(spreadOf(h, w)*large)
	if 2*reach+1 > maxElastic {
		return c.ErrorAt("scale", "scale %v blurs the noise over %d points of images of %dx%d; at most %d are supported: write a smaller scale, or put Resizing before it", large, 2*reach+1, h, w, maxElastic)
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		scale := r.augmentation.within(c, "distortion", ir.Shape{1}, small, large)
		moved := r.moved(c, x, scale, reach)
		columns, rows := grid(c, x)
		y := r.resampled(c, x, op.Binary(c.B, "add", columns, moved), op.Binary(c.B, "add", rows, moved))
		return op.MapOf(c.B, clipped(scalar.Arg(0), low, high), "elastic", r.sometimes(c, x, y, least, most))
	})
}

// maxElastic bounds the points that noise is blurred over.
const maxElastic = 127

// spreadOf is the standard deviation of the blur, and of the noise, for a scale of 1.
func spreadOf(h, w int) float64 { return 0.05 * float64(min(h, w)) }

// moved is how far each point is moved, [n, height, width, 1]. The kernel of the blur
// reaches three whole standard deviations, of which at most reach are drawn.
func (r *RandomElasticTransform) moved(c *Context, x, scale *ir.Value, reach int) *ir.Value {
	h, w := x.Shape[1], x.Shape[2]
	sigma := product(scalar.Arg(1), scalar.Num(spreadOf(h, w)))
	at := from0(2*reach + 1)
	for i := range at {
		at[i] -= float64(reach)
	}
	z := scalar.Call("div", scalar.Arg(0), scalar.Call("max", sigma, scalar.Num(1e-30)))
	inside := scalar.Call("le", scalar.Call("abs", scalar.Arg(0)), product(scalar.Num(3), scalar.Call("floor", sigma)))
	bell := scalar.Call("select", inside, scalar.Call("exp", product(scalar.Num(-0.5), product(z, z))), scalar.Num(0))
	weights := c.Named(op.MapOf(c.B, bell, "bell", op.ConstOf(c.B, ir.Shape{len(at)}, at), scale), "bell")
	weights = op.Binary(c.B, "div", weights, op.Sum(c.B, weights, true, 0))
	list := make([]*ir.Value, len(at))
	for i := range list {
		list[i] = op.ReshapeTo(c.B, op.SliceAxis(c.B, weights, 0, i, 1), ir.Shape{1, 1, 1, 1})
	}
	noise := quantile(c, op.Uniform(c.B, r.stream(c, "noise"), ir.Shape{ir.Batch, h, w, 1}))
	noise = c.Named(op.MapOf(c.B, product(scalar.Arg(0), sigma), "noise", noise, scale), "noise")
	blurred := smoothed(c, smoothed(c, noise, 2, list), 1, list)
	far := product(scalar.Arg(1), scalar.Num(0.1*float64(max(h, w))))
	return c.Named(op.MapOf(c.B, product(scalar.Arg(0), far), "moved", blurred, scale), "moved")
}

// resampled reads x at columns and rows. Source: map_coordinates of Keras's TensorFlow
// back end, which mirrors and repeats whole points.
func (r *RandomElasticTransform) resampled(c *Context, x, column, row *ir.Value) *ir.Value {
	h, w := x.Shape[1], x.Shape[2]
	at := func(column, row *ir.Value) *ir.Value {
		return r.points(c, x, r.whole(c, column, w), r.whole(c, row, h), h, w)
	}
	if r.Interpolation == "nearest" {
		rounded := operation.Rounded(scalar.Arg(0))
		return at(op.MapOf(c.B, rounded, "nearest", column), op.MapOf(c.B, rounded, "nearest", row))
	}
	floor := func(v *ir.Value) *ir.Value { return op.Unary(c.B, "floor", v) }
	next := func(v *ir.Value) *ir.Value {
		return op.MapOf(c.B, sum(scalar.Arg(0), scalar.Num(1)), "next", v)
	}
	left, top := floor(column), floor(row)
	return bilinear(c, at(left, top), at(next(left), top), at(left, next(top)), at(next(left), next(top)), column, left, row, top)
}

// whole maps whole positions along an axis of so many points to positions on it.
func (r *RandomElasticTransform) whole(c *Context, v *ir.Value, size int) *ir.Value {
	num, call := func(n int) scalar.Expr { return scalar.Num(n) }, scalar.Call
	rest := func(x scalar.Expr, n int) scalar.Expr {
		return difference(x, product(num(n), call("floor", call("div", x, num(n)))))
	}
	e := scalar.Expr(scalar.Arg(0))
	switch r.FillMode {
	case "constant":
		return v
	case "nearest":
		e = clipped(e, 0, float64(size-1))
	case "wrap":
		e = rest(e, size)
	case "reflect":
		within := rest(call("abs", e), 2*size)
		e = call("select", call("lt", within, num(size)), within, difference(num(2*size-1), within))
	}
	return op.MapOf(c.B, e, r.FillMode, v)
}
