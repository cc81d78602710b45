package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name:  "GroupedQueryAttention",
	Doc:   "Scaled dot-product attention whose heads share keys and values in groups.",
	Masks: true,
	Reads: []string{"query", "value", "key", "attention_mask"},
	New: func() Config {
		return &GroupedQueryAttention{heads: heads{UseBias: true, projection: projection{KernelInitializer: call("glorot_uniform"), BiasInitializer: call("zeros")}}}
	},
})

// GroupedQueryAttention is [MultiHeadAttention] of num_query_heads, of which
// num_query_heads/num_key_value_heads in turn read the same key and value: query [n, T,
// d], value and key [n, S, d] to [n, T, d]. The kernels are query/kernel [d,
// num_query_heads, head_dim], key/kernel and value/kernel [d, num_key_value_heads,
// head_dim] and attention_output/kernel [num_query_heads, head_dim, d]. Source: Keras
// 3, layers/attention/grouped_query_attention.py; Ainslie et al., 2023.
type GroupedQueryAttention struct {
	HeadDim          int `arg:"head_dim,required,min=1" doc:"features of a head"`
	NumQueryHeads    int `arg:"num_query_heads,required,min=1" doc:"number of heads of the query"`
	NumKeyValueHeads int `arg:"num_key_value_heads,required,min=1" doc:"number of heads of key and value, which divides the query's"`
	heads
}

// Build implements [Config].
func (g *GroupedQueryAttention) Build(c *Context, in []*ir.Value) *ir.Value {
	r, ok := attended(c, in, g.AttentionMask)
	if !ok || !sameSteps(c, r) {
		return c.poison()
	}
	if g.NumQueryHeads%g.NumKeyValueHeads != 0 {
		return c.ErrorAt("num_key_value_heads", "num_key_value_heads %d does not divide num_query_heads %d", g.NumKeyValueHeads, g.NumQueryHeads)
	}
	q, v := r.query.Shape, r.value.Shape
	switch {
	case len(q) != 3 || len(v) != 3:
		return c.Errorf("GroupedQueryAttention takes [steps, features], but %s gives %v and %s gives %v", from(r.query), q, from(r.value), v)
	case q[2] != v[2]:
		return c.Errorf("GroupedQueryAttention takes a query and a value of as many features, but %s gives %v and %s gives %v", from(r.query), q, from(r.value), v)
	}
	groups, each := g.NumKeyValueHeads, g.NumQueryHeads/g.NumKeyValueHeads
	query := g.project(c, r.query, "query", 1, g.NumQueryHeads, g.HeadDim)
	key := g.project(c, r.key, "key", 1, groups, g.HeadDim)
	grouped := ir.Shape{ir.Batch, q[1], groups, each, g.HeadDim}
	var gate *ir.Value
	if g.UseGate {
		gate = op.Unary(c.B, "sigmoid", g.project(c, r.query, "gate", 1, g.NumQueryHeads, g.HeadDim))
	}
	value := g.project(c, r.value, "value", 1, groups, g.HeadDim)
	if !query.Valid() {
		return c.poison()
	}
	plain := g.Dropout == 0 && !g.ReturnAttentionScores
	stream := c.Streaming.takes(r.query)
	if stream {
		if !g.forgets(c, r, plain) {
			return c.poison()
		}
		key, value = c.Streaming.past(c, key, "key"), c.Streaming.past(c, value, "value")
	}
	// g counts the groups and h the heads of one.
	scores := c.Named(op.Einsum(c.B, "ntghd,nsgd->nghts", op.ReshapeTo(c.B, g.scaled(c, query, g.HeadDim), grouped), key), "products")
	if !scores.Valid() {
		return c.poison()
	}
	if m := r.mask; m != nil && len(m.Shape) == 4 && m.Shape[1] != 1 {
		if m.Shape[1] != g.NumQueryHeads {
			return c.Errorf("a mask of four axes has one for every head, %d, but %s gives %v", g.NumQueryHeads, from(m), m.Shape)
		}
		r.mask = op.ReshapeTo(c.B, m, append(ir.Shape{ir.Batch, groups, each}, m.Shape[2:]...))
	}
	conditions, ok := g.conditions(c, r, scores, []int{1}, stream)
	if !ok {
		return c.poison()
	}
	probabilities := g.probabilities(c, scores, conditions, 1, plain)
	if g.ReturnAttentionScores && probabilities.Valid() { // of all heads in a row
		g.give(c, op.ReshapeTo(c.B, probabilities, ir.Shape{ir.Batch, g.NumQueryHeads, q[1], v[1]}))
	}
	probabilities = dropout(c, probabilities, g.Dropout, g.Seed)
	y := c.Named(op.Einsum(c.B, "nghts,nsgd->ntghd", probabilities, value), "heads")
	if !y.Valid() {
		return c.poison()
	}
	y = op.ReshapeTo(c.B, y, query.Shape)
	if gate != nil {
		y = c.Named(op.Binary(c.B, "mul", y, gate), "gated")
	}
	return g.project(c, y, "attention_output", 2, q[2])
}

// Stepwise implements [Stepper].
func (g *GroupedQueryAttention) Stepwise(x ir.Shape) bool { return g.stepwise(x, 1) }
