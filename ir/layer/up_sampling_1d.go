package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name: "UpSampling1D",
	Doc:  "Repeats every step of a sequence.",
	New:  func() Config { return &UpSampling1D{Size: []int{2}} },
})

// UpSampling1D repeats every step size times: [n, steps, channels] to [n, steps·size,
// channels]. Source: Keras 3, layers/reshaping/up_sampling1d.py.
type UpSampling1D struct {
	Size []int `arg:"size,size=1,min=1" doc:"how often a step is there"`
}

// Build implements [Config].
func (l *UpSampling1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return upsample(c, in[0], lastAxis, l.Size, "nearest")
}

// upsample makes the axes of space so many times as long.
func upsample(c *Context, x *ir.Value, format imageFormat, size []int, method string) *ir.Value {
	x, ok := c.spatial(x, len(size), format)
	if !ok || !enlarged(c, x, size) {
		return c.poison()
	}
	if method == "nearest" {
		return laid(c, repeated(c, x, size), format)
	}
	for i, n := range size {
		if x.Valid() {
			x = interpolate(c, x, 1+i, n*x.Shape[1+i], method, false)
		}
	}
	return laid(c, x, format)
}
