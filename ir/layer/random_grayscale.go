package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomGrayscale",
	Doc:  "Takes the color out of images while training.",
	New:  func() Config { return &RandomGrayscale{Factor: 0.5, augmentation: augmenting} },
})

// RandomGrayscale gives all channels of an image their brightness while training,
// with probability factor. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_grayscale.py.
type RandomGrayscale struct {
	Factor float64 `arg:"factor,min=0,max=1" doc:"the probability" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomGrayscale) Build(c *Context, in []*ir.Value) *ir.Value {
	if !r.colored(c, in[0], true) {
		return c.poison()
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		chosen := op.MapOf(c.B, scalar.Call("lt", scalar.Arg(0), scalar.Num(r.Factor)), "chosen", r.uniform(c, "threshold", 0, 1))
		return op.Select(c.B, chosen, grayscale(c, x), x)
	})
}
