package layer

import (
	"cmp"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "MaxPooling2D",
	Doc:  "The maximum of every window of an image.",
	New: func() Config {
		return &MaxPooling2D{PoolSize: []int{2, 2}, Padding: "valid", imageFormat: lastAxis}
	},
})

// MaxPooling2D is the maximum over windows of pool_size: [n, height, width,
// channels] to [n, height', width', channels]. The gradient goes to the first
// of equal values. Source: Keras 3, layers/pooling/base_pooling.py.
type MaxPooling2D struct {
	PoolSize []int  `arg:"pool_size,size=2,min=1" doc:"height and width of a window"`
	Strides  *[]int `arg:"strides,size=2,min=1" default:"pool_size" doc:"how far apart neighbouring windows are; without it, pool_size"`
	Padding  string `arg:"padding,oneof=valid|same" doc:"valid: windows inside the image; same: also those that reach beyond it"`
	imageFormat
}

// Build implements [Config].
func (l *MaxPooling2D) Build(c *Context, in []*ir.Value) *ir.Value {
	return c.pool(in[0], op.Window{Reduce: scalar.Max}, l.imageFormat, l.PoolSize, l.Strides, l.Padding)
}

// Stepwise implements [Stepper].
func (l *MaxPooling2D) Stepwise(ir.Shape) bool {
	return l.alone(l.PoolSize, *cmp.Or(l.Strides, &l.PoolSize))
}
