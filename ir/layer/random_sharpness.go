package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomSharpness",
	Doc:  "Makes images sharper or softer while training.",
	New:  func() Config { return &RandomSharpness{ValueRange: []float64{0, 255}, augmentation: augmenting} },
})

// RandomSharpness takes an image from what it is once smoothed, 1-2·factor times,
// while training: below 0.5 it becomes softer, beyond sharper. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_sharpness.py.
type RandomSharpness struct {
	Factor     []float64 `arg:"factor,required,min=0,max=1" doc:"how sharp, 0 smoothed, 0.5 as it is, 1 sharper: [lowest, highest], or one number for [0, highest]" train:"only"`
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel, to which results are clipped" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomSharpness) Build(c *Context, in []*ir.Value) *ir.Value {
	least, most, ok := upTo(c, "factor", r.Factor)
	low, high, ok2 := valueRange(c, r.ValueRange)
	if !r.images(c, in[0]) || !ok || !ok2 {
		return c.poison()
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		// A thirteenth of the 3x3 points around each, and four more of its own.
		one := op.Scalar(c.B, 1)
		ones := []*ir.Value{one, one, one}
		box := smoothed(c, smoothed(c, x, 1, ones), 2, ones)
		smooth := product(sum(scalar.Arg(1), product(scalar.Num(4), scalar.Arg(0))), scalar.Num(1.0/13))
		e := sum(scalar.Arg(0), product(difference(scalar.Num(1), scalar.Arg(2)), difference(smooth, scalar.Arg(0))))
		return op.MapOf(c.B, clipped(e, low, high), "sharpness", x, box, r.uniform(c, "factor", 2*least, 2*most))
	})
}
