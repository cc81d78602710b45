package layer

import (
	"cmp"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "AveragePooling3D",
	Doc:  "The mean of every window of a volume.",
	New: func() Config {
		return &AveragePooling3D{Padding: "valid", imageFormat: lastAxis}
	},
})

// AveragePooling3D is the mean over windows of pool_size: [n, depth,
// height, width, channels] to [n, depth', height', width', channels]. Points outside do not count.
// Source: Keras 3, layers/pooling/base_pooling.py.
type AveragePooling3D struct {
	PoolSize []int  `arg:"pool_size,required,size=3,min=1" doc:"depth, height and width of a window"`
	Strides  *[]int `arg:"strides,size=3,min=1" default:"pool_size" doc:"how far apart neighbouring windows are; without it, pool_size"`
	Padding  string `arg:"padding,oneof=valid|same" doc:"valid: windows inside the volume; same: also those that reach beyond it"`
	imageFormat
}

// Build implements [Config].
func (l *AveragePooling3D) Build(c *Context, in []*ir.Value) *ir.Value {
	return c.pool(in[0], op.Window{Reduce: scalar.Sum, Mean: true}, l.imageFormat, l.PoolSize, l.Strides, l.Padding)
}

// Stepwise implements [Stepper].
func (l *AveragePooling3D) Stepwise(ir.Shape) bool {
	return l.alone(l.PoolSize, *cmp.Or(l.Strides, &l.PoolSize))
}
