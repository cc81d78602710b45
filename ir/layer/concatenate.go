package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name:  "Concatenate",
	Doc:   "Joins its inputs along one axis.",
	Merge: true,
	New:   func() Config { return &Concatenate{Axis: -1} },
})

// Concatenate joins inputs along one axis; all other extents must agree.
// Source: Keras 3, layers/merging/concatenate.py.
type Concatenate struct {
	Axis int `arg:"axis" doc:"axis to join along, the batch being axis 0"`
}

// Build implements [Config].
func (j *Concatenate) Build(c *Context, in []*ir.Value) *ir.Value {
	for _, x := range in {
		if !c.oneLength(x) {
			return c.poison()
		}
	}
	first := in[0]
	axis, ok := c.axis(first, j.Axis)
	if !ok {
		return c.poison()
	}
	for _, x := range in[1:] {
		if x.DType != first.DType {
			return c.Errorf("Concatenate takes inputs of one kind, but %s holds %v and %s holds %v", from(first), first.DType, from(x), x.DType)
		}
		fits := len(x.Shape) == len(first.Shape)
		for i := range first.Shape {
			fits = fits && (i == axis || x.Shape[i] == first.Shape[i])
		}
		if !fits {
			return c.Errorf("Concatenate along axis %d takes inputs that agree in every other axis, but %s gives %v and %s gives %v", axis, from(first), first.Shape, from(x), x.Shape)
		}
	}
	return op.Concatenate(c.B, axis, in...)
}

// ComputeMask implements [Masker]. A step counts where it does in one of the
// inputs; those without a mask count everywhere, and without any mask there is none.
func (j *Concatenate) ComputeMask(c *Context, in []*ir.Value, y *ir.Value) *ir.Value {
	axis, _ := c.axis(in[0], j.Axis)
	var masks []*ir.Value
	masked := false
	for _, x := range in {
		m := maskOver(c, x)
		if m != nil && !m.Valid() {
			return nil
		}
		if m == nil {
			m = op.Scalar(c.B, 1)
		} else {
			masked = true
		}
		masks = append(masks, m)
	}
	if !masked {
		return nil
	}
	last := len(y.Shape) - 1
	if axis == last {
		return c.Named(op.ReshapeTo(c.B, folded(c, "max", masks), y.Shape[:last]), "mask")
	}
	for i, m := range masks {
		masks[i] = op.BroadcastTo(c.B, m, append(slices.Clone(in[i].Shape[:last]), 1))
	}
	return c.Named(op.ReshapeTo(c.B, op.Concatenate(c.B, axis, masks...), y.Shape[:last]), "mask")
}

// Stepwise implements [Stepper].
func (j *Concatenate) Stepwise(x ir.Shape) bool { return besides(1, x, j.Axis) }
