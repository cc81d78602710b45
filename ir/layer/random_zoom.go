package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomZoom",
	Doc:  "Enlarges and shrinks images while training.",
	New:  func() Config { return &RandomZoom{warp: mirrored, augmentation: augmenting} },
})

// RandomZoom enlarges or shrinks every image around its middle while training.
// Source: Keras 3, layers/preprocessing/image_preprocessing/random_zoom.py.
type RandomZoom struct {
	HeightFactor []float64  `arg:"height_factor,required,above=-1,max=1" doc:"by which fraction of the height more is seen (zooming out) or, below 0, less (zooming in): [lowest, highest], or one number f for [-f, f]" train:"only"`
	WidthFactor  *[]float64 `arg:"width_factor,above=-1,max=1" doc:"the same of the width; null: as the height, so that proportions stay" train:"only"`
	warp
	augmentation
}

// Build implements [Config].
func (z *RandomZoom) Build(c *Context, in []*ir.Value) *ir.Value {
	low, high, ok := around(c, "height_factor", z.HeightFactor)
	left, right := 0.0, 0.0
	if z.WidthFactor != nil && ok {
		left, right, ok = around(c, "width_factor", *z.WidthFactor)
	}
	if !z.images(c, in[0]) || !ok {
		return c.poison()
	}
	return z.apply(c, in[0], func(x *ir.Value) *ir.Value {
		height := z.uniform(c, "height", 1+low, 1+high)
		width := height
		if z.WidthFactor != nil {
			width = z.uniform(c, "width", 1+left, 1+right)
		}
		// The middle stays where it is.
		offset := func(zoom *ir.Value, size int) *ir.Value {
			e := product(difference(scalar.Num(1), scalar.Arg(0)), scalar.Num(float64(size-1)/2))
			return op.MapOf(c.B, e, "offset", zoom)
		}
		return z.transform(c, x, affine{
			a: [3]*ir.Value{width, nil, offset(width, x.Shape[2])},
			b: [3]*ir.Value{nil, height, offset(height, x.Shape[1])},
		}, x.Shape[1], x.Shape[2])
	})
}
