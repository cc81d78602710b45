package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name:  "UnitNormalization",
	Doc:   "Divides every row by its length.",
	Masks: true,
	New:   func() Config { return &UnitNormalization{Axis: []int{-1}} },
})

// UnitNormalization is x·min(1/√Σx², 1e12) over some axes of a row: [n, …] to
// [n, …]. Source: Keras 3, layers/normalization/unit_normalization.py.
type UnitNormalization struct {
	Axis []int `arg:"axis" doc:"axis or axes of which the length is taken together, the batch being axis 0"`
}

// Build implements [Config].
func (z *UnitNormalization) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	axes, ok := axesOf(c, x, z.Axis)
	if !ok {
		return c.poison()
	}
	return unit(c, x, 1e12, "unit", axes...)
}

// Stepwise implements [Stepper].
func (z *UnitNormalization) Stepwise(x ir.Shape) bool { return besides(1, x, z.Axis...) }
