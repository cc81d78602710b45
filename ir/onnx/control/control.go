// Package control has the operators that hold graphs: If, Loop and Scan.
package control

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Rows are the operators.
var Rows = map[string]node.Row{
	"If":   {Least: 1, Most: 1, Apart: true, Graph: branches},
	"Loop": {Most: 1 << 10, Apart: true, Graph: loops},
	"Scan": {Least: 1, Most: 1 << 10, All: true, Apart: true, Graph: scanned},
}

// branches is one of two graphs. Where the condition is computed, both are, and the
// results of one are taken.
func branches(n *node.Node) []*node.Value {
	yes, no := n.Attribute("then_branch"), n.Attribute("else_branch")
	if yes == nil || no == nil || yes.Graph == nil || no.Graph == nil {
		return n.Errorf("it has no two branches")
	}
	c := n.In[0]
	if c.Known != nil {
		if tensor.Count(c.Shape) != 1 {
			return n.Errorf("a condition of shape %v", c.Shape)
		}
		if c.Known.At(0) != 0 {
			return node.Called(n, yes.Graph)
		}
		return node.Called(n, no.Graph)
	}
	a, b := node.Called(n, yes.Graph), node.Called(n, no.Graph)
	if n.Failed || tensor.Count(c.Shape) != 1 || len(a) != len(b) {
		return n.Errorf("branches of %d and %d results", len(a), len(b))
	}
	var out []*node.Value
	for i := range a {
		if a[i].Type != b[i].Type || !slices.Equal(a[i].Shape, b[i].Shape) {
			return n.Errorf("result %d is %v %v of one branch and %v %v of the other; where the condition depends on an input they must agree", i, a[i].Type, a[i].Shape, b[i].Type, b[i].Shape)
		}
		v := n.Then(scalar.Call("select", scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)), "branch", a[i].Type, node.ShapedAs(n, c, nil), a[i], b[i])
		if n.Failed {
			return nil
		}
		if tensor.IsInteger(v.Type) {
			s := a[i].Span().Or(b[i].Span())
			v.Whole = &s
		}
		out = append(out, v)
	}
	return out
}

// loops writes the steps of a loop one after the other: how many there are has to be
// known.
func loops(n *node.Node) []*node.Value {
	body := n.Attribute("body")
	if body == nil || body.Graph == nil {
		return n.Errorf("it has no body")
	}
	g := body.Graph
	if len(n.In) < 2 || len(g.Inputs) != len(n.In) || len(g.Outputs) < len(n.In)-1 {
		return n.Errorf("a body of %d operands and %d results for %d operands", len(g.Inputs), len(g.Outputs), len(n.In))
	}
	trips, going := n.In[0], n.In[1]
	for _, v := range []*node.Value{trips, going} {
		if v != nil && (v.Known == nil || tensor.IsFloat(v.Type) || tensor.Count(v.Shape) != 1) {
			return n.Errorf("%s, which says how often it runs, must be known when the model is built", diag.Quote(v.Name))
		}
	}
	carried := n.In[2:]
	stacks := make([][]*node.Value, len(g.Outputs)-1-len(carried))
	for i := 0; (trips == nil || float64(i) < trips.Known.At(0)) && (going == nil || going.Known.At(0) != 0); i++ {
		if i*max(1, len(g.Nodes)) > node.MostNodes {
			return n.Errorf("more than %d steps", i)
		}
		at := &tensor.Tensor{Type: proto.Int64, I: []int64{int64(i)}}
		goes := going
		if goes == nil {
			goes = &node.Value{Type: proto.Bool, Known: &tensor.Tensor{Type: proto.Bool, I: []int64{1}}}
		}
		out := node.Called(n, g, slices.Concat([]*node.Value{{Type: proto.Int64, Known: at}, goes}, carried)...)
		if n.Failed {
			return nil
		}
		if going = out[0]; going == nil || going.Known == nil || tensor.IsFloat(going.Type) || tensor.Count(going.Shape) != 1 {
			return n.Errorf("after step %d, whether it goes on depends on an input", i)
		}
		carried = out[1:][:len(carried)]
		for j, v := range out[1+len(carried):] {
			stacks[j] = append(stacks[j], node.ShapedAs(n, v, append([]int{1}, v.Shape...)))
		}
	}
	out := slices.Clone(carried)
	for j, list := range stacks {
		if len(list) == 0 {
			return n.Errorf("it has no step, and result %d stays empty", len(carried)+j)
		}
		out = append(out, node.Operator(n, "Concat", node.Attributes{"axis": 0}, list...))
	}
	if n.Failed {
		return nil
	}
	return out
}

// scanned runs a graph over the steps of its operands. What the graph reads from
// outside is an operand of every step. Source: ONNX 1.22, Scan, from opset 9 on.
func scanned(n *node.Node) []*node.Value {
	body, inputs := n.Attribute("body"), n.Int("num_scan_inputs", 0)
	states := len(n.In) - inputs
	if body == nil || body.Graph == nil || n.Opset < 9 || inputs < 1 || states < 0 || len(body.Graph.Outputs) < states || len(body.Graph.Inputs) != len(n.In) {
		return n.Errorf("a scan over %d of %d operands, in opset %d", inputs, len(n.In), n.Opset)
	}
	g := body.Graph
	r := scanOperands(n, states)
	outside := node.OutsideOf(n, g)
	for _, v := range outside {
		r.Captures = append(r.Captures, n.Plain(v))
	}
	if n.Failed {
		return nil
	}
	types, spans := make([]proto.Type, len(g.Outputs)), make([]*node.Span, len(g.Outputs))
	r.Body = func(b *ir.Builder, carried, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
		s := node.Apart(n, g, b, outside, captures)
		var in []*node.Value
		for i, x := range slices.Concat(carried, steps) {
			in = append(in, n.Computed(x, n.In[i].Type))
		}
		list := s.Results(in)
		var results []*ir.Value
		for i, v := range list {
			if len(s.Errs) > 0 {
				break
			}
			if types[i] = v.Type; tensor.IsInteger(v.Type) && i >= states { // a state may leave what one step makes of it
				s := v.Span()
				spans[i] = &s
			}
			results = append(results, op.MapOf(b, scalar.Arg(0), "result", node.Rowed(node.In(s, n), s.Plain(v))))
		}
		if node.Adopt(n, s); n.Failed {
			return nil, nil
		}
		return results[:states], results[states:]
	}
	finals, stacked := op.Recur(n.B, r)
	if n.Failed || len(finals)+len(stacked) != len(g.Outputs) {
		n.Failed = true
		return nil
	}
	var out []*node.Value
	for i, x := range finals {
		out = append(out, n.Computed(x, types[i]))
	}
	axes, back := perValue(n, "scan_output_axes", len(stacked)), perValue(n, "scan_output_directions", len(stacked))
	for i, x := range stacked {
		if back[i] != 0 {
			x = op.Flip(n.B, x, 1)
		}
		rank := len(x.Shape) - 1
		axis := n.Axis(axes[i], rank)
		if n.Failed {
			return nil
		}
		y := n.Computed(n.Turned(x, slices.Insert(tensor.Identity(rank)[1:], axis, 0)), types[states+i])
		y.Whole = spans[states+i]
		out = append(out, y)
	}
	return out
}

// perValue is a list attribute with a number for each of so many values; all are 0 where
// it is left out.
func perValue(n *node.Node, name string, size int) []int {
	if list, ok := n.Ints(name); ok && len(list) == size {
		return list
	} else if ok {
		n.Errorf("%s %v for %d values", name, list, size)
	}
	return make([]int, size)
}

// scanOperands are the first values of the states, and the operands that are taken apart
// with their steps in front.
func scanOperands(n *node.Node, states int) op.Recurrence {
	r := op.Recurrence{}
	number := func(v *node.Value) *ir.Value {
		if v = n.Then(scalar.Arg(0), "number", v.Type, v); v == nil {
			return n.Bad()
		}
		return node.Rowed(n, n.Plain(v))
	}
	for _, v := range n.In[:states] {
		r.Initial = append(r.Initial, number(v))
	}
	axes, back := perValue(n, "scan_input_axes", len(n.In)-states), perValue(n, "scan_input_directions", len(n.In)-states)
	for i, v := range n.In[states:] {
		axis := n.Axis(axes[i], v.Rank())
		if n.Failed || r.Length > 0 && v.Shape[axis] != r.Length || v.Shape[axis] < 1 {
			n.Errorf("steps along axis %d of %v", axes[i], v.Shape)
			return r
		}
		r.Length = v.Shape[axis]
		x := number(v)
		if !x.Valid() {
			return r
		}
		x = n.Turned(x, slices.Insert(slices.Delete(tensor.Identity(v.Rank()), axis, axis+1), 0, axis))
		if back[i] != 0 {
			x = op.Flip(n.B, x, 1)
		}
		r.Steps = append(r.Steps, x)
	}
	return r
}
