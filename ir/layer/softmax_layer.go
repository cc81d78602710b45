package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name:  "Softmax",
	Doc:   "exp(x), divided by its sum over an axis.",
	Masks: true,
	Reads: []string{"what it is applied to", "mask"},
	New:   func() Config { return &Softmax{Axis: []int{-1}} },
})

// Softmax is exp(x)/Σ exp(x), the sum taken over the axes together: [n, …] to
// [n, …]. With a mask, which stretches to the shape of x, values where it is 0 do not
// count and give 0. Source: Keras 3, layers/activations/softmax.py.
type Softmax struct {
	Axis []int `arg:"axis" doc:"axis of the sum, or a list of axes; the batch is axis 0"`
	Mask bool  `arg:"mask" doc:"whether the last of two inputs is a mask, not 0 where a value counts; an argument of the call in Keras" hash:"unless zero"`
}

// Build implements [Config].
func (s *Softmax) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	axes, ok := axesOf(c, x, s.Axis)
	if !ok {
		return c.poison()
	}
	if m := c.Masks[x]; m != nil {
		return c.Errorf("%s gives %v with a mask %v, and Softmax takes a mask of every value, not of every step; write Activation: softmax, which hands the mask on", from(x), x.Shape, m.Shape)
	}
	if s.Mask != (len(in) == 2) {
		return c.ErrorAt("mask", "Softmax reads one input, or with mask: true a second one, its mask; it has %d", len(in))
	}
	n := 1
	for _, a := range axes {
		n *= x.Shape[a]
	}
	if n == 1 {
		return c.ErrorAt("axis", "a softmax over one element always gives 1; for two classes use a Dense layer of one unit with activation: sigmoid (and binary_crossentropy), or of two units")
	}
	if s.Mask {
		mask := in[1]
		if !c.oneLength(mask) {
			return c.poison()
		}
		if t, err := ir.Broadcast(x.Shape, mask.Shape); err != nil || !t.Equal(x.Shape) {
			return c.Errorf("a mask stretches to the shape of what it masks, but %s gives %v and %s gives %v", from(x), x.Shape, from(mask), mask.Shape)
		}
		if mask.DType == ir.I32 {
			bound(mask, 2)
		}
		counts := []condition{given(mask)}
		y := softmaxOver(c, c.Named(where(c, x, counts, scalar.Num(-1e9), "masked"), "masked"), axes...)
		return where(c, c.Named(y, "softmax"), counts, scalar.Num(0), "masked")
	}
	y := softmaxOver(c, x, axes...)
	// A cross-entropy sums over the last axis.
	if y.Valid() && len(axes) == 1 && axes[0] == len(x.Shape)-1 {
		c.Logits[y] = x
	}
	return y
}

// Stepwise implements [Stepper].
func (s *Softmax) Stepwise(x ir.Shape) bool { return besides(1, x, s.Axis...) }
