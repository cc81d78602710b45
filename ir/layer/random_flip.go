package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomFlip",
	Doc:  "Turns half of the images around while training.",
	New:  func() Config { return &RandomFlip{Mode: "horizontal_and_vertical", augmentation: augmenting} },
})

// RandomFlip turns an image around, with probability 1/2, while training. In both
// directions it is turned by 180 degrees: one number decides. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_flip.py.
type RandomFlip struct {
	Mode string `arg:"mode,oneof=horizontal|vertical|horizontal_and_vertical" doc:"left becomes right, top becomes bottom, or both at once" train:"only"`
	augmentation
}

// Build implements [Config].
func (f *RandomFlip) Build(c *Context, in []*ir.Value) *ir.Value {
	if !f.images(c, in[0]) {
		return c.poison()
	}
	return f.apply(c, in[0], func(x *ir.Value) *ir.Value {
		flipped := x
		if f.Mode != "vertical" {
			flipped = op.Flip(c.B, flipped, 2)
		}
		if f.Mode != "horizontal" {
			flipped = op.Flip(c.B, flipped, 1)
		}
		half := scalar.Call("le", scalar.Arg(0), scalar.Num(0.5))
		return op.MapOf(c.B, scalar.Call("select", half, scalar.Arg(1), scalar.Arg(2)), "flip", f.uniform(c, "flips", 0, 1), flipped, x)
	})
}
