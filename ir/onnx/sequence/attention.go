package sequence

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/product"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var attentionRows = map[string]node.Row{"Attention": {Least: 3, Most: 7, Graph: attention}}

// headsOf takes the last axis of [batch, steps, heads·size] apart: [batch, heads, steps,
// size].
func headsOf(n *node.Node, v *node.Value, name string) *ir.Value {
	x := n.Plain(v)
	if !x.Valid() || v.Rank() == 4 {
		return x
	}
	h := n.Int(name, 0)
	if v.Rank() != 3 || h < 1 || v.Shape[2]%h != 0 {
		return n.B.Errorf("%s %d of %v", name, h, v.Shape)
	}
	lead := append(ir.Shape{}, x.Shape[:node.Front(x)]...)
	return n.Turned(op.ReshapeTo(n.B, x, append(lead, v.Shape[0], v.Shape[1], h, v.Shape[2]/h)), []int{0, 2, 1, 3})
}

// repeatedHeads is [batch, heads, …] with every head so many times in a row.
func repeatedHeads(n *node.Node, x *ir.Value, times int) *ir.Value {
	if times == 1 || !x.Valid() {
		return x
	}
	at := node.Front(x) + 2
	split, wide, whole := slices.Insert(slices.Clone(x.Shape), at, 1), slices.Insert(slices.Clone(x.Shape), at, times), slices.Clone(x.Shape)
	whole[at-1] *= times
	return op.ReshapeTo(n.B, op.BroadcastTo(n.B, op.ReshapeTo(n.B, x, split), wide), whole)
}

// attention is softmax(Q·Kᵀ·scale + mask)·V over heads. Source: ONNX 1.24, Attention.
func attention(n *node.Node) []*node.Value {
	q, k, v := headsOf(n, n.In[0], "q_num_heads"), headsOf(n, n.In[1], "kv_num_heads"), headsOf(n, n.In[2], "kv_num_heads")
	lengths := n.Operand(6)
	if lengths != nil && (lengths.Known == nil || n.Int("is_causal", 0) != 0) {
		return n.Errorf("nonpad_kv_seqlen must be known when the model is built, and is not supported with is_causal")
	}
	if n.Int("left_window_size", -1) >= 0 || n.Int("right_window_size", -1) >= 0 {
		return n.Errorf("windows of keys are not supported")
	}
	if !q.Valid() || !k.Valid() || !v.Valid() {
		n.Failed = true
		return nil
	}
	past := joinPast(n, &k, &v)
	if n.Failed || !k.Valid() || !v.Valid() {
		n.Failed = true
		return nil
	}
	present := []*node.Value{n.Computed(k, n.In[1].Type), n.Computed(v, n.In[2].Type)}
	sq, sk := q.Shape[node.Front(q):], k.Shape[node.Front(k):]
	if sk[1] == 0 || sq[1]%sk[1] != 0 || sq[3] != sk[3] {
		return n.Errorf("queries %v and keys %v", sq, sk)
	}
	k, v = repeatedHeads(n, k, sq[1]/sk[1]), repeatedHeads(n, v, sq[1]/sk[1])
	scale := n.Float("scale", 1/math.Sqrt(float64(sq[3])))
	scores := product.Multiplied(n, q, n.Turned(k, []int{0, 1, 3, 2}))
	scores = op.MapOf(n.B, scalar.Call("mul", scalar.Num(scale), scalar.Arg(0)), "scale", scores)
	stages := []*ir.Value{scores} // what the fourth result may be
	if cap := n.Float("softcap", 0); cap > 0 {
		scores = op.MapOf(n.B, scalar.Call("mul", scalar.Num(cap), scalar.Call("tanh", scalar.Call("div", scalar.Arg(0), scalar.Num(cap)))), "softcap", scores)
	}
	capped := scores
	masked := []*node.Value{n.Computed(scores, n.In[0].Type)}
	if m := n.Operand(3); m != nil && !n.Failed {
		e := scalar.Call("add", scalar.Arg(0), scalar.Arg(1))
		if m.Type == proto.Bool {
			e = scalar.Call("select", scalar.Arg(1), scalar.Arg(0), scalar.Num(math.Inf(-1)))
		}
		if m = maskOf(n, m, sk[2]); n.Failed {
			return nil
		}
		of := n.With(masked[0], m)
		masked = node.Mapped(of, e, "mask", n.In[0].Type)
		if n.Take(of) {
			return nil
		}
	}
	scores = n.Plain(masked[0])
	if lengths != nil {
		scores = beforeEnd(n, scores, lengths.Known.I)
	}
	if n.Int("is_causal", 0) != 0 {
		scores = causal(n, scores, past)
	}
	chances := op.Softmax(n.B, scores, -1)
	stages = append(stages, capped, scores, chances)
	y := product.Multiplied(n, chances, v)
	if n.Failed || !y.Valid() {
		n.Failed = true
		return nil
	}
	if n.In[0].Rank() == 3 {
		y = n.Turned(y, []int{0, 2, 1, 3})
		lead := append(ir.Shape{}, y.Shape[:node.Front(y)]...)
		y = op.ReshapeTo(n.B, y, append(lead, sq[0], sq[2], tensor.Count(y.Shape[len(y.Shape)-2:])))
	}
	out := append(node.One(n.Computed(y, n.In[0].Type)), present...)
	if mode := n.Int("qk_matmul_output_mode", 0); len(n.Proto.Outputs) > 3 && mode >= 0 && mode < len(stages) {
		out = append(out, n.Computed(stages[mode], n.In[0].Type))
	}
	return out
}

// joinPast puts keys and values of steps before in front, and says how many steps.
func joinPast(n *node.Node, keys, values **ir.Value) (past int) {
	for i, x := range []**ir.Value{keys, values} {
		p := n.Operand(4 + i)
		if p == nil {
			continue
		}
		before := n.Plain(p)
		if !before.Valid() || p.Rank() != 4 {
			n.Errorf("past of shape %v", p.Shape)
			return 0
		}
		past = p.Shape[2]
		if node.Front(before)+node.Front(*x) > 0 {
			before, *x = node.Rowed(n, before), node.Rowed(n, *x)
		}
		*x = op.Concatenate(n.B, node.Front(*x)+2, before, *x)
	}
	return past
}

// maskOf is a mask for so many keys: those after the last that it has are left out.
func maskOf(n *node.Node, m *node.Value, keys int) *node.Value {
	if m.Rank() < 2 || m.Shape[m.Rank()-1] > keys || tensor.IsInteger(m.Type) {
		n.Errorf("a mask %v of %d keys", m.Shape, keys)
		return m
	}
	if m.Shape[m.Rank()-1] == keys {
		return m
	}
	s := slices.Clone(m.Shape)
	s[len(s)-1] = keys - s[len(s)-1]
	rest := tensor.New(m.Type, s)
	for i := range rest.F {
		rest.F[i] = math.Inf(-1)
	}
	return node.Operator(n, "Concat", node.Attributes{"axis": m.Rank() - 1}, m, &node.Value{Type: m.Type, Shape: s, Known: rest})
}

// beforeEnd leaves out the keys of every entry of the batch from its length on.
func beforeEnd(n *node.Node, scores *ir.Value, lengths []int64) *ir.Value {
	if !scores.Valid() {
		return scores
	}
	keys := scores.Shape[len(scores.Shape)-1]
	there := make([]float64, 0, len(lengths)*keys)
	for _, size := range lengths {
		for j := range keys {
			is := 0.0
			if int64(j) < size {
				is = 1
			}
			there = append(there, is)
		}
	}
	return op.MapOf(n.B, scalar.Call("select", scalar.Arg(1), scalar.Arg(0), scalar.Num(math.Inf(-1))), "padding", scores, op.ConstOf(n.B, ir.Shape{len(lengths), 1, 1, keys}, there))
}

// causal leaves out the keys after each query, which comes after past ones.
func causal(n *node.Node, scores *ir.Value, past int) *ir.Value {
	if !scores.Valid() {
		return scores
	}
	queries, keys := scores.Shape[len(scores.Shape)-2], scores.Shape[len(scores.Shape)-1]
	steps := make([]float64, queries*keys)
	for i := range queries {
		for j := range keys {
			if j <= i+past {
				steps[i*keys+j] = 1
			}
		}
	}
	return op.MapOf(n.B, scalar.Call("select", scalar.Arg(1), scalar.Arg(0), scalar.Num(math.Inf(-1))), "causal", scores, op.ConstOf(n.B, ir.Shape{queries, keys}, steps))
}
