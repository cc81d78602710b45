package sequence

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/layout"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/product"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Operators of language models: positions as angles, and attention that keeps a state.

var recallRows = map[string]node.Row{
	"RotaryEmbedding":     {Least: 3, Most: 4, IDs: true, Graph: rotary},
	"CausalConvWithState": {Least: 2, Most: 4, Graph: causalConv},
	"LinearAttention":     {Least: 3, Most: 6, Graph: linearAttention},
	"TensorScatter":       {Least: 2, Most: 3, Graph: tensorScatter},
}

// Preview are the operators of the domain ai.onnx.preview.
var Preview = map[string]node.Row{"FlexAttention": {Least: 3, Most: 3, Graph: flexAttention}}

// rotary turns pairs of elements by the angles of their positions. Source: ONNX 1.23,
// RotaryEmbedding.
func rotary(n *node.Node) []*node.Value {
	v, cos, sin := n.In[0], n.In[1], n.In[2]
	x := v
	switch heads := n.Int("num_heads", 0); {
	case v.Rank() == 4:
		x = node.Operator(n, "Transpose", node.Attributes{"perm": []int{0, 2, 1, 3}}, v)
	case v.Rank() == 3 && heads > 0 && v.Shape[2]%heads == 0:
		x = node.ShapedAs(n, v, []int{v.Shape[0], v.Shape[1], heads, v.Shape[2] / heads})
	default:
		return n.Errorf("%v in %d heads", v.Shape, heads)
	}
	if ids := n.Operand(3); ids != nil {
		cos, sin = node.Operator(n, "Gather", nil, cos, ids), node.Operator(n, "Gather", nil, sin, ids)
	}
	if n.Failed {
		return nil
	}
	size := x.Shape[3]
	turned := n.Int("rotary_embedding_dim", 0)
	if turned == 0 {
		turned = size
	}
	if turned < 2 || turned > size || turned%2 != 0 || cos.Rank() != 3 || cos.Shape[2] != turned/2 || !slices.Equal(cos.Shape, sin.Shape) {
		return n.Errorf("%d of %d elements turned by angles %v", turned, size, cos.Shape)
	}
	cos, sin = node.Operator(n, "Unsqueeze", node.Attributes{"axes": []int{2}}, cos), node.Operator(n, "Unsqueeze", node.Attributes{"axes": []int{2}}, sin)
	interleaved := n.Int("interleaved", 0) != 0
	first, second := node.PartFrom(n, x, 3, 0, turned/2, 1), node.PartFrom(n, x, 3, turned/2, turned, 1)
	if interleaved {
		first, second = node.PartFrom(n, x, 3, 0, turned, 2), node.PartFrom(n, x, 3, 1, turned, 2)
	}
	turn := func(word string, e1, e2 *node.Value) *node.Value {
		a, b := n.Then(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), word, v.Type, first, e1), n.Then(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), word, v.Type, second, e2)
		if word == "real" {
			return n.Then(scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), word, v.Type, a, b)
		}
		return n.Then(scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), word, v.Type, a, b)
	}
	real, imaginary := turn("real", cos, sin), turn("imaginary", sin, cos)
	if n.Failed {
		return nil
	}
	var y *node.Value
	if s := slices.Clone(real.Shape); interleaved {
		real, imaginary = node.ShapedAs(n, real, append(s, 1)), node.ShapedAs(n, imaginary, append(s, 1))
		y = node.ShapedAs(n, node.Operator(n, "Concat", node.Attributes{"axis": 4}, real, imaginary), append(s[:3:3], turned))
	} else {
		y = node.Operator(n, "Concat", node.Attributes{"axis": 3}, real, imaginary)
	}
	if turned < size {
		y = node.Operator(n, "Concat", node.Attributes{"axis": 3}, y, node.PartFrom(n, x, 3, turned, size, 1))
	}
	if v.Rank() == 4 {
		y = node.Operator(n, "Transpose", node.Attributes{"perm": []int{0, 2, 1, 3}}, y)
	} else {
		y = node.ShapedAs(n, y, v.Shape)
	}
	if n.Failed {
		return nil
	}
	return node.One(y)
}

// causalConv is a convolution of every channel apart that sees nothing to come, and the
// places that the next call sees before its own. Source: ONNX 1.23, CausalConvWithState.
func causalConv(n *node.Node) []*node.Value {
	x, w, past := n.In[0], n.In[1], n.Operand(3)
	if x.Rank() != 3 || w.Rank() != 3 || w.Shape[0] != x.Shape[1] || w.Shape[1] != 1 {
		return n.Errorf("weights %v over %v", w.Shape, x.Shape)
	}
	before := w.Shape[2] - 1
	whole := x
	if before > 0 {
		if past == nil {
			past = node.Zeros(x.Type, x.Shape[0], x.Shape[1], before)
		}
		whole = node.Operator(n, "Concat", node.Attributes{"axis": 2}, past, x)
	}
	in := []*node.Value{whole, w}
	if b := n.Operand(2); b != nil {
		in = append(in, b)
	}
	y := node.Operator(n, "Conv", node.Attributes{"group": x.Shape[1]}, in...)
	switch n.Text("activation", "none") {
	case "none":
	case "silu", "swish":
		y = node.Operator(n, "Swish", nil, y)
	default:
		return n.Errorf("the activation %s", n.Text("activation", "none"))
	}
	present := node.Zeros(x.Type, x.Shape[0], x.Shape[1], 0)
	if before > 0 && !n.Failed {
		present = node.PartFrom(n, whole, 2, x.Shape[2], x.Shape[2]+before, 1)
	}
	if n.Failed {
		return nil
	}
	return []*node.Value{y, present}
}

// flexAttention is attention whose scores and chances pass through graphs of their own.
// Source: ONNX 1.23, FlexAttention.
func flexAttention(n *node.Node) []*node.Value {
	for _, v := range n.In {
		if v.Rank() != 4 {
			return n.Errorf("shapes %v; batch, heads, steps and size are meant", n.Shapes())
		}
	}
	q, k, v := n.X(0), n.X(1), n.X(2)
	if !q.Valid() || !k.Valid() || !v.Valid() {
		return n.Errorf("its operands are not valid")
	}
	sq, sk := n.In[0].Shape, n.In[1].Shape
	if sk[1] == 0 || sq[1]%sk[1] != 0 || n.In[2].Shape[1] != sk[1] {
		return n.Errorf("%d heads of queries and %d of keys", sq[1], sk[1])
	}
	k, v = repeatedHeads(n, k, sq[1]/sk[1]), repeatedHeads(n, v, sq[1]/sk[1])
	scores := product.Multiplied(n, q, n.Turned(k, []int{0, 1, 3, 2}))
	scale := n.Float("scale", 1/math.Sqrt(float64(sq[3])))
	t := proto.Type(n.Int("softmax_precision", int(proto.Float32)))
	through := func(x *ir.Value, name string) *ir.Value {
		a := n.Attribute(name)
		if n.Failed || a == nil || a.Graph == nil {
			return x
		}
		of := n.Computed(x, t)
		out := node.Called(n, a.Graph, of)
		if n.Failed || len(out) != 1 || !slices.Equal(out[0].Shape, of.Shape) {
			n.Errorf("%s must give one result of the shape of its operand", name)
			return x
		}
		return n.Plain(out[0])
	}
	scores = through(op.MapOf(n.B, scalar.Call("mul", scalar.Num(scale), scalar.Arg(0)), "scale", scores), "score_mod")
	chances := through(op.Softmax(n.B, scores, -1), "prob_mod")
	y := product.Multiplied(n, chances, v)
	if n.Failed {
		return nil
	}
	return node.One(n.Computed(y, n.In[0].Type))
}

// tensorScatter puts an update into a cache, at places that are known for every entry of
// the batch. Source: ONNX 1.23, TensorScatter.
func tensorScatter(n *node.Node) []*node.Value {
	cache, update := n.In[0], n.In[1]
	axis := n.Axis(n.Int("axis", -2), cache.Rank())
	if n.Failed || axis == 0 || update.Rank() != cache.Rank() {
		return n.Errorf("axis %d of %v", axis, cache.Shape)
	}
	begin := make([]int64, cache.Shape[0])
	if at := n.Operand(2); at != nil {
		if at.Known == nil || len(at.Known.I) != len(begin) {
			return n.Errorf("%s, where it writes, must be known when the model is built", at.Name)
		}
		begin = at.Known.I
	}
	shape, inner := update.Shape, tensor.Count(cache.Shape[axis+1:])
	places := tensor.Count(cache.Shape[1:axis])
	if shape[0] != cache.Shape[0] || tensor.Count(shape[1:axis]) != places || tensor.Count(shape[axis+1:]) != inner || shape[axis] > cache.Shape[axis] {
		return n.Errorf("an update %v of %v", shape, cache.Shape)
	}
	var offsets []int
	size := cache.Shape[axis]
	for b, first := range begin {
		for p := range places {
			for i := range shape[axis] {
				at := int(first) + i
				if n.Text("mode", "linear") == "circular" {
					at = (at%size + size) % size
				}
				if at < 0 || at >= size {
					return n.Errorf("place %d of an axis of %d", at, size)
				}
				offsets = append(offsets, ((b*places+p)*size+at)*inner)
			}
		}
	}
	return layout.Replaced(n.With(cache, nil, update), offsets, inner)
}

// linearAttention keeps a matrix for every head: keys by values. In every step it decays,
// takes up the value of the key, and is asked by the query. Source: ONNX 1.23,
// LinearAttention.
func linearAttention(n *node.Node) []*node.Value {
	q, k, v := n.In[0], n.In[1], n.In[2]
	heads, groups := n.Int("kv_num_heads", 0), 0
	if heads > 0 {
		groups = n.Int("q_num_heads", 0) / heads
	}
	if q.Rank() != 3 || k.Rank() != 3 || v.Rank() != 3 || groups < 1 || q.Shape[2]%(heads*groups) != 0 || k.Shape[2]%heads != 0 || v.Shape[2]%heads != 0 {
		return n.Errorf("shapes %v in %d heads of %d queries", n.Shapes(), heads, groups)
	}
	batch, steps := q.Shape[0], q.Shape[1]
	keys, values := k.Shape[2]/heads, v.Shape[2]/heads
	rule := n.Text("update_rule", "gated_delta")
	gated, delta := rule == "gated" || rule == "gated_delta", rule == "delta" || rule == "gated_delta"
	if !gated && !delta && rule != "linear" || gated && n.Operand(4) == nil || delta && n.Operand(5) == nil {
		return n.Errorf("the rule %s of %d operands", rule, len(n.In))
	}
	// stepped is [rows, steps, batch, heads, …].
	stepped := func(v *node.Value, rest ...int) *ir.Value {
		if n.Failed || tensor.Count(v.Shape) != batch*steps*tensor.Count(rest) {
			n.Errorf("%v in parts of %v", v.Shape, rest)
			return n.Bad()
		}
		x := node.Rowed(n, n.Plain(v))
		return n.Turned(op.ReshapeTo(n.B, x, append(ir.Shape{ir.Batch, batch, steps}, rest...)), append([]int{1, 0}, tensor.Identity(2 + len(rest))[2:]...))
	}
	r := op.Recurrence{Length: steps, Steps: []*ir.Value{
		stepped(q, heads, groups, keys), stepped(k, heads, keys), stepped(v, heads, values),
	}}
	if gated {
		g := n.In[4]
		r.Steps = append(r.Steps, stepped(g, heads, max(1, g.Shape[g.Rank()-1]/heads)))
	}
	if delta {
		b := n.In[5]
		r.Steps = append(r.Steps, stepped(b, b.Shape[b.Rank()-1], 1))
	}
	begin := n.Operand(3)
	if begin == nil {
		begin = node.Zeros(q.Type, batch, heads, keys, values)
	}
	r.Initial = []*ir.Value{node.Rowed(n, n.Plain(begin))}
	if n.Failed {
		return nil
	}
	scale := n.Float("scale", 0)
	if scale == 0 {
		scale = 1 / math.Sqrt(float64(keys))
	}
	r.Body = func(b *ir.Builder, carried, steps, _ []*ir.Value) (next, outputs []*ir.Value) {
		state, query, key, value := carried[0], steps[0], steps[1], steps[2]
		deeper := func(x *ir.Value) *ir.Value { return op.ReshapeTo(b, x, append(slices.Clone(x.Shape), 1)) }
		rest := steps[3:]
		if gated {
			state = op.MapOf(b, scalar.Call("mul", scalar.Arg(0), scalar.Call("exp", scalar.Arg(1))), "decayed", state, deeper(rest[0]))
			rest = rest[1:]
		}
		if delta {
			kept := op.Einsum(b, "nbhk,nbhkv->nbhv", key, state)
			value = op.MapOf(b, scalar.Call("mul", scalar.Arg(2), scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))), "change", value, kept, rest[0])
		}
		across := op.ReshapeTo(b, value, ir.Shape{ir.Batch, batch, heads, 1, values})
		state = op.MapOf(b, scalar.Call("add", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Arg(2))), "state", state, deeper(key), across)
		y := op.MapOf(b, scalar.Call("mul", scalar.Num(scale), scalar.Arg(0)), "output", op.Einsum(b, "nbhgk,nbhkv->nbhgv", query, state))
		return []*ir.Value{state}, []*ir.Value{y}
	}
	finals, outputs := op.Recur(n.B, r)
	if len(outputs) == 0 {
		n.Failed = true
		return nil
	}
	y := n.Turned(outputs[0], []int{1, 0, 2, 3, 4})
	y = op.ReshapeTo(n.B, y, ir.Shape{ir.Batch, batch, steps, heads * groups * values})
	return []*node.Value{n.Computed(y, q.Type), n.Computed(finals[0], q.Type)}
}
