package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomSaturation",
	Doc:  "Makes the colors of images stronger or weaker while training.",
	New:  func() Config { return &RandomSaturation{ValueRange: []float64{0, 255}, augmentation: augmenting} },
})

// RandomSaturation multiplies the saturation of every image by f/(1-f) while
// training. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_saturation.py, which clips the
// saturation, not the pixels, to value_range.
type RandomSaturation struct {
	Factor     []float64 `arg:"factor,required,min=-1,max=1" doc:"f, 0 or less gray, 0.5 as it is, 1 the strongest colors: [lowest, highest], or one number f for [-f, f], as Keras has it" train:"only"`
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel, to which the saturation is clipped" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomSaturation) Build(c *Context, in []*ir.Value) *ir.Value {
	least, most, ok := around(c, "factor", r.Factor)
	low, high, ok2 := valueRange(c, r.ValueRange)
	if !r.colored(c, in[0], false) || !ok || !ok2 {
		return c.poison()
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		f := r.uniform(c, "factor", least, most)
		times := op.MapOf(c.B, scalar.Call("div", scalar.Arg(0), sum(difference(scalar.Num(1), scalar.Arg(0)), scalar.Num(epsilon))), "times", f)
		hue, saturation, value := hsv(c, x)
		return rgb(c, hue, op.MapOf(c.B, clipped(product(scalar.Arg(0), scalar.Arg(1)), low, high), "saturate", saturation, times), value)
	})
}
