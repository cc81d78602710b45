package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "ZeroPadding1D",
	Doc:  "Puts zeros before and after a sequence.",
	New:  func() Config { return &ZeroPadding1D{Padding: [][2]int{{1, 1}}, imageFormat: lastAxis} },
})

// ZeroPadding1D puts zeros before and after a sequence: [n, steps, channels]
// to [n, first+steps+last, channels]. Source: Keras 3,
// layers/reshaping/zero_padding1d.py.
type ZeroPadding1D struct {
	Padding [][2]int `arg:"padding,size=1,min=0" doc:"one number for both ends, or [first, last]"`
	imageFormat
}

// Build implements [Config].
func (l *ZeroPadding1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return c.surround(in[0], l.imageFormat, l.Padding)
}
