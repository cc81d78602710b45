package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomErasing",
	Doc:  "Fills a rectangle of images while training.",
	New: func() Config {
		return &RandomErasing{Factor: []float64{1}, Scale: []float64{0.02, 0.33}, ValueRange: []float64{0, 255}, augmentation: augmenting}
	},
})

// RandomErasing fills a rectangle of an image while training, with a probability
// that is drawn as well. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_erasing.py.
type RandomErasing struct {
	Factor     []float64  `arg:"factor,min=0,max=1" doc:"the probability: [lowest, highest], or one number for [0, highest]" train:"only"`
	Scale      []float64  `arg:"scale,min=0,max=1" doc:"the square of the rectangle's height and of its width, as fractions of those of the image: [lowest, highest], or one number for [0, highest]" train:"only"`
	FillValue  *[]float64 `arg:"fill_value" doc:"what the rectangle is filled with: a number, one for each of three channels, or null: normal noise times the upper end of value_range" train:"only"`
	ValueRange []float64  `arg:"value_range" doc:"the lowest and the highest value of a pixel, to which the filling is clipped" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomErasing) Build(c *Context, in []*ir.Value) *ir.Value {
	least, most, ok := upTo(c, "factor", r.Factor)
	small, large, ok2 := upTo(c, "scale", r.Scale)
	_, _, ok3 := valueRange(c, r.ValueRange)
	if !r.images(c, in[0]) || !ok || !ok2 || !ok3 {
		return c.poison()
	}
	if _, _, channels := r.size(in[0]); r.FillValue != nil && len(*r.FillValue) != 1 && len(*r.FillValue) != channels {
		return c.ErrorAt("fill_value", "fill_value has %d numbers for images of %s; write one number, or one for each channel", len(*r.FillValue), Flow(in[0].Shape.Row()))
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		columns, rows := grid(c, x)
		across := r.side(c, "column", columns, x.Shape[2], small, large)
		down := r.side(c, "row", rows, x.Shape[1], small, large)
		erased := op.MapOf(c.B, scalar.Call("lt", scalar.Arg(0), scalar.Arg(1)), "erased", r.uniform(c, "threshold", 0, 1), r.uniform(c, "probability", least, most))
		e := scalar.Expr(scalar.Arg(1))
		for _, i := range []int{4, 3, 2} {
			e = scalar.Call("select", scalar.Arg(i), e, scalar.Arg(0))
		}
		return op.MapOf(c.B, e, "erase", x, r.filling(c, x), erased, across, down)
	})
}

// side is 1 for the columns, or the rows, of the rectangle, and 0 for the others.
func (r *RandomErasing) side(c *Context, what string, at *ir.Value, size int, small, large float64) *ir.Value {
	n := scalar.Num(size)
	length := op.MapOf(c.B, product(scalar.Call("sqrt", scalar.Arg(0)), n), "length", r.uniform(c, what+"s", small, large))
	start := op.MapOf(c.B, product(scalar.Arg(0), difference(n, scalar.Arg(1))), "start", r.uniform(c, what, 0, 1), length)
	from, to := scalar.Call("ge", scalar.Arg(0), scalar.Arg(1)), scalar.Call("lt", scalar.Arg(0), sum(scalar.Arg(1), scalar.Arg(2)))
	return op.MapOf(c.B, scalar.Call("select", from, to, scalar.Num(0)), "inside", at, start, length)
}

// filling is what the rectangle is filled with.
func (r *RandomErasing) filling(c *Context, x *ir.Value) *ir.Value {
	low, high := r.ValueRange[0], r.ValueRange[1]
	if r.FillValue == nil {
		noise := quantile(c, op.Uniform(c.B, r.stream(c, "noise"), x.Shape))
		return op.MapOf(c.B, clipped(product(scalar.Arg(0), scalar.Num(high)), low, high), "filling", noise)
	}
	values := make([]float64, len(*r.FillValue))
	for i, v := range *r.FillValue {
		values[i] = min(max(v, low), high)
	}
	return op.ConstOf(c.B, ir.Shape{len(values)}, values)
}
