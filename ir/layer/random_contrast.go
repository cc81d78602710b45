package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomContrast",
	Doc:  "Changes the contrast of images while training.",
	New:  func() Config { return &RandomContrast{ValueRange: []float64{0, 255}, augmentation: augmenting} },
})

// RandomContrast multiplies how far the points of an image are from the mean of
// their channel by a number from 1-lower to 1+upper while training. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_contrast.py.
type RandomContrast struct {
	Factor     []float64 `arg:"factor,required,min=0,max=1" doc:"[lower, upper], or one number for [0, upper]" train:"only"`
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel, to which results are clipped" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomContrast) Build(c *Context, in []*ir.Value) *ir.Value {
	lower, upper, ok := upTo(c, "factor", r.Factor)
	low, high, ok2 := valueRange(c, r.ValueRange)
	if !r.images(c, in[0]) || !ok || !ok2 {
		return c.poison()
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		mean := op.Mean(c.B, x, true, 1, 2)
		e := sum(product(difference(scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2)), scalar.Arg(1))
		return op.MapOf(c.B, clipped(e, low, high), "contrast", x, mean, r.uniform(c, "factor", 1-lower, 1+upper))
	})
}
