package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "AdditiveAttention",
	Doc:   "Attention by a trained sum of tanh(query + key).",
	Masks: true,
	Reads: []string{"query", "value", "key"},
	New:   func() Config { return &AdditiveAttention{UseScale: true} },
})

// AdditiveAttention is softmax(Σ scale·tanh(query + key))·value, with scale [d]: query
// [n, T, d], value [n, S, e] and key [n, S, d] to [n, T, e]. Inputs and masks are as in
// [Attention]. Source: Keras 3, layers/attention/additive_attention.py; Bahdanau et al.,
// 2015.
type AdditiveAttention struct {
	UseScale bool `arg:"use_scale" doc:"whether a trained vector multiplies the features of the sum"`
	unprojected
}

// Build implements [Config].
func (a *AdditiveAttention) Build(c *Context, in []*ir.Value) *ir.Value {
	r, ok := a.compared(c, in)
	if !ok {
		return c.poison()
	}
	sums := c.Named(op.Unary(c.B, "tanh", summed(c, r)), "tanh")
	if a.UseScale {
		scale := c.Param("scale", ir.Shape{r.query.Shape[2]}, call("glorot_uniform"), spec.Call{})
		sums = c.Named(op.Binary(c.B, "mul", sums, scale), "scaled")
	}
	return a.attend(c, r, c.Named(op.Sum(c.B, sums, false, -1), "products"))
}
