package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomInvert",
	Doc:  "Makes negatives of images while training.",
	New: func() Config {
		return &RandomInvert{Factor: []float64{1}, ValueRange: []float64{0, 255}, augmentation: augmenting}
	},
})

// RandomInvert takes an image from the highest value of a pixel while training, with
// a probability that is drawn as well. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_invert.py.
type RandomInvert struct {
	Factor     []float64 `arg:"factor,min=0,max=1" doc:"the probability: [lowest, highest], or one number for [0, highest]" train:"only"`
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomInvert) Build(c *Context, in []*ir.Value) *ir.Value {
	least, most, ok := upTo(c, "factor", r.Factor)
	_, high, ok2 := valueRange(c, r.ValueRange)
	if !r.images(c, in[0]) || !ok || !ok2 {
		return c.poison()
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		return r.sometimes(c, x, op.MapOf(c.B, difference(scalar.Num(high), scalar.Arg(0)), "invert", x), least, most)
	})
}
