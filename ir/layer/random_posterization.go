package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomPosterization",
	Doc:  "Keeps a few bits of the pixels of images while training.",
	New:  func() Config { return &RandomPosterization{ValueRange: []float64{0, 255}, augmentation: augmenting} },
})

// RandomPosterization keeps the upper bits of every pixel, as a byte, while training.
// Source: Keras 3, layers/preprocessing/image_preprocessing/random_posterization.py:
// how many is drawn below the highest, unless both ends are the same.
type RandomPosterization struct {
	Factor     []int     `arg:"factor,required,min=1,max=8" doc:"how many bits: [lowest, one more than the highest], or one number for [1, number]" train:"only"`
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomPosterization) Build(c *Context, in []*ir.Value) *ir.Value {
	factor := make([]float64, len(r.Factor))
	for i, f := range r.Factor {
		factor[i] = float64(f)
	}
	least, most, one, ok := pair(c, "factor", factor)
	if one {
		least = 1
	}
	low, high, ok2 := valueRange(c, r.ValueRange)
	if !r.images(c, in[0]) || !ok || !ok2 {
		return c.poison()
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		step := op.Scalar(c.B, float64(int(256)>>int(least)))
		if least < most {
			// 2 to the number of bits that go.
			e := scalar.Expr(scalar.Num(1))
			for bits := 7; bits >= 1; bits-- {
				e = scalar.Call("select", scalar.Call("lt", scalar.Arg(0), scalar.Num(bits+1)), scalar.Num(int(256)>>bits), e)
			}
			step = op.MapOf(c.B, e, "step", r.uniform(c, "bits", least, most))
		}
		own := [2]float64{low, high}
		whole := op.MapOf(c.B, scalar.Call("floor", rescaled(scalar.Arg(0), own, bytes)), "byte", x)
		kept := product(scalar.Call("floor", scalar.Call("div", scalar.Arg(0), scalar.Arg(1))), scalar.Arg(1))
		return op.MapOf(c.B, rescaled(kept, bytes, own), "posterize", whole, step)
	})
}
