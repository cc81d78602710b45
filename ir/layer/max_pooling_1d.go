package layer

import (
	"cmp"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "MaxPooling1D",
	Doc:  "The maximum of every window of a sequence.",
	New: func() Config {
		return &MaxPooling1D{PoolSize: []int{2}, Padding: "valid", imageFormat: lastAxis}
	},
})

// MaxPooling1D is the maximum over windows of pool_size: [n, steps, channels] to
// [n, steps', channels]. The gradient goes to the first of equal values. Source:
// Keras 3, layers/pooling/base_pooling.py.
type MaxPooling1D struct {
	PoolSize []int  `arg:"pool_size,size=1,min=1" doc:"steps of a window"`
	Strides  *[]int `arg:"strides,size=1,min=1" default:"pool_size" doc:"how far apart neighbouring windows are; without it, pool_size"`
	Padding  string `arg:"padding,oneof=valid|same" doc:"valid: windows inside the sequence; same: also those that reach beyond it"`
	imageFormat
}

// Build implements [Config].
func (l *MaxPooling1D) Build(c *Context, in []*ir.Value) *ir.Value {
	return c.pool(in[0], op.Window{Reduce: scalar.Max}, l.imageFormat, l.PoolSize, l.Strides, l.Padding)
}

// Stepwise implements [Stepper].
func (l *MaxPooling1D) Stepwise(ir.Shape) bool {
	return l.alone(l.PoolSize, *cmp.Or(l.Strides, &l.PoolSize))
}
