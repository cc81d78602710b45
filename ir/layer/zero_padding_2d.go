package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "ZeroPadding2D",
	Doc:  "Surrounds an image with zeros.",
	New:  func() Config { return &ZeroPadding2D{Padding: [][2]int{{1, 1}, {1, 1}}, imageFormat: lastAxis} },
})

// ZeroPadding2D surrounds an image with zeros: [n, height, width, channels] to
// [n, top+height+bottom, left+width+right, channels]. Source: Keras 3,
// layers/reshaping/zero_padding2d.py.
type ZeroPadding2D struct {
	Padding [][2]int `arg:"padding,size=2,min=0" doc:"one number for all sides, [height, width], or [[top, bottom], [left, right]]"`
	imageFormat
}

// Build implements [Config].
func (l *ZeroPadding2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return c.surround(in[0], l.imageFormat, l.Padding)
}

// Stepwise implements [Stepper].
func (l *ZeroPadding2D) Stepwise(ir.Shape) bool { return !l.first() && l.Padding[0] == [2]int{} }
