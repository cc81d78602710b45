package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomColorDegeneration",
	Doc:  "Takes some of the color out of images while training.",
	New: func() Config {
		return &RandomColorDegeneration{ValueRange: []float64{0, 255}, augmentation: augmenting}
	},
})

// RandomColorDegeneration mixes every image with its brightness while training.
// Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_color_degeneration.py.
type RandomColorDegeneration struct {
	Factor     []float64 `arg:"factor,required,min=-1,max=1" doc:"how much color goes, 1 being all of it; below 0, colors become stronger: [lowest, highest], or one number f for [-f, f]" train:"only"`
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel, to which results are clipped" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomColorDegeneration) Build(c *Context, in []*ir.Value) *ir.Value {
	least, most, ok := around(c, "factor", r.Factor)
	low, high, ok2 := valueRange(c, r.ValueRange)
	if !r.colored(c, in[0], true) || !ok || !ok2 {
		return c.poison()
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		e := sum(scalar.Arg(0), product(scalar.Arg(2), difference(scalar.Arg(1), scalar.Arg(0))))
		return op.MapOf(c.B, clipped(e, low, high), "degenerate", x, grayscale(c, x), r.uniform(c, "factor", least, most))
	})
}
