package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "Cropping3D",
	Doc:  "Cuts the sides of a volume off.",
	New:  func() Config { return &Cropping3D{Cropping: [][2]int{{1, 1}, {1, 1}, {1, 1}}, imageFormat: lastAxis} },
})

// Cropping3D cuts the sides of a volume off: [n, depth, height, width, channels] to
// the same with depth-front-back, height-top-bottom and width-left-right. Source: Keras 3,
// layers/reshaping/cropping3d.py.
type Cropping3D struct {
	Cropping [][2]int `arg:"cropping,size=3,min=0" doc:"one number for all sides, [depth, height, width], or [[front, back], [top, bottom], [left, right]]"`
	imageFormat
}

// Build implements [Config].
func (l *Cropping3D) Build(c *Context, in []*ir.Value) *ir.Value {
	return c.crop(in[0], l.imageFormat, l.Cropping)
}

// Stepwise implements [Stepper].
func (l *Cropping3D) Stepwise(ir.Shape) bool { return !l.first() && l.Cropping[0] == [2]int{} }
