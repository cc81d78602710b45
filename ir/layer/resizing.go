package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "Resizing",
	Doc:  "Gives images another size.",
	New: func() Config {
		return &Resizing{Interpolation: "bilinear", FillMode: "constant", imageFormat: lastAxis}
	},
})

// Resizing gives images another size: [n, h, w, channels] to [n, height, width,
// channels]. With crop_to_aspect_ratio it takes the largest part in the middle that has
// the new shape, with pad_to_aspect_ratio it surrounds the image with what it lacks of
// it. Source: Keras 3, layers/preprocessing/image_preprocessing/resizing.py, and
// resize of backend/tensorflow/image.py.
type Resizing struct {
	Height            int     `arg:"height,required,min=1" doc:"the new height"`
	Width             int     `arg:"width,required,min=1" doc:"the new width"`
	Interpolation     string  `arg:"interpolation,oneof=nearest|bilinear|bicubic|lanczos3|lanczos5" doc:"what new points are made of: the nearest point, or a weighted sum of several"`
	CropToAspectRatio bool    `arg:"crop_to_aspect_ratio" doc:"cut off what does not fit the new shape in place of changing that of what is shown"`
	PadToAspectRatio  bool    `arg:"pad_to_aspect_ratio" doc:"put fill_value around the image in place of changing the shape of what is shown"`
	FillMode          string  `arg:"fill_mode,oneof=constant" doc:"what pad_to_aspect_ratio puts around the image: fill_value"`
	FillValue         float64 `arg:"fill_value" doc:"the value that pad_to_aspect_ratio puts around the image"`
	Antialias         bool    `arg:"antialias" doc:"of an image that becomes smaller, take all points into account"`
	imageFormat
}

// Build implements [Config].
func (r *Resizing) Build(c *Context, in []*ir.Value) *ir.Value {
	if r.CropToAspectRatio && r.PadToAspectRatio {
		return c.ErrorAt("pad_to_aspect_ratio", "pad_to_aspect_ratio and crop_to_aspect_ratio do not go together; take one of both out")
	}
	x, ok := c.spatial(in[0], 2, r.imageFormat)
	if !ok || !sized(c, x, r.Height, r.Width) {
		return c.poison()
	}
	h, w := x.Shape[1], x.Shape[2]
	// In float32, as Keras does: how many points of one axis belong to all of the other.
	high, wide := int(float32(w*r.Height)/float32(r.Width)), int(float32(h*r.Width)/float32(r.Height))
	switch {
	case r.CropToAspectRatio:
		x = middle(c, x, max(min(h, high), 1), max(min(w, wide), 1))
	case r.PadToAspectRatio:
		y, x2 := int(float32(max(h, high)-h)/2), int(float32(max(w, wide)-w)/2)
		if before := []int{0, y, x2, 0}; y > 0 || x2 > 0 {
			if x.Shape.Elements()/(h*w) > ir.MaxElements/((h+2*y)*(w+2*x2)) {
				return c.ErrorAt("pad_to_aspect_ratio", "pad_to_aspect_ratio makes rows of more than %d values out of %s", ir.MaxElements, Flow(in[0].Shape.Row()))
			}
			x = op.PadWith(c.B, x, before, slices.Clone(before), r.FillValue)
		}
	}
	return laid(c, resized(c, x, r.Height, r.Width, r.Interpolation, r.Antialias), r.imageFormat)
}

// sized reports rows of too many values.
func sized(c *Context, x *ir.Value, height, width int) bool {
	if height <= maxResult/width && height*width <= maxResult/x.Shape[3] {
		return true
	}
	c.Errorf("its result has more than %d values in a row; write a smaller height or width", maxResult)
	return false
}

// resized interpolates images [n, h, w, channels] along one axis after the other, that
// which becomes the smallest first.
func resized(c *Context, x *ir.Value, height, width int, method string, antialias bool) *ir.Value {
	axes := []int{1, 2}
	to := []int{0, height, width}
	if height*x.Shape[2] > width*x.Shape[1] {
		axes = []int{2, 1}
	}
	for _, a := range axes {
		x = interpolate(c, x, a, to[a], method, antialias)
	}
	return x
}

// middle cuts so much out of the middle of images [n, h, w, channels].
func middle(c *Context, x *ir.Value, height, width int) *ir.Value {
	for i, n := range []int{height, width} {
		if d := x.Shape[1+i]; n < d {
			x = op.SliceAxis(c.B, x, 1+i, (d-n)/2, n)
		}
	}
	return x
}
