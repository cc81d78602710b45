package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "RandomTranslation",
	Doc:  "Moves images while training.",
	New:  func() Config { return &RandomTranslation{warp: mirrored, augmentation: augmenting} },
})

// RandomTranslation moves every image by a fraction of its height and of its width
// while training. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_translation.py.
type RandomTranslation struct {
	HeightFactor []float64 `arg:"height_factor,required,min=-1,max=1" doc:"how far down, as a fraction of the height: [lowest, highest], or one number f for [-f, f]" train:"only"`
	WidthFactor  []float64 `arg:"width_factor,required,min=-1,max=1" doc:"how far to the right, as a fraction of the width" train:"only"`
	warp
	augmentation
}

// Build implements [Config].
func (t *RandomTranslation) Build(c *Context, in []*ir.Value) *ir.Value {
	top, bottom, ok := around(c, "height_factor", t.HeightFactor)
	left, right, ok2 := around(c, "width_factor", t.WidthFactor)
	if !t.images(c, in[0]) || !ok || !ok2 {
		return c.poison()
	}
	return t.apply(c, in[0], func(x *ir.Value) *ir.Value {
		h, w := float64(x.Shape[1]), float64(x.Shape[2])
		// What is moved down is read further up.
		down := t.uniform(c, "down", -top*h, -bottom*h)
		over := t.uniform(c, "over", -left*w, -right*w)
		one := op.Scalar(c.B, 1)
		return t.transform(c, x, affine{a: [3]*ir.Value{one, nil, over}, b: [3]*ir.Value{nil, one, down}}, x.Shape[1], x.Shape[2])
	})
}
