package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name:  "Masking",
	Doc:   "Marks the steps that hold nothing but one value, so that layers after it pass over them.",
	Steps: true,
	New:   func() Config { return &Masking{} },
})

// Masking masks every step whose features are all mask_value, and gives 0 there:
// [n, steps, features] to the same. Source: Keras 3, layers/core/masking.py.
type Masking struct {
	MaskValue float64 `arg:"mask_value" doc:"the value that stands for a missing step"`
}

// Build implements [Config].
func (m *Masking) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	steps := m.ComputeMask(c, in, nil)
	return op.Select(c.B, op.ReshapeTo(c.B, steps, append(slices.Clone(steps.Shape), 1)), x, op.Scalar(c.B, 0))
}

// ComputeMask implements [Masker].
func (m *Masking) ComputeMask(c *Context, in []*ir.Value, _ *ir.Value) *ir.Value {
	x := in[0]
	differs := c.Named(op.MapOf(c.B, counted(m.MaskValue), "mask", x), "differs")
	return c.Named(op.MaxStop(c.B, differs, false, len(x.Shape)-1), "mask")
}
