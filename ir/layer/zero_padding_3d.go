package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "ZeroPadding3D",
	Doc:  "Surrounds a volume with zeros.",
	New:  func() Config { return &ZeroPadding3D{Padding: [][2]int{{1, 1}, {1, 1}, {1, 1}}, imageFormat: lastAxis} },
})

// ZeroPadding3D surrounds a volume with zeros: [n, depth, height, width, channels] to
// the same with front+depth+back, top+height+bottom and left+width+right. Source: Keras 3,
// layers/reshaping/zero_padding3d.py.
type ZeroPadding3D struct {
	Padding [][2]int `arg:"padding,size=3,min=0" doc:"one number for all sides, [depth, height, width], or [[front, back], [top, bottom], [left, right]]"`
	imageFormat
}

// Build implements [Config].
func (l *ZeroPadding3D) Build(c *Context, in []*ir.Value) *ir.Value {
	return c.surround(in[0], l.imageFormat, l.Padding)
}

// Stepwise implements [Stepper].
func (l *ZeroPadding3D) Stepwise(ir.Shape) bool { return !l.first() && l.Padding[0] == [2]int{} }
