package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "RandAugment",
	Doc:  "Changes images by layers that it draws, while training.",
	New: func() Config {
		return &RandAugment{NumOps: 2, choice: choice{ValueRange: []float64{0, 255}, Factor: []float64{0.5}, Interpolation: "bilinear"}, augmentation: augmenting}
	},
})

// RandAugment changes the images of a batch num_ops times, each time by one of eleven
// layers, while training. Which, is the same for all images; by how much, each draws for
// itself, once for every layer. Source: Keras 3,
// layers/preprocessing/image_preprocessing/rand_augment.py; Cubuk et al., 2019.
type RandAugment struct {
	NumOps int `arg:"num_ops,min=1" doc:"how often images are changed" train:"only"`
	choice
	augmentation
}

// Build implements [Config].
func (r *RandAugment) Build(c *Context, in []*ir.Value) *ir.Value {
	low, high, ok := upTo(c, "factor", r.Factor)
	_, _, ok2 := valueRange(c, r.ValueRange)
	x := in[0]
	if !r.images(c, x) || !ok || !ok2 || !once(c, "num_ops", r.NumOps, 16) {
		return c.poison()
	}
	if !c.Training {
		return x
	}
	list := r.changes(r.augmentation, "", low, high)
	for i := range r.NumOps {
		x = chosen(c, x, r.numbered(c, place("layer", i), len(list)), list)
		if !x.Valid() {
			return x
		}
	}
	return x
}
