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

// Operators of language models: positions as angles, and attention that keeps a state.

var recallRows = map[string]row{
	"RotaryEmbedding":     {least: 3, most: 4, ids: true, graph: rotary},
	"CausalConvWithState": {least: 2, most: 4, graph: causalConv},
	"LinearAttention":     {least: 3, most: 6, graph: linearAttention},
	"TensorScatter":       {least: 2, most: 3, graph: tensorScatter},
}

// preview are the operators of the domain ai.onnx.preview.
var preview = map[string]row{"FlexAttention": {least: 3, most: 3, graph: flexAttention}}

// rotary turns pairs of elements by the angles of their positions. Source: ONNX 1.23,
// RotaryEmbedding.
func rotary(n *node) []*Value {
	v, cos, sin := n.in[0], n.in[1], n.in[2]
	x := v
	switch heads := n.int("num_heads", 0); {
	case v.rank() == 4:
		x = operator(n, "Transpose", attributes{"perm": []int{0, 2, 1, 3}}, v)
	case v.rank() == 3 && heads > 0 && v.Shape[2]%heads == 0:
		x = shapedAs(n, v, []int{v.Shape[0], v.Shape[1], heads, v.Shape[2] / heads})
	default:
		return n.errorf("%v in %d heads", v.Shape, heads)
	}
	if ids := n.operand(3); ids != nil {
		cos, sin = operator(n, "Gather", nil, cos, ids), operator(n, "Gather", nil, sin, ids)
	}
	if n.failed {
		return nil
	}
	size := x.Shape[3]
	turned := n.int("rotary_embedding_dim", 0)
	if turned == 0 {
		turned = size
	}
	if turned < 2 || turned > size || turned%2 != 0 || cos.rank() != 3 || cos.Shape[2] != turned/2 || !slices.Equal(cos.Shape, sin.Shape) {
		return n.errorf("%d of %d elements turned by angles %v", turned, size, cos.Shape)
	}
	cos, sin = operator(n, "Unsqueeze", attributes{"axes": []int{2}}, cos), operator(n, "Unsqueeze", attributes{"axes": []int{2}}, sin)
	interleaved := n.int("interleaved", 0) != 0
	first, second := partFrom(n, x, 3, 0, turned/2, 1), partFrom(n, x, 3, turned/2, turned, 1)
	if interleaved {
		first, second = partFrom(n, x, 3, 0, turned, 2), partFrom(n, x, 3, 1, turned, 2)
	}
	turn := func(word string, e1, e2 *Value) *Value {
		a, b := n.then(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), word, v.Type, first, e1), n.then(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), word, v.Type, second, e2)
		if word == "real" {
			return n.then(scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), word, v.Type, a, b)
		}
		return n.then(scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), word, v.Type, a, b)
	}
	real, imaginary := turn("real", cos, sin), turn("imaginary", sin, cos)
	if n.failed {
		return nil
	}
	var y *Value
	if s := slices.Clone(real.Shape); interleaved {
		real, imaginary = shapedAs(n, real, append(s, 1)), shapedAs(n, imaginary, append(s, 1))
		y = shapedAs(n, operator(n, "Concat", attributes{"axis": 4}, real, imaginary), append(s[:3:3], turned))
	} else {
		y = operator(n, "Concat", attributes{"axis": 3}, real, imaginary)
	}
	if turned < size {
		y = operator(n, "Concat", attributes{"axis": 3}, y, partFrom(n, x, 3, turned, size, 1))
	}
	if v.rank() == 4 {
		y = operator(n, "Transpose", attributes{"perm": []int{0, 2, 1, 3}}, y)
	} else {
		y = shapedAs(n, y, v.Shape)
	}
	if n.failed {
		return nil
	}
	return one(y)
}

// causalConv is a convolution of every channel apart that sees nothing to come, and the
// places that the next call sees before its own. Source: ONNX 1.23, CausalConvWithState.
func causalConv(n *node) []*Value {
	x, w, past := n.in[0], n.in[1], n.operand(3)
	if x.rank() != 3 || w.rank() != 3 || w.Shape[0] != x.Shape[1] || w.Shape[1] != 1 {
		return n.errorf("weights %v over %v", w.Shape, x.Shape)
	}
	before := w.Shape[2] - 1
	whole := x
	if before > 0 {
		if past == nil {
			past = zeros(x.Type, x.Shape[0], x.Shape[1], before)
		}
		whole = operator(n, "Concat", attributes{"axis": 2}, past, x)
	}
	in := []*Value{whole, w}
	if b := n.operand(2); b != nil {
		in = append(in, b)
	}
	y := operator(n, "Conv", attributes{"group": x.Shape[1]}, in...)
	switch n.string("activation", "none") {
	case "none":
	case "silu", "swish":
		y = operator(n, "Swish", nil, y)
	default:
		return n.errorf("the activation %s", n.string("activation", "none"))
	}
	present := zeros(x.Type, x.Shape[0], x.Shape[1], 0)
	if before > 0 && !n.failed {
		present = partFrom(n, whole, 2, x.Shape[2], x.Shape[2]+before, 1)
	}
	if n.failed {
		return nil
	}
	return []*Value{y, present}
}

// flexAttention is attention whose scores and chances pass through graphs of their own.
// Source: ONNX 1.23, FlexAttention.
func flexAttention(n *node) []*Value {
	for _, v := range n.in {
		if v.rank() != 4 {
			return n.errorf("shapes %v; batch, heads, steps and size are meant", n.shapes())
		}
	}
	q, k, v := n.x(0), n.x(1), n.x(2)
	if !q.Valid() || !k.Valid() || !v.Valid() {
		return n.errorf("its operands are not valid")
	}
	sq, sk := n.in[0].Shape, n.in[1].Shape
	if sk[1] == 0 || sq[1]%sk[1] != 0 || n.in[2].Shape[1] != sk[1] {
		return n.errorf("%d heads of queries and %d of keys", sq[1], sk[1])
	}
	k, v = repeatedHeads(n, k, sq[1]/sk[1]), repeatedHeads(n, v, sq[1]/sk[1])
	scores := multiplied(n, q, n.turned(k, []int{0, 1, 3, 2}))
	scale := n.float("scale", 1/math.Sqrt(float64(sq[3])))
	t := proto.Type(n.int("softmax_precision", int(proto.Float32)))
	through := func(x *ir.Value, name string) *ir.Value {
		a := n.attribute(name)
		if n.failed || a == nil || a.Graph == nil {
			return x
		}
		of := n.computed(x, t)
		out := called(n, a.Graph, of)
		if n.failed || len(out) != 1 || !slices.Equal(out[0].Shape, of.Shape) {
			n.errorf("%s must give one result of the shape of its operand", name)
			return x
		}
		return n.plain(out[0])
	}
	scores = through(op.MapOf(n.b, scalar.Call("mul", scalar.Num(scale), scalar.Arg(0)), "scale", scores), "score_mod")
	chances := through(op.Softmax(n.b, scores, -1), "prob_mod")
	y := multiplied(n, chances, v)
	if n.failed {
		return nil
	}
	return one(n.computed(y, n.in[0].Type))
}

// tensorScatter puts an update into a cache, at places that are known for every entry of
// the batch. Source: ONNX 1.23, TensorScatter.
func tensorScatter(n *node) []*Value {
	cache, update := n.in[0], n.in[1]
	axis := n.axis(n.int("axis", -2), cache.rank())
	if n.failed || axis == 0 || update.rank() != cache.rank() {
		return n.errorf("axis %d of %v", axis, cache.Shape)
	}
	begin := make([]int64, cache.Shape[0])
	if at := n.operand(2); at != nil {
		if at.Known == nil || len(at.Known.I) != len(begin) {
			return n.errorf("%s, where it writes, must be known when the model is built", at.Name)
		}
		begin = at.Known.I
	}
	shape, inner := update.Shape, tensor.Count(cache.Shape[axis+1:])
	places := tensor.Count(cache.Shape[1:axis])
	if shape[0] != cache.Shape[0] || tensor.Count(shape[1:axis]) != places || tensor.Count(shape[axis+1:]) != inner || shape[axis] > cache.Shape[axis] {
		return n.errorf("an update %v of %v", shape, cache.Shape)
	}
	var offsets []int
	size := cache.Shape[axis]
	for b, first := range begin {
		for p := range places {
			for i := range shape[axis] {
				at := int(first) + i
				if n.string("mode", "linear") == "circular" {
					at = (at%size + size) % size
				}
				if at < 0 || at >= size {
					return n.errorf("place %d of an axis of %d", at, size)
				}
				offsets = append(offsets, ((b*places+p)*size+at)*inner)
			}
		}
	}
	return replaced(n.with(cache, nil, update), offsets, inner)
}

// linearAttention keeps a matrix for every head: keys by values. In every step it decays,
// takes up the value of the key, and is asked by the query. Source: ONNX 1.23,
// LinearAttention.
func linearAttention(n *node) []*Value {
	q, k, v := n.in[0], n.in[1], n.in[2]
	heads, groups := n.int("kv_num_heads", 0), 0
	if heads > 0 {
		groups = n.int("q_num_heads", 0) / heads
	}
	if q.rank() != 3 || k.rank() != 3 || v.rank() != 3 || groups < 1 || q.Shape[2]%(heads*groups) != 0 || k.Shape[2]%heads != 0 || v.Shape[2]%heads != 0 {
		return n.errorf("shapes %v in %d heads of %d queries", n.shapes(), heads, groups)
	}
	batch, steps := q.Shape[0], q.Shape[1]
	keys, values := k.Shape[2]/heads, v.Shape[2]/heads
	rule := n.string("update_rule", "gated_delta")
	gated, delta := rule == "gated" || rule == "gated_delta", rule == "delta" || rule == "gated_delta"
	if !gated && !delta && rule != "linear" || gated && n.operand(4) == nil || delta && n.operand(5) == nil {
		return n.errorf("the rule %s of %d operands", rule, len(n.in))
	}
	// stepped is [rows, steps, batch, heads, …].
	stepped := func(v *Value, rest ...int) *ir.Value {
		if n.failed || tensor.Count(v.Shape) != batch*steps*tensor.Count(rest) {
			n.errorf("%v in parts of %v", v.Shape, rest)
			return n.bad()
		}
		x := rowed(n, n.plain(v))
		return n.turned(op.ReshapeTo(n.b, x, append(ir.Shape{ir.Batch, batch, steps}, rest...)), append([]int{1, 0}, tensor.Identity(2 + len(rest))[2:]...))
	}
	r := op.Recurrence{Length: steps, Steps: []*ir.Value{
		stepped(q, heads, groups, keys), stepped(k, heads, keys), stepped(v, heads, values),
	}}
	if gated {
		g := n.in[4]
		r.Steps = append(r.Steps, stepped(g, heads, max(1, g.Shape[g.rank()-1]/heads)))
	}
	if delta {
		b := n.in[5]
		r.Steps = append(r.Steps, stepped(b, b.Shape[b.rank()-1], 1))
	}
	begin := n.operand(3)
	if begin == nil {
		begin = zeros(q.Type, batch, heads, keys, values)
	}
	r.Initial = []*ir.Value{rowed(n, n.plain(begin))}
	if n.failed {
		return nil
	}
	scale := n.float("scale", 0)
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
	finals, outputs := op.Recur(n.b, r)
	if len(outputs) == 0 {
		n.failed = true
		return nil
	}
	y := n.turned(outputs[0], []int{1, 0, 2, 3, 4})
	y = op.ReshapeTo(n.b, y, ir.Shape{ir.Batch, batch, steps, heads * groups * values})
	return []*Value{n.computed(y, q.Type), n.computed(finals[0], q.Type)}
}
