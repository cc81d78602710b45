package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "Attention",
	Doc:   "Dot-product attention without projections.",
	Masks: true,
	Reads: []string{"query", "value", "key"},
	New:   func() Config { return &Attention{ScoreMode: "dot"} },
})

// Attention is softmax(scores)·value, with scores query·keyᵀ, or Σ tanh(query + key)
// times a trained number: query [n, T, d], value [n, S, e] and key [n, S, d] to [n, T,
// e]. inputs is [query, value] or [query, value, key], the key otherwise being the
// value; one input is all three. scale and concat_score_weight are single numbers.
// Steps that the value's mask leaves out get no attention, and queries that their mask
// leaves out give 0. Source: Keras 3, layers/attention/attention.py; Luong et al., 2015.
type Attention struct {
	UseScale  bool   `arg:"use_scale" doc:"whether a trained number multiplies the scores, or in mode concat the sums"`
	ScoreMode string `arg:"score_mode,oneof=dot|concat" doc:"how a query is compared with a key: by their product, or by Σ tanh of their sum"`
	unprojected
}

// unprojected is what Attention and AdditiveAttention have in common.
type unprojected struct {
	Dropout       float64 `arg:"dropout,min=0,below=1" doc:"fraction of the scores to drop while training" train:"only"`
	Seed          *int64  `arg:"seed" doc:"a number that makes the dropout of this layer draw other masks than one without" train:"only"`
	UseCausalMask bool    `arg:"use_causal_mask" doc:"whether a query attends to no later step; an argument of the call in Keras"`
	scored
}

// Build implements [Config].
func (a *Attention) Build(c *Context, in []*ir.Value) *ir.Value {
	r, ok := a.compared(c, in)
	if !ok {
		return c.poison()
	}
	var scale, weight *ir.Value
	if a.UseScale {
		scale = c.Param("scale", ir.Shape{}, call("ones"), spec.Call{})
	}
	if a.ScoreMode == "concat" {
		weight = c.Param("concat_score_weight", ir.Shape{}, call("ones"), spec.Call{})
		sums := summed(c, r)
		if a.UseScale {
			sums = c.Named(op.Binary(c.B, "mul", sums, scale), "scaled")
		}
		scores := c.Named(op.Sum(c.B, c.Named(op.Unary(c.B, "tanh", sums), "tanh"), false, -1), "sums")
		return a.attend(c, r, c.Named(op.Binary(c.B, "mul", scores, weight), "products"))
	}
	scores := c.Named(op.Einsum(c.B, "ntd,nsd->nts", r.query, r.key), "products")
	if a.UseScale {
		scores = c.Named(op.Binary(c.B, "mul", scores, scale), "scaled")
	}
	return a.attend(c, r, scores)
}

// compared sorts the inputs of a layer that compares query and key as they are; of
// one step of a sequence, key and value are those of the steps so far.
func (a *unprojected) compared(c *Context, in []*ir.Value) (reads, bool) {
	r, ok := attended(c, in, false)
	if !ok || !sameSteps(c, r) {
		return r, false
	}
	q, k := r.query.Shape, r.key.Shape
	if len(q) != 3 || len(k) != 3 || q[2] != k[2] {
		c.Errorf("%s takes a query and a key, [steps, features], of as many features, but %s gives %v and %s gives %v", c.Kind, from(r.query), q, from(r.key), k)
		return r, false
	}
	if c.Streaming.takes(r.query) {
		mask := c.Masks[r.value]
		r.value, r.key = c.Streaming.past(c, r.value, "value"), c.Streaming.past(c, r.key, "key")
		if mask != nil {
			c.Masks[r.value] = c.Streaming.past(c, mask, "mask")
		}
	}
	return r, true
}

// Stepwise implements [Stepper].
func (a *unprojected) Stepwise(ir.Shape) bool { return a.UseCausalMask && !a.ReturnAttentionScores }

// summed is query + key for each pair of steps, [n, T, S, d].
func summed(c *Context, r reads) *ir.Value {
	return c.Named(op.Binary(c.B, "add", inserted(c, r.query, 2, 1), inserted(c, r.key, 1, 1)), "summed")
}

// attend is softmax(scores)·value. A score that does not count is 1e9 less.
func (a *unprojected) attend(c *Context, r reads, scores *ir.Value) *ir.Value {
	if !scores.Valid() {
		return c.poison()
	}
	var conditions []condition
	if mask := c.Masks[r.value]; mask != nil {
		conditions = append(conditions, given(inserted(c, mask, 1, 1)))
	}
	if a.UseCausalMask {
		conditions = append(conditions, causal(stepsOf(c, scores, c.Streaming.takes(r.query))))
	}
	scores = where(c, scores, conditions, scalar.Call("sub", scalar.Arg(0), scalar.Num(1e9)), "masked")
	probabilities := dropout(c, c.Named(softmaxOver(c, scores, -1), "scores"), a.Dropout, a.Seed)
	a.give(c, probabilities)
	y := op.Einsum(c.B, "nts,nsd->ntd", probabilities, r.value)
	if mask := c.Masks[r.query]; mask != nil {
		y = where(c, c.Named(y, "attended"), []condition{given(inserted(c, mask, 2, 1))}, scalar.Num(0), "masked")
	}
	return y
}
