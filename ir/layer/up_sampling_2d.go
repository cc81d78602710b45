package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "UpSampling2D",
	Doc:  "Makes an image larger: every point is repeated, or there are others between the points.",
	New: func() Config {
		return &UpSampling2D{Size: []int{2, 2}, imageFormat: lastAxis, Interpolation: "nearest"}
	},
})

// UpSampling2D makes an image size times as large: [n, height, width, channels] to [n,
// height·size, width·size, channels]. Source: Keras 3,
// layers/reshaping/up_sampling2d.py.
type UpSampling2D struct {
	Size []int `arg:"size,size=2,min=1" doc:"how many times as high and as wide the image becomes"`
	imageFormat
	Interpolation string `arg:"interpolation,oneof=nearest|bilinear|bicubic|lanczos3|lanczos5" doc:"what new points are made of: the nearest point, or a weighted sum of several"`
}

// Build implements [Config].
func (l *UpSampling2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return upsample(c, in[0], l.imageFormat, l.Size, l.Interpolation)
}
