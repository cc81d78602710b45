package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "RandomCrop",
	Doc:  "Takes a part of images, at random while training and the middle otherwise.",
	New:  func() Config { return &RandomCrop{augmentation: augmenting} },
})

// RandomCrop takes a part of images while training, the same part of all images of a
// batch. Otherwise, it takes the largest part in their middle that has the
// proportions of the result, and resizes it. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_crop.py; of the prediction, what
// its documentation says, which is utils/image_utils.py, smart_resize.
type RandomCrop struct {
	Height int `arg:"height,required,min=1" doc:"height of the result"`
	Width  int `arg:"width,required,min=1" doc:"width of the result"`
	augmentation
}

// Build implements [Config].
func (r *RandomCrop) Build(c *Context, in []*ir.Value) *ir.Value {
	if !r.images(c, in[0]) {
		return c.poison()
	}
	if _, _, channels := r.size(in[0]); r.Height > ir.MaxElements/r.Width/channels {
		return c.ErrorAt("height", "height %d and width %d make rows of more than %d values", r.Height, r.Width, ir.MaxElements)
	}
	return r.channelsLast(c, in[0], func(x *ir.Value) *ir.Value {
		h, w := x.Shape[1], x.Shape[2]
		if c.Training && h > r.Height && w > r.Width {
			return r.random(c, x)
		}
		// The largest part of these proportions. Numbers are rounded as Python rounds them.
		height := max(min(h, int(float64(w*r.Height)/float64(r.Width))), 1)
		width := max(min(w, int(float64(h*r.Width)/float64(r.Height))), 1)
		top, left := (h-height)/2, (w-width)/2
		if c.Training { // Keras takes more than that part, where there is more
			height, width = min(r.Height, h-top), min(r.Width, w-left)
		}
		part := op.SliceAxis(c.B, op.SliceAxis(c.B, x, 1, top, height), 2, left, width)
		return resized(c, part, r.Height, r.Width, "bilinear", false)
	})
}

// random takes a part of the size of the result.
func (r *RandomCrop) random(c *Context, x *ir.Value) *ir.Value {
	part := func(what string, in, out int, shape ir.Shape) *ir.Value {
		start := op.Unary(c.B, "floor", r.within(c, what, ir.Shape{1, 1, 1}, 0, float64(in-out+1)))
		return op.Binary(c.B, "add", op.ConstOf(c.B, shape, from0(out)), start)
	}
	columns := part("left", x.Shape[2], r.Width, ir.Shape{r.Width, 1})
	rows := part("top", x.Shape[1], r.Height, ir.Shape{r.Height, 1, 1})
	return mirrored.points(c, x, columns, rows, r.Height, r.Width)
}
