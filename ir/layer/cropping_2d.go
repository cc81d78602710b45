package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "Cropping2D",
	Doc:  "Cuts the sides of an image off.",
	New:  func() Config { return &Cropping2D{Cropping: [][2]int{{0, 0}, {0, 0}}, imageFormat: lastAxis} },
})

// Cropping2D cuts the sides of an image off: [n, height, width, channels] to
// [n, height-top-bottom, width-left-right, channels]. Source: Keras 3,
// layers/reshaping/cropping2d.py.
type Cropping2D struct {
	Cropping [][2]int `arg:"cropping,size=2,min=0" doc:"one number for all sides, [height, width], or [[top, bottom], [left, right]]"`
	imageFormat
}

// Build implements [Config].
func (l *Cropping2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return c.crop(in[0], l.imageFormat, l.Cropping)
}

// Stepwise implements [Stepper].
func (l *Cropping2D) Stepwise(ir.Shape) bool { return !l.first() && l.Cropping[0] == [2]int{} }
