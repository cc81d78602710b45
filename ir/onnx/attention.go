package onnx

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var attentionRows = map[string]row{"Attention": {least: 3, most: 7, graph: attention}}

// headsOf takes the last axis of [batch, steps, heads·size] apart: [batch, heads, steps,
// size].
func headsOf(n *node, v *Value, name string) *ir.Value {
	x := n.plain(v)
	if !x.Valid() || v.rank() == 4 {
		return x
	}
	h := n.int(name, 0)
	if v.rank() != 3 || h < 1 || v.Shape[2]%h != 0 {
		return n.b.Errorf("%s %d of %v", name, h, v.Shape)
	}
	lead := append(ir.Shape{}, x.Shape[:front(x)]...)
	return n.turned(op.ReshapeTo(n.b, x, append(lead, v.Shape[0], v.Shape[1], h, v.Shape[2]/h)), []int{0, 2, 1, 3})
}

// repeatedHeads is [batch, heads, …] with every head so many times in a row.
func repeatedHeads(n *node, x *ir.Value, times int) *ir.Value {
	if times == 1 || !x.Valid() {
		return x
	}
	at := front(x) + 2
	split, wide, whole := slices.Insert(slices.Clone(x.Shape), at, 1), slices.Insert(slices.Clone(x.Shape), at, times), slices.Clone(x.Shape)
	whole[at-1] *= times
	return op.ReshapeTo(n.b, op.BroadcastTo(n.b, op.ReshapeTo(n.b, x, split), wide), whole)
}

// attention is softmax(Q·Kᵀ·scale + mask)·V over heads. Source: ONNX 1.24, Attention.
func attention(n *node) []*Value {
	q, k, v := headsOf(n, n.in[0], "q_num_heads"), headsOf(n, n.in[1], "kv_num_heads"), headsOf(n, n.in[2], "kv_num_heads")
	lengths := n.operand(6)
	if lengths != nil && (lengths.Known == nil || n.int("is_causal", 0) != 0) {
		return n.errorf("nonpad_kv_seqlen must be known when the model is built, and is not supported with is_causal")
	}
	if n.int("left_window_size", -1) >= 0 || n.int("right_window_size", -1) >= 0 {
		return n.errorf("windows of keys are not supported")
	}
	if !q.Valid() || !k.Valid() || !v.Valid() {
		n.failed = true
		return nil
	}
	past := joinPast(n, &k, &v)
	if n.failed || !k.Valid() || !v.Valid() {
		n.failed = true
		return nil
	}
	present := []*Value{n.computed(k, n.in[1].Type), n.computed(v, n.in[2].Type)}
	sq, sk := q.Shape[front(q):], k.Shape[front(k):]
	if sk[1] == 0 || sq[1]%sk[1] != 0 || sq[3] != sk[3] {
		return n.errorf("queries %v and keys %v", sq, sk)
	}
	k, v = repeatedHeads(n, k, sq[1]/sk[1]), repeatedHeads(n, v, sq[1]/sk[1])
	scale := n.float("scale", 1/math.Sqrt(float64(sq[3])))
	scores := multiplied(n, q, n.turned(k, []int{0, 1, 3, 2}))
	scores = op.MapOf(n.b, scalar.Call("mul", scalar.Num(scale), scalar.Arg(0)), "scale", scores)
	stages := []*ir.Value{scores} // what the fourth result may be
	if cap := n.float("softcap", 0); cap > 0 {
		scores = op.MapOf(n.b, scalar.Call("mul", scalar.Num(cap), scalar.Call("tanh", scalar.Call("div", scalar.Arg(0), scalar.Num(cap)))), "softcap", scores)
	}
	capped := scores
	masked := []*Value{n.computed(scores, n.in[0].Type)}
	if m := n.operand(3); m != nil && !n.failed {
		e := scalar.Call("add", scalar.Arg(0), scalar.Arg(1))
		if m.Type == proto.Bool {
			e = scalar.Call("select", scalar.Arg(1), scalar.Arg(0), scalar.Num(math.Inf(-1)))
		}
		if m = maskOf(n, m, sk[2]); n.failed {
			return nil
		}
		of := n.with(masked[0], m)
		masked = mapped(of, e, "mask", n.in[0].Type)
		if n.take(of) {
			return nil
		}
	}
	scores = n.plain(masked[0])
	if lengths != nil {
		scores = beforeEnd(n, scores, lengths.Known.I)
	}
	if n.int("is_causal", 0) != 0 {
		scores = causal(n, scores, past)
	}
	chances := op.Softmax(n.b, scores, -1)
	stages = append(stages, capped, scores, chances)
	y := multiplied(n, chances, v)
	if n.failed || !y.Valid() {
		n.failed = true
		return nil
	}
	if n.in[0].rank() == 3 {
		y = n.turned(y, []int{0, 2, 1, 3})
		lead := append(ir.Shape{}, y.Shape[:front(y)]...)
		y = op.ReshapeTo(n.b, y, append(lead, sq[0], sq[2], tensor.Count(y.Shape[len(y.Shape)-2:])))
	}
	out := append(one(n.computed(y, n.in[0].Type)), present...)
	if mode := n.int("qk_matmul_output_mode", 0); len(n.proto.Outputs) > 3 && mode >= 0 && mode < len(stages) {
		out = append(out, n.computed(stages[mode], n.in[0].Type))
	}
	return out
}

// joinPast puts keys and values of steps before in front, and says how many steps.
func joinPast(n *node, keys, values **ir.Value) (past int) {
	for i, x := range []**ir.Value{keys, values} {
		p := n.operand(4 + i)
		if p == nil {
			continue
		}
		before := n.plain(p)
		if !before.Valid() || p.rank() != 4 {
			n.errorf("past of shape %v", p.Shape)
			return 0
		}
		past = p.Shape[2]
		if front(before)+front(*x) > 0 {
			before, *x = rowed(n, before), rowed(n, *x)
		}
		*x = op.Concatenate(n.b, front(*x)+2, before, *x)
	}
	return past
}

// maskOf is a mask for so many keys: those after the last that it has are left out.
func maskOf(n *node, m *Value, keys int) *Value {
	if m.rank() < 2 || m.Shape[m.rank()-1] > keys || tensor.IsInteger(m.Type) {
		n.errorf("a mask %v of %d keys", m.Shape, keys)
		return m
	}
	if m.Shape[m.rank()-1] == keys {
		return m
	}
	s := slices.Clone(m.Shape)
	s[len(s)-1] = keys - s[len(s)-1]
	rest := tensor.New(m.Type, s)
	for i := range rest.F {
		rest.F[i] = math.Inf(-1)
	}
	return operator(n, "Concat", attributes{"axis": m.rank() - 1}, m, &Value{Type: m.Type, Shape: s, Known: rest})
}

// beforeEnd leaves out the keys of every entry of the batch from its length on.
func beforeEnd(n *node, scores *ir.Value, lengths []int64) *ir.Value {
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
	return op.MapOf(n.b, scalar.Call("select", scalar.Arg(1), scalar.Arg(0), scalar.Num(math.Inf(-1))), "padding", scores, op.ConstOf(n.b, ir.Shape{len(lengths), 1, 1, keys}, there))
}

// causal leaves out the keys after each query, which comes after past ones.
func causal(n *node, scores *ir.Value, past int) *ir.Value {
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
	return op.MapOf(n.b, scalar.Call("select", scalar.Arg(1), scalar.Arg(0), scalar.Num(math.Inf(-1))), "causal", scores, op.ConstOf(n.b, ir.Shape{queries, keys}, steps))
}
