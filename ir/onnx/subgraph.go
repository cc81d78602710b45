package onnx

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var subgraphRows = map[string]row{
	"If":   {least: 1, most: 1, apart: true, graph: branches},
	"Loop": {most: 1 << 10, apart: true, graph: loops},
	"Scan": {least: 1, most: 1 << 10, all: true, apart: true, graph: scanned},
}

// branches is one of two graphs. Where the condition is computed, both are, and the
// results of one are taken.
func branches(n *node) []*Value {
	yes, no := n.attribute("then_branch"), n.attribute("else_branch")
	if yes == nil || no == nil || yes.Graph == nil || no.Graph == nil {
		return n.errorf("it has no two branches")
	}
	c := n.in[0]
	if c.Known != nil {
		if tensor.Count(c.Shape) != 1 {
			return n.errorf("a condition of shape %v", c.Shape)
		}
		if c.Known.At(0) != 0 {
			return called(n, yes.Graph)
		}
		return called(n, no.Graph)
	}
	a, b := called(n, yes.Graph), called(n, no.Graph)
	if n.failed || tensor.Count(c.Shape) != 1 || len(a) != len(b) {
		return n.errorf("branches of %d and %d results", len(a), len(b))
	}
	var out []*Value
	for i := range a {
		if a[i].Type != b[i].Type || !slices.Equal(a[i].Shape, b[i].Shape) {
			return n.errorf("result %d is %v %v of one branch and %v %v of the other; where the condition depends on an input they must agree", i, a[i].Type, a[i].Shape, b[i].Type, b[i].Shape)
		}
		v := n.then(scalar.Call("select", scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)), "branch", a[i].Type, shapedAs(n, c, nil), a[i], b[i])
		if n.failed {
			return nil
		}
		if tensor.IsInteger(v.Type) {
			s := a[i].span().or(b[i].span())
			v.whole = &s
		}
		out = append(out, v)
	}
	return out
}

// loops writes the steps of a loop one after the other: how many there are has to be
// known.
func loops(n *node) []*Value {
	body := n.attribute("body")
	if body == nil || body.Graph == nil {
		return n.errorf("it has no body")
	}
	g := body.Graph
	if len(n.in) < 2 || len(g.Inputs) != len(n.in) || len(g.Outputs) < len(n.in)-1 {
		return n.errorf("a body of %d operands and %d results for %d operands", len(g.Inputs), len(g.Outputs), len(n.in))
	}
	trips, going := n.in[0], n.in[1]
	for _, v := range []*Value{trips, going} {
		if v != nil && (v.Known == nil || tensor.IsFloat(v.Type) || tensor.Count(v.Shape) != 1) {
			return n.errorf("%s, which says how often it runs, must be known when the model is built", diag.Quote(v.Name))
		}
	}
	carried := n.in[2:]
	stacks := make([][]*Value, len(g.Outputs)-1-len(carried))
	for i := 0; (trips == nil || float64(i) < trips.Known.At(0)) && (going == nil || going.Known.At(0) != 0); i++ {
		if i*max(1, len(g.Nodes)) > mostNodes {
			return n.errorf("more than %d steps", i)
		}
		at := &tensor.Tensor{Type: proto.Int64, I: []int64{int64(i)}}
		goes := going
		if goes == nil {
			goes = &Value{Type: proto.Bool, Known: &tensor.Tensor{Type: proto.Bool, I: []int64{1}}}
		}
		out := called(n, g, slices.Concat([]*Value{{Type: proto.Int64, Known: at}, goes}, carried)...)
		if n.failed {
			return nil
		}
		if going = out[0]; going == nil || going.Known == nil || tensor.IsFloat(going.Type) || tensor.Count(going.Shape) != 1 {
			return n.errorf("after step %d, whether it goes on depends on an input", i)
		}
		carried = out[1:][:len(carried)]
		for j, v := range out[1+len(carried):] {
			stacks[j] = append(stacks[j], shapedAs(n, v, append([]int{1}, v.Shape...)))
		}
	}
	out := slices.Clone(carried)
	for j, list := range stacks {
		if len(list) == 0 {
			return n.errorf("it has no step, and result %d stays empty", len(carried)+j)
		}
		out = append(out, operator(n, "Concat", attributes{"axis": 0}, list...))
	}
	if n.failed {
		return nil
	}
	return out
}

// scanned runs a graph over the steps of its operands. What the graph reads from
// outside is an operand of every step. Source: ONNX 1.22, Scan, from opset 9 on.
func scanned(n *node) []*Value {
	body, inputs := n.attribute("body"), n.int("num_scan_inputs", 0)
	states := len(n.in) - inputs
	if body == nil || body.Graph == nil || n.opset < 9 || inputs < 1 || states < 0 || len(body.Graph.Outputs) < states || len(body.Graph.Inputs) != len(n.in) {
		return n.errorf("a scan over %d of %d operands, in opset %d", inputs, len(n.in), n.opset)
	}
	g := body.Graph
	r := scanOperands(n, states)
	outside := outsideOf(n, g)
	for _, v := range outside {
		r.Captures = append(r.Captures, n.plain(v))
	}
	if n.failed {
		return nil
	}
	types, spans := make([]proto.Type, len(g.Outputs)), make([]*span, len(g.Outputs))
	r.Body = func(b *ir.Builder, carried, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
		s := apart(n, g, b, outside, captures)
		var in []*Value
		for i, x := range slices.Concat(carried, steps) {
			in = append(in, n.computed(x, n.in[i].Type))
		}
		list := s.results(in)
		var results []*ir.Value
		for i, v := range list {
			if len(s.Errs) > 0 {
				break
			}
			if types[i] = v.Type; tensor.IsInteger(v.Type) && i >= states { // a state may leave what one step makes of it
				s := v.span()
				spans[i] = &s
			}
			results = append(results, op.MapOf(b, scalar.Arg(0), "result", rowed(n.of(s), s.plain(v))))
		}
		if adopt(n, s); n.failed {
			return nil, nil
		}
		return results[:states], results[states:]
	}
	finals, stacked := op.Recur(n.b, r)
	if n.failed || len(finals)+len(stacked) != len(g.Outputs) {
		n.failed = true
		return nil
	}
	var out []*Value
	for i, x := range finals {
		out = append(out, n.computed(x, types[i]))
	}
	axes, back := perValue(n, "scan_output_axes", len(stacked)), perValue(n, "scan_output_directions", len(stacked))
	for i, x := range stacked {
		if back[i] != 0 {
			x = op.Flip(n.b, x, 1)
		}
		rank := len(x.Shape) - 1
		axis := n.axis(axes[i], rank)
		if n.failed {
			return nil
		}
		y := n.computed(n.turned(x, slices.Insert(tensor.Identity(rank)[1:], axis, 0)), types[states+i])
		y.whole = spans[states+i]
		out = append(out, y)
	}
	return out
}

// perValue is a list attribute with a number for each of so many values; all are 0 where
// it is left out.
func perValue(n *node, name string, size int) []int {
	if list, ok := n.ints(name); ok && len(list) == size {
		return list
	} else if ok {
		n.errorf("%s %v for %d values", name, list, size)
	}
	return make([]int, size)
}

// scanOperands are the first values of the states, and the operands that are taken apart
// with their steps in front.
func scanOperands(n *node, states int) op.Recurrence {
	r := op.Recurrence{}
	number := func(v *Value) *ir.Value {
		if v = n.then(scalar.Arg(0), "number", v.Type, v); v == nil {
			return n.bad()
		}
		return rowed(n, n.plain(v))
	}
	for _, v := range n.in[:states] {
		r.Initial = append(r.Initial, number(v))
	}
	axes, back := perValue(n, "scan_input_axes", len(n.in)-states), perValue(n, "scan_input_directions", len(n.in)-states)
	for i, v := range n.in[states:] {
		axis := n.axis(axes[i], v.rank())
		if n.failed || r.Length > 0 && v.Shape[axis] != r.Length || v.Shape[axis] < 1 {
			n.errorf("steps along axis %d of %v", axes[i], v.Shape)
			return r
		}
		r.Length = v.Shape[axis]
		x := number(v)
		if !x.Valid() {
			return r
		}
		x = n.turned(x, slices.Insert(slices.Delete(tensor.Identity(v.rank()), axis, axis+1), 0, axis))
		if back[i] != 0 {
			x = op.Flip(n.b, x, 1)
		}
		r.Steps = append(r.Steps, x)
	}
	return r
}
