package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "Solarization",
	Doc:  "Makes negatives of the bright parts of images while training.",
	New: func() Config {
		return &Solarization{AdditionFactor: []float64{0}, ThresholdFactor: []float64{0}, ValueRange: []float64{0, 255}, augmentation: augmenting}
	},
})

// Solarization adds a number to every image, and takes what is beyond a threshold
// then from the highest value of a pixel, while training. Source: Keras 3,
// layers/preprocessing/image_preprocessing/solarization.py: of a range, the upper end
// alone is times 255.
type Solarization struct {
	AdditionFactor  []float64 `arg:"addition_factor,min=0,max=1" doc:"what is added: one number for up to that fraction of the range of pixels, or [lowest, highest], the lowest being in 255ths" train:"only"`
	ThresholdFactor []float64 `arg:"threshold_factor,min=0,max=1" doc:"from where on pixels are inverted, as addition_factor" train:"only"`
	ValueRange      []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel" train:"only"`
	augmentation
}

// Build implements [Config].
func (s *Solarization) Build(c *Context, in []*ir.Value) *ir.Value {
	less, more, ok := upTo(c, "addition_factor", s.AdditionFactor)
	from, to, ok2 := upTo(c, "threshold_factor", s.ThresholdFactor)
	low, high, ok3 := valueRange(c, s.ValueRange)
	if !s.images(c, in[0]) || !ok || !ok2 || !ok3 {
		return c.poison()
	}
	return s.apply(c, in[0], func(x *ir.Value) *ir.Value {
		own := [2]float64{low, high}
		added := op.MapOf(c.B, clipped(sum(rescaled(scalar.Arg(0), own, bytes), scalar.Arg(1)), 0, 255), "addition", x, s.uniform(c, "additions", less, more*255))
		e := scalar.Call("select", scalar.Call("lt", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(0), difference(scalar.Num(255), scalar.Arg(0)))
		return op.MapOf(c.B, rescaled(e, bytes, own), "solarize", added, s.uniform(c, "thresholds", from, to*255))
	})
}
