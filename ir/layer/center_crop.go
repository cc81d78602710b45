package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "CenterCrop",
	Doc:  "Cuts the middle out of images.",
	New:  func() Config { return &CenterCrop{imageFormat: lastAxis} },
})

// CenterCrop cuts the middle out of images: [n, h, w, channels] to [n, height, width,
// channels]. What is smaller than that is made larger: the largest part of the new shape
// is interpolated. Source: Keras 3,
// layers/preprocessing/image_preprocessing/center_crop.py, and smart_resize of
// utils/image_utils.py.
type CenterCrop struct {
	Height int `arg:"height,required,min=1" doc:"height of the result"`
	Width  int `arg:"width,required,min=1" doc:"width of the result"`
	imageFormat
}

// Build implements [Config].
func (l *CenterCrop) Build(c *Context, in []*ir.Value) *ir.Value {
	x, ok := c.spatial(in[0], 2, l.imageFormat)
	if !ok || !sized(c, x, l.Height, l.Width) {
		return c.poison()
	}
	h, w := x.Shape[1], x.Shape[2]
	if h >= l.Height && w >= l.Width {
		return laid(c, middle(c, x, l.Height, l.Width), l.imageFormat)
	}
	high, wide := w*l.Height/l.Width, h*l.Width/l.Height
	x = middle(c, x, max(min(h, high), 1), max(min(w, wide), 1))
	return laid(c, resized(c, x, l.Height, l.Width, "bilinear", false), l.imageFormat)
}
