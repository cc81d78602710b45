package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomHue",
	Doc:  "Turns the colors of images while training.",
	New:  func() Config { return &RandomHue{ValueRange: []float64{0, 255}, augmentation: augmenting} },
})

// RandomHue turns the hue of every image by up to half of factor around the circle
// of colors, in either direction, while training. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_hue.py.
type RandomHue struct {
	Factor     []float64 `arg:"factor,required,min=0,max=1" doc:"how far, 1 being half of the circle: [lowest, highest], or one number for [0, highest]" train:"only"`
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomHue) Build(c *Context, in []*ir.Value) *ir.Value {
	least, most, ok := upTo(c, "factor", r.Factor)
	low, high, ok2 := valueRange(c, r.ValueRange)
	if !r.colored(c, in[0], false) || !ok || !ok2 {
		return c.poison()
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		call, arg, num := scalar.Call, func(i int) scalar.Expr { return scalar.Arg(i) }, func(v float64) scalar.Expr { return scalar.Num(v) }
		signed := product(call("select", call("gt", arg(0), num(0.5)), call("neg", arg(1)), arg(1)), num(0.5))
		by := op.MapOf(c.B, signed, "turn", r.uniform(c, "invert", 0, 1), r.uniform(c, "factor", least, most))
		own, unit := [2]float64{low, high}, [2]float64{0, 1}
		hue, saturation, value := hsv(c, op.MapOf(c.B, rescaled(arg(0), own, unit), "unit", x))
		hue = op.Binary(c.B, "add", hue, by)
		hue = op.MapOf(c.B, call("select", call("gt", arg(0), num(1)), difference(arg(0), num(1)), arg(0)), "hue", hue)
		hue = op.MapOf(c.B, call("select", call("lt", arg(0), num(0)), sum(arg(0), num(1)), arg(0)), "hue", hue)
		return op.MapOf(c.B, rescaled(clipped(arg(0), 0, 1), unit, own), "range", rgb(c, hue, saturation, value))
	})
}
