package layer

import (
	"math"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// reads are the inputs of a layer that attends, by what they are.
type reads struct {
	query, value, key *ir.Value
	mask              *ir.Value // which scores count; nil: none is given
	own               bool      // key is an input of its own
}

// attended sorts the inputs: one is query and value alike, two are query and value,
// a third is the key, which otherwise is the value. With masked, the last is the mask.
func attended(c *Context, in []*ir.Value, masked bool) (reads, bool) {
	var r reads
	if masked {
		if len(in) < 2 {
			c.ErrorAt("attention_mask", "%s with attention_mask: true reads the mask as the last of its inputs; write inputs: [query, value, mask]", c.Kind)
			return r, false
		}
		in, r.mask = in[:len(in)-1], in[len(in)-1]
	}
	if len(in) > 3 {
		c.Errorf("%s takes query, value and key, but has %d inputs%s", c.Kind, len(in), map[bool]string{true: " besides the mask"}[masked])
		return r, false
	}
	r.query, r.value = in[0], in[min(1, len(in)-1)]
	r.key, r.own = in[len(in)-1], len(in) == 3
	for _, x := range in {
		if !c.floats(x) {
			return r, false
		}
		if len(x.Shape) < 3 {
			c.Errorf("%s takes steps of values, [steps, features], but %s gives %v; put a layer that gives steps before it, such as Embedding, Reshape or RepeatVector", c.Kind, from(x), x.Shape)
			return r, false
		}
	}
	if r.mask == nil {
		return r, true
	}
	if !c.oneLength(r.mask) {
		return r, false
	}
	if r.mask.DType == ir.I32 {
		bound(r.mask, 2)
	}
	return r, true
}

// condition says which scores count: where when, over args, is not 0. The args
// broadcast against the scores.
type condition struct {
	when scalar.Expr
	args []*ir.Value
}

// where is x where all conditions hold, and otherwise instead, which may read x as
// Arg(0).
func where(c *Context, x *ir.Value, conditions []condition, instead scalar.Expr, word string) *ir.Value {
	if len(conditions) == 0 {
		return x
	}
	args := []*ir.Value{x}
	y := scalar.Expr(scalar.Arg(0))
	for _, k := range conditions {
		names := make([]scalar.Expr, len(k.args))
		for i, a := range k.args {
			names[i] = scalar.Arg(len(args))
			args = append(args, a)
		}
		y = scalar.Call("select", scalar.Substitute(k.when, names), y, instead)
	}
	return op.MapOf(c.B, y, word, args...)
}

// stepNumbers is 0, 1, … up to n, along the axis that is followed by so many others.
func stepNumbers(c *Context, n, after int, part string) *ir.Value {
	shape := ir.Shape{n}
	data := make([]float64, n)
	for i := range data {
		data[i] = float64(i)
	}
	for range after {
		shape = append(shape, 1)
	}
	return c.Named(op.ConstOf(c.B, shape, data), part)
}

// stepsOf are the numbers of the steps of queries and keys, which are the last axes
// of scores. Of one step there is one query.
func stepsOf(c *Context, scores *ir.Value, stream bool) []*ir.Value {
	last := len(scores.Shape) - 1
	keys := stepNumbers(c, scores.Shape[last], 0, "key.step")
	if !stream {
		return []*ir.Value{stepNumbers(c, scores.Shape[last-1], 1, "query.step"), keys}
	}
	position := c.Streaming.position(c) // [n, 1]
	return []*ir.Value{inserted(c, position, 2, last-1), keys}
}

// causal holds where a query's step is not before that of the key.
func causal(steps []*ir.Value) condition {
	return condition{scalar.Call("ge", scalar.Arg(0), scalar.Arg(1)), steps}
}

// near holds where a query's and a key's steps are less than window apart.
func near(steps []*ir.Value, window int) condition {
	apart := scalar.Call("abs", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)))
	return condition{scalar.Call("lt", apart, scalar.Num(float64(window))), steps}
}

// given holds where a mask is not 0.
func given(mask *ir.Value) condition {
	return condition{scalar.Arg(0), []*ir.Value{mask}}
}

// inserted is x with axes of length 1 before the axis at.
func inserted(c *Context, x *ir.Value, at, axes int) *ir.Value {
	shape := append(ir.Shape{}, x.Shape[:at]...)
	for range axes {
		shape = append(shape, 1)
	}
	return op.ReshapeTo(c.B, x, append(shape, x.Shape[at:]...))
}

// heads is attention of several heads, Vaswani et al., 2017: the settings that
// MultiHeadAttention and GroupedQueryAttention have in common.
type heads struct {
	Dropout        float64 `arg:"dropout,min=0,below=1" doc:"fraction of the scores to drop while training"`
	UseBias        bool    `arg:"use_bias" doc:"whether the projections have biases"`
	SlidingWindow  *int    `arg:"sliding_window,min=1" doc:"a query attends to keys less than so many steps away; null: to all"`
	FlashAttention *bool   `arg:"flash_attention" doc:"a hint to Keras, which changes nothing here"`
	projection
	UseGate       bool   `arg:"use_gate" doc:"whether what the heads give is multiplied by a sigmoid of a projection of the query"`
	Seed          *int64 `arg:"seed" doc:"a number that makes the dropout of this layer draw other masks than one without" train:"only"`
	UseCausalMask bool   `arg:"use_causal_mask" doc:"whether a query attends to no later step; an argument of the call in Keras"`
	scored
	AttentionMask bool `arg:"attention_mask" doc:"whether the last input is a mask, [queries, keys], not 0 where a query attends to a key; an argument of the call in Keras"`
}

// scored is a layer that may give its scores as well.
type scored struct {
	ReturnAttentionScores bool `arg:"return_attention_scores" doc:"give the scores after the softmax as well: a layer that reads them writes inputs: [name.attention_scores]; an argument of the call in Keras" hash:"unless zero"`
}

// Results implements [Several].
func (s *scored) Results() []string {
	if !s.ReturnAttentionScores {
		return nil
	}
	return []string{"attention_scores"}
}

// give hands the scores over where they are asked for.
func (s *scored) give(c *Context, scores *ir.Value) {
	if s.ReturnAttentionScores && scores.Valid() {
		c.Result("attention_scores", scores)
	}
}

// stepwise reports that a query attends to no step after its own, axes being those
// of the steps that it attends to: the first after the batch is that of a sequence.
// Along others a step attends within itself.
func (h *heads) stepwise(x ir.Shape, axes ...int) bool {
	return !h.AttentionMask && !h.ReturnAttentionScores && (besides(1, x, axes...) || h.UseCausalMask && len(axes) == 1)
}

// forgets reports, of one step of a sequence, what later steps would change: a query
// to which no key counts gets the mean of all values where plain, those of later
// steps among them.
func (h *heads) forgets(c *Context, r reads, plain bool) bool {
	for _, x := range []*ir.Value{r.query, r.value, r.key} {
		if plain && c.Masks[x] != nil {
			c.Streaming.Why = "its mask leaves steps out, which then get the mean of all steps"
			return false
		}
	}
	return true
}

// project is x·kernel + bias from the last axes of x, so many of them, to axes of
// some extents: [n, …, in…] to [n, …, out…].
func (h *heads) project(c *Context, x *ir.Value, part string, bound int, out ...int) *ir.Value {
	rank := len(x.Shape)
	q := equation{in: axisNames[:rank], kernel: axisNames[rank-bound : rank+len(out)]}
	q.out = q.in[:rank-bound] + axisNames[rank:rank+len(out)]
	extent := map[byte]int{}
	for i := range rank {
		extent[q.in[i]] = x.Shape[i]
	}
	biased := make([]bool, len(q.out))
	for i, n := range out {
		extent[axisNames[rank+i]] = n
		biased[rank-bound+i] = h.UseBias
	}
	return c.Named(h.apply(c, x, q, extent, biased, part+"/"), part)
}

// scaled is query/√width.
func (h *heads) scaled(c *Context, query *ir.Value, width int) *ir.Value {
	return c.Named(op.MapOf(c.B, scalar.Call("mul", scalar.Arg(0), scalar.Num(1/math.Sqrt(float64(width)))), "scale", query), "scaled")
}

// probabilities is the softmax of scores over their last axes, half of them the
// queries' and half the keys', where only those count for which all conditions hold.
// A query to which none counts gets the mean of all values where plain, and nothing
// elsewhere: Keras computes plain attention by dot_product_attention, the rest by its
// Softmax layer (keras/src/layers/attention/multi_head_attention.py).
func (h *heads) probabilities(c *Context, scores *ir.Value, conditions []condition, keys int, plain bool) *ir.Value {
	var axes []int
	for i := range keys {
		axes = append(axes, i-keys)
	}
	if plain {
		// -0.7 times the largest bfloat16: _get_large_negative in
		// keras/src/backend/tensorflow/nn.py.
		return c.Named(softmaxOver(c, where(c, scores, conditions, scalar.Num(-0.7*3.38953e38), "masked"), axes...), "scores")
	}
	y := softmaxOver(c, where(c, scores, conditions, scalar.Num(-1e9), "masked"), axes...)
	return c.Named(where(c, y, conditions, scalar.Num(0), "masked"), "scores")
}

// conditions say which scores count: where a query attends to a key. axes are those
// of the steps.
func (h *heads) conditions(c *Context, r reads, scores *ir.Value, axes []int, stream bool) ([]condition, bool) {
	var list []condition
	shape := scores.Shape[len(scores.Shape)-2*len(axes):]
	for i, x := range []*ir.Value{r.query, r.value, r.key} {
		mask := c.Masks[x]
		if mask == nil || i == 2 && r.key == r.value {
			continue
		}
		if len(axes) != 1 || axes[0] != len(x.Shape)-2 || len(mask.Shape) != len(x.Shape)-1 {
			c.Errorf("%s takes masks of the steps before the features, but %s gives %v with a mask %v", c.Kind, from(x), x.Shape, mask.Shape)
			return nil, false
		}
		if last := len(mask.Shape); i == 0 {
			mask = inserted(c, mask, last, 1)
		} else {
			if stream {
				mask = c.Streaming.past(c, mask, []string{"", "value_mask", "key_mask"}[i])
			}
			mask = inserted(c, mask, last-1, 1)
		}
		list = append(list, given(inserted(c, mask, len(mask.Shape)-2, len(scores.Shape)-len(mask.Shape))))
	}
	if (h.UseCausalMask || h.SlidingWindow != nil) && len(axes) != 1 {
		c.Errorf("use_causal_mask and sliding_window take steps along one axis, but attention_axes has %d", len(axes))
		return nil, false
	}
	if h.UseCausalMask {
		list = append(list, causal(stepsOf(c, scores, stream)))
	}
	if h.SlidingWindow != nil {
		list = append(list, near(stepsOf(c, scores, stream), *h.SlidingWindow))
	}
	if r.mask == nil {
		return list, true
	}
	// Axes come before those of the steps, as many as are missing.
	mask := r.mask
	if missing := len(scores.Shape) - len(mask.Shape); missing > 0 && len(mask.Shape) > 2*len(axes) {
		mask = inserted(c, mask, len(mask.Shape)-2*len(axes), missing)
	}
	if s, err := ir.Broadcast(scores.Shape, mask.Shape); err != nil || !s.Equal(scores.Shape) {
		c.Errorf("the attention mask has the axes [queries, keys], %s here, but %s gives %v", Flow(shape), from(r.mask), r.mask.Shape)
		return nil, false
	}
	return append(list, given(mask)), true
}

// sameSteps reports value and key whose axes before the last differ.
func sameSteps(c *Context, r reads) bool {
	if last := len(r.value.Shape) - 1; len(r.key.Shape) == last+1 && r.key.Shape[:last].Equal(r.value.Shape[:last]) {
		return true
	}
	c.Errorf("%s takes a value and a key of the same steps, but %s gives %v and %s gives %v", c.Kind, from(r.value), r.value.Shape, from(r.key), r.key.Shape)
	return false
}

// letters are the axes of a tensor, by their names, of those that are marked.
func letters(of string, marked func(i int) bool) string {
	var b strings.Builder
	for i := range len(of) {
		if marked(i) {
			b.WriteByte(of[i])
		}
	}
	return b.String()
}
