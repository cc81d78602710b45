package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "Cropping1D",
	Doc:  "Cuts the ends of a sequence off.",
	New:  func() Config { return &Cropping1D{Cropping: [][2]int{{1, 1}}} },
})

// Cropping1D cuts the ends of a sequence off: [n, steps, channels] to [n,
// steps-first-last, channels]. Source: Keras 3, layers/reshaping/cropping1d.py.
type Cropping1D struct {
	Cropping [][2]int `arg:"cropping,size=1,min=0" doc:"one number for both ends, or [first, last]"`
}

// Build implements [Config].
func (l *Cropping1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return c.crop(in[0], lastAxis, l.Cropping)
}
