package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomShear",
	Doc:  "Shears images while training.",
	New: func() Config {
		return &RandomShear{XFactor: []float64{0}, YFactor: []float64{0}, warp: mirrored, augmentation: augmenting}
	},
})

// RandomShear shears every image while training: each row is moved in proportion to
// how far down it is, and each column to how far right; both in one direction or both
// in the other. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_shear.py.
type RandomShear struct {
	XFactor []float64 `arg:"x_factor,min=0,max=1" doc:"by how much rows are moved for each row: [lowest, highest], or one number f for [-f, f]" train:"only"`
	YFactor []float64 `arg:"y_factor,min=0,max=1" doc:"by how much columns are moved for each column" train:"only"`
	warp
	augmentation
}

// Build implements [Config].
func (s *RandomShear) Build(c *Context, in []*ir.Value) *ir.Value {
	left, right, ok := around(c, "x_factor", s.XFactor)
	top, bottom, ok2 := around(c, "y_factor", s.YFactor)
	if !s.images(c, in[0]) || !ok || !ok2 {
		return c.poison()
	}
	return s.apply(c, in[0], func(x *ir.Value) *ir.Value {
		invert := s.uniform(c, "invert", 0, 1)
		signed := func(what string, low, high float64) *ir.Value {
			e := scalar.Call("select", scalar.Call("gt", scalar.Arg(1), scalar.Num(0.5)), scalar.Call("neg", scalar.Arg(0)), scalar.Arg(0))
			return op.MapOf(c.B, e, "invert", s.uniform(c, what, low, high), invert)
		}
		one := op.Scalar(c.B, 1)
		return s.transform(c, x, affine{
			a: [3]*ir.Value{one, signed("x", left, right), nil},
			b: [3]*ir.Value{signed("y", top, bottom), one, nil},
		}, x.Shape[1], x.Shape[2])
	})
}
