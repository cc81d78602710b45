package layer

import (
	"github.com/nngen-go/nngen/ir"
)

var _ = register(Info{
	Name: "RandomColorJitter",
	Doc:  "Changes brightness, contrast, saturation and hue of images while training.",
	New:  func() Config { return &RandomColorJitter{ValueRange: []float64{0, 255}, augmentation: augmenting} },
})

// RandomColorJitter is RandomBrightness, RandomContrast, RandomSaturation and
// RandomHue one after the other, those for which there is a factor. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_color_jitter.py.
type RandomColorJitter struct {
	ValueRange       []float64  `arg:"value_range" doc:"the lowest and the highest value of a pixel" train:"only"`
	BrightnessFactor *[]float64 `arg:"brightness_factor,min=-1,max=1" doc:"factor of RandomBrightness; null: none" train:"only"`
	ContrastFactor   *[]float64 `arg:"contrast_factor,min=0,max=1" doc:"factor of RandomContrast; null: none" train:"only"`
	SaturationFactor *[]float64 `arg:"saturation_factor,min=-1,max=1" doc:"factor of RandomSaturation; null: none" train:"only"`
	HueFactor        *[]float64 `arg:"hue_factor,min=0,max=1" doc:"factor of RandomHue; null: none" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomColorJitter) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !r.images(c, x) {
		return c.poison()
	}
	own := func(what string) augmentation {
		a := r.augmentation
		a.part = what + "."
		return a
	}
	steps := []struct {
		argument string
		factor   *[]float64
		layer    func(factor []float64) Config
	}{
		{"brightness_factor", r.BrightnessFactor, func(f []float64) Config { return &RandomBrightness{f, r.ValueRange, own("brightness")} }},
		{"contrast_factor", r.ContrastFactor, func(f []float64) Config { return &RandomContrast{f, r.ValueRange, own("contrast")} }},
		{"saturation_factor", r.SaturationFactor, func(f []float64) Config { return &RandomSaturation{f, r.ValueRange, own("saturation")} }},
		{"hue_factor", r.HueFactor, func(f []float64) Config { return &RandomHue{f, r.ValueRange, own("hue")} }},
	}
	for _, s := range steps {
		if s.factor == nil {
			continue
		}
		if len(*s.factor) > 2 { // of whose factor, the layer itself could not say
			return c.ErrorAt(s.argument, "%s has %d numbers; write one, or the lowest and the highest", s.argument, len(*s.factor))
		}
		if x = s.layer(*s.factor).Build(c, []*ir.Value{x}); !x.Valid() {
			return x
		}
	}
	return x
}
