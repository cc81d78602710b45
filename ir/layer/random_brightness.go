package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomBrightness",
	Doc:  "Changes the brightness of images while training.",
	New:  func() Config { return &RandomBrightness{ValueRange: []float64{0, 255}, augmentation: augmenting} },
})

// RandomBrightness adds one number to all of an image while training. Source: Keras
// 3, layers/preprocessing/image_preprocessing/random_brightness.py.
type RandomBrightness struct {
	Factor     []float64 `arg:"factor,required,min=-1,max=1" doc:"what is added, as a fraction of value_range: [lowest, highest], or one number f for [-f, f]" train:"only"`
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel, to which results are clipped" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomBrightness) Build(c *Context, in []*ir.Value) *ir.Value {
	from, to, ok := around(c, "factor", r.Factor)
	low, high, ok2 := valueRange(c, r.ValueRange)
	if !r.images(c, in[0]) || !ok || !ok2 {
		return c.poison()
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		delta := r.uniform(c, "delta", from*(high-low), to*(high-low))
		return op.MapOf(c.B, clipped(sum(scalar.Arg(0), scalar.Arg(1)), low, high), "brightness", x, delta)
	})
}
