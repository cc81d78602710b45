package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomGaussianBlur",
	Doc:  "Blurs images while training.",
	New: func() Config {
		return &RandomGaussianBlur{Factor: []float64{1}, KernelSize: []int{3, 3}, Sigma: []float64{1}, ValueRange: []float64{0, 255}, augmentation: augmenting}
	},
})

// RandomGaussianBlur blurs an image while training, with a probability that is drawn
// as well; how much is the same for all images of a batch. Source: Keras 3,
// layers/preprocessing/image_preprocessing/random_gaussian_blur.py.
type RandomGaussianBlur struct {
	Factor     []float64 `arg:"factor,min=0,max=1" doc:"the probability: [lowest, highest], or one number for [0, highest]" train:"only"`
	KernelSize []int     `arg:"kernel_size,size=2,min=1" doc:"over how many points each way, an odd number" train:"only"`
	Sigma      []float64 `arg:"sigma,min=0,max=1" doc:"the standard deviation in points, one drawn for each axis: [lowest, highest], or one number for [0, highest]" train:"only"`
	ValueRange []float64 `arg:"value_range" doc:"the lowest and the highest value of a pixel, to which results are clipped" train:"only"`
	augmentation
}

// Build implements [Config].
func (r *RandomGaussianBlur) Build(c *Context, in []*ir.Value) *ir.Value {
	least, most, ok := upTo(c, "factor", r.Factor)
	near, far, ok2 := upTo(c, "sigma", r.Sigma)
	low, high, ok3 := valueRange(c, r.ValueRange)
	if !r.images(c, in[0]) || !ok || !ok2 || !ok3 {
		return c.poison()
	}
	size := r.KernelSize[0]
	if size%2 == 0 || size != r.KernelSize[1] || size > maxBlurred {
		return c.ErrorAt("kernel_size", "kernel_size is %v; write one odd number, up to %d", Flow(r.KernelSize), maxBlurred)
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		y := smoothed(c, x, 2, r.weights(c, "across", size, near, far))
		y = smoothed(c, y, 1, r.weights(c, "down", size, near, far))
		chosen := r.sometimes(c, x, y, least, most)
		return op.MapOf(c.B, clipped(scalar.Arg(0), low, high), "blur", chosen)
	})
}

// maxBlurred bounds kernel_size.
const maxBlurred = 63

// weights are those of the points along an axis, each [1,1,1,1].
func (r *RandomGaussianBlur) weights(c *Context, what string, size int, near, far float64) []*ir.Value {
	at := from0(size)
	for i := range at {
		at[i] -= float64(size-1) / 2
	}
	sigma := r.within(c, what, ir.Shape{1}, near+1e-6, far+1e-6)
	z := scalar.Call("div", scalar.Arg(0), scalar.Arg(1))
	bell := op.MapOf(c.B, scalar.Call("exp", product(scalar.Num(-0.5), product(z, z))), "bell", op.ConstOf(c.B, ir.Shape{size}, at), sigma)
	all := op.Binary(c.B, "div", bell, op.Sum(c.B, bell, true, 0))
	list := make([]*ir.Value, size)
	for i := range list {
		list[i] = op.ReshapeTo(c.B, op.SliceAxis(c.B, all, 0, i, 1), ir.Shape{1, 1, 1, 1})
	}
	return list
}
