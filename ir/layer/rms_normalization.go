package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RMSNormalization",
	Doc:  "Divides every row by the root of the mean of its squares.",
	New:  func() Config { return &RMSNormalization{Axis: []int{-1}, Epsilon: 1e-6} },
})

// RMSNormalization is scale·x/√(mean(x²)+epsilon) over the last axes of a row:
// [n, …] to [n, …]. scale has the shape of these axes and begins as ones. Source:
// Keras 3, layers/normalization/rms_normalization.py; Zhang and Sennrich, 2019.
type RMSNormalization struct {
	Axis    []int   `arg:"axis" doc:"axis or axes that are normalized together, the batch being axis 0"`
	Epsilon float64 `arg:"epsilon,above=0" doc:"added to the mean of the squares"`
}

// Build implements [Config].
func (z *RMSNormalization) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	axes, ok := axesOf(c, x, z.Axis)
	if !ok {
		return c.poison()
	}
	var shape ir.Shape
	for i, a := range axes {
		if a != len(x.Shape)-len(axes)+i {
			return c.ErrorAt("axis", "RMSNormalization takes the last axes of %v, since its scale multiplies along them; a Permute layer before it puts axis %d last", x.Shape, axes[0])
		}
		shape = append(shape, x.Shape[a])
	}
	scale := c.Param("scale", shape, call("ones"), call(""))
	square := op.MapOf(c.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(0)), "square", x)
	squares := c.Named(op.Mean(c.B, c.Named(square, "square"), true, axes...), "squares")
	return normalizedBy(c, x, inverse(c, squares, z.Epsilon), scale, nil)
}

// Stepwise implements [Stepper].
func (z *RMSNormalization) Stepwise(x ir.Shape) bool { return besides(1, x, z.Axis...) }
