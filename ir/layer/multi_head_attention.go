package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name:  "MultiHeadAttention",
	Doc:   "Scaled dot-product attention of several heads.",
	Masks: true,
	Reads: []string{"query", "value", "key", "attention_mask"},
	New: func() Config {
		return &MultiHeadAttention{heads: heads{UseBias: true, projection: projection{KernelInitializer: call("glorot_uniform"), BiasInitializer: call("zeros")}}}
	},
})

// MultiHeadAttention projects query [n, …, T, d], key and value [n, …, S, e] to heads,
// takes softmax(query·keyᵀ/√key_dim)·value for every head, and projects what they
// give together to [n, …, T, output_shape…]. inputs is [query, value] or [query,
// value, key], the key otherwise being the value; one input is all three. The kernels
// are query/kernel [d, num_heads, key_dim], key/kernel, value/kernel [e, num_heads,
// value_dim] and attention_output/kernel [num_heads, value_dim, output_shape…]. What
// Keras passes to the call are arguments here, and an attention mask is the last of the
// inputs. Masks that the inputs carry join it, and the result carries the query's.
// Source: Keras 3, layers/attention/multi_head_attention.py; Vaswani et al., 2017.
type MultiHeadAttention struct {
	NumHeads      int   `arg:"num_heads,required,min=1" doc:"number of heads"`
	KeyDim        int   `arg:"key_dim,required,min=1" doc:"features of a head's query and key"`
	ValueDim      *int  `arg:"value_dim,min=1" doc:"features of a head's value; null: key_dim"`
	OutputShape   []int `arg:"output_shape,min=1" doc:"extents of what a query gets; without it, the features of the query"`
	AttentionAxes []int `arg:"attention_axes" doc:"axes of the steps, the batch being axis 0; without it, all between batch and features"`
	heads
}

// Build implements [Config].
func (m *MultiHeadAttention) Build(c *Context, in []*ir.Value) *ir.Value {
	r, ok := attended(c, in, m.AttentionMask)
	if !ok || !sameSteps(c, r) {
		return c.poison()
	}
	axes, ok := m.axes(c, r)
	if !ok {
		return c.poison()
	}
	width := m.KeyDim
	if m.ValueDim != nil {
		width = *m.ValueDim
	}
	query := m.project(c, r.query, "query", 1, m.NumHeads, m.KeyDim)
	key := m.project(c, r.key, "key", 1, m.NumHeads, m.KeyDim)
	var gate *ir.Value
	if m.UseGate {
		gate = op.Unary(c.B, "sigmoid", m.project(c, r.query, "gate", 1, m.NumHeads, width))
	}
	value := m.project(c, r.value, "value", 1, m.NumHeads, width)
	plain := m.Dropout == 0 && len(r.query.Shape) == 3 && !m.ReturnAttentionScores
	stream := c.Streaming.takes(r.query) && axes[0] == 1
	if stream {
		if !m.forgets(c, r, plain) {
			return c.poison()
		}
		key, value = c.Streaming.past(c, key, "key"), c.Streaming.past(c, value, "value")
	}

	// query, of key and value, and of the scores: letters of the axes.
	rank := len(r.query.Shape) + 1
	target := axisNames[:rank]
	source := []byte(target)
	for i, a := range axes {
		source[a] = axisNames[rank+i]
	}
	scored := letters(target, func(i int) bool { return i < rank-1 && !slices.Contains(axes, i) })
	for _, a := range axes {
		scored += target[a : a+1]
	}
	for _, a := range axes {
		scored += string(source[a])
	}
	scores := c.Named(op.Einsum(c.B, target+","+string(source)+"->"+scored, m.scaled(c, query, m.KeyDim), key), "products")
	if !scores.Valid() {
		return c.poison()
	}
	conditions, ok := m.conditions(c, r, scores, axes, stream)
	if !ok {
		return c.poison()
	}
	probabilities := m.probabilities(c, scores, conditions, len(axes), plain)
	m.give(c, probabilities)
	probabilities = dropout(c, probabilities, m.Dropout, m.Seed)
	y := c.Named(op.Einsum(c.B, scored+","+string(source)+"->"+target, probabilities, value), "heads")
	if gate != nil {
		y = c.Named(op.Binary(c.B, "mul", y, gate), "gated")
	}
	out := m.OutputShape
	if len(out) == 0 {
		out = []int{r.query.Shape[len(r.query.Shape)-1]}
	}
	return m.project(c, y, "attention_output", 2, out...)
}

// Stepwise implements [Stepper].
func (m *MultiHeadAttention) Stepwise(x ir.Shape) bool {
	axes := m.AttentionAxes
	if len(axes) == 0 {
		for i := 1; i < len(x)-1; i++ {
			axes = append(axes, i)
		}
	}
	return m.stepwise(x, axes...)
}

// axes are those of the steps, in the order in which they are written.
func (m *MultiHeadAttention) axes(c *Context, r reads) ([]int, bool) {
	q, v := r.query.Shape, r.value.Shape
	if len(q) != len(v) {
		c.Errorf("MultiHeadAttention takes inputs of as many axes, but %s gives %v and %s gives %v", from(r.query), q, from(r.value), v)
		return nil, false
	}
	if most := len(axisNames); 2*len(q)+len(m.OutputShape) > most {
		c.Errorf("%v has too many axes for MultiHeadAttention", q)
		return nil, false
	}
	var axes []int
	for _, a := range m.AttentionAxes {
		at, ok := namedAxis(c, "attention_axes", r.query, a)
		switch {
		case !ok:
			return nil, false
		case at == len(q)-1:
			c.ErrorAt("attention_axes", "attention_axes: axis %d holds the features; the axes of the steps of %v are 1 to %d", a, q, len(q)-2)
			return nil, false
		case slices.Contains(axes, at):
			c.ErrorAt("attention_axes", "attention_axes: axis %d is in the list twice", a)
			return nil, false
		}
		axes = append(axes, at)
	}
	for i := 1; i < len(q)-1; i++ {
		switch {
		case len(m.AttentionAxes) == 0:
			axes = append(axes, i)
		case !slices.Contains(axes, i) && q[i] != v[i]:
			c.Errorf("axis %d is none of the steps' and has one length for query and value, but %s gives %v and %s gives %v", i, from(r.query), q, from(r.value), v)
			return nil, false
		}
	}
	return axes, true
}
