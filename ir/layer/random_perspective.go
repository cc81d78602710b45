package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomPerspective",
	Doc:  "Shows images from another point of view while training.",
	New: func() Config {
		return &RandomPerspective{Factor: []float64{1}, Scale: 1, Interpolation: "bilinear", augmentation: augmenting}
	},
})

// RandomPerspective moves the corners of an image while training, with a probability
// that is drawn as well, and what lies between them accordingly. The corner at the
// top left stays, and two others keep to their sides: what is drawn is a factor of
// their places. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_perspective.py.
type RandomPerspective struct {
	Factor        []float64 `arg:"factor,min=0,max=1" doc:"the probability: [lowest, highest], or one number for [0, highest]" train:"only"`
	Scale         float64   `arg:"scale,min=0,max=1" doc:"how far corners move: by up to half of it, as a fraction of height and width" train:"only"`
	Interpolation string    `arg:"interpolation,oneof=nearest|bilinear" doc:"what lies between four points: the nearest of them, or their mean weighted by how near they are" train:"only"`
	FillValue     float64   `arg:"fill_value" doc:"what is beyond the border" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomPerspective) Build(c *Context, in []*ir.Value) *ir.Value {
	least, most, ok := upTo(c, "factor", r.Factor)
	if !r.images(c, in[0]) || !ok {
		return c.poison()
	}
	if h, w, _ := r.size(in[0]); min(h, w) < 2 {
		return c.Errorf("RandomPerspective takes images of two points at least each way, but %s has the shape %s", from(in[0]), Flow(in[0].Shape.Row()))
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		h, w := float64(x.Shape[1]-1), float64(x.Shape[2]-1)
		corner := func(what string, size float64) *ir.Value {
			return r.uniform(c, what, size*(1-0.5*r.Scale), size*(1+0.5*r.Scale))
		}
		right, bottom, cornerX, cornerY := corner("right", w), corner("bottom", h), corner("corner_x", w), corner("corner_y", h)
		// Four pairs of corners are eight equations. With (0, 0) in its place and two
		// corners on their sides, one unknown after the other comes out.
		arg := func(i int) scalar.Expr { return scalar.Arg(i) }
		part := func(across, side, along *ir.Value) *ir.Value {
			return op.MapOf(c.B, scalar.Call("div", difference(scalar.Call("div", arg(0), arg(1)), scalar.Num(1)), arg(2)), "perspective", across, side, along)
		}
		c0, c1 := part(cornerY, bottom, cornerX), part(cornerX, right, cornerY)
		times := func(size float64, k, side *ir.Value) *ir.Value {
			return op.MapOf(c.B, product(scalar.Num(size), sum(arg(0), scalar.Call("div", scalar.Num(1), arg(1)))), "factor", k, side)
		}
		s := warp{FillMode: "constant", Interpolation: r.Interpolation, FillValue: r.FillValue}
		moved := s.transform(c, x, affine{
			a: [3]*ir.Value{times(w, c0, right), nil, nil},
			b: [3]*ir.Value{nil, times(h, c1, bottom), nil},
			c: [2]*ir.Value{c0, c1},
		}, x.Shape[1], x.Shape[2])
		return r.sometimes(c, x, moved, least, most)
	})
}
