package layer

import "github.com/nngen-go/nngen/ir"

var _ = register(Info{
	Name:  "Softmax",
	Doc:   "exp(x), divided by its sum over an axis.",
	Masks: true,
	New:   func() Config { return &Softmax{Axis: []int{-1}} },
})

// Softmax is exp(x)/Σ exp(x), the sum taken over the axes together: [n, …] to
// [n, …]. Source: Keras 3, layers/activations/softmax.py.
type Softmax struct {
	Axis []int `arg:"axis" doc:"axis of the sum, or a list of axes; the batch is axis 0"`
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
	n := 1
	for _, a := range axes {
		n *= x.Shape[a]
	}
	if n == 1 {
		return c.ErrorAt("axis", "a softmax over one element always gives 1; for two classes use a Dense layer of one unit with activation: sigmoid (and binary_crossentropy), or of two units")
	}
	y := softmaxOver(c, x, axes...)
	// A cross-entropy sums over the last axis.
	if y.Valid() && len(axes) == 1 && axes[0] == len(x.Shape)-1 {
		c.Logits[y] = x
	}
	return y
}
