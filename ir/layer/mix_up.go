package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "MixUp",
	Doc:  "Blends images and their targets with others of the batch, while training.",
	New:  func() Config { return &MixUp{Alpha: 0.2, augmentation: augmenting} },
})

// MixUp blends each image of a batch with another one, and their targets by the same
// weight, while training: w·x + (1 - w)·x', with w distributed as beta(alpha, alpha).
// The other images are those of the batch in an order drawn at random, so that an image
// may meet itself. Targets are numbers of any shape; other inputs stay as they are.
// Source: Keras 3, layers/preprocessing/image_preprocessing/mix_up.py; Zhang et al.,
// 2018.
type MixUp struct {
	Alpha float64 `arg:"alpha,above=0" doc:"how evenly images are blended: the parameter of the distribution of the weights" train:"only"`
	augmentation
}

// Build implements [Config].
func (m *MixUp) Build(c *Context, in []*ir.Value) *ir.Value {
	return m.mixes(c, in[0], func(x *ir.Value, other func(v *ir.Value) *ir.Value) (*ir.Value, func(*ir.Value) *ir.Value) {
		weight := m.beta(c, op.ConstOf(c.B, ir.Shape{1, 1}, []float64{m.Alpha}))
		target := func(t *ir.Value) *ir.Value { return blended(c, t, other(t), weight) }
		return blended(c, x, other(x), weight), target
	})
}
