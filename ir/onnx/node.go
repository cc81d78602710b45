package onnx

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/onnx/trainable"
)

// node is one node on its way into the graph.
type node struct {
	*scope
	proto  *proto.Node
	what   string   // for messages
	in     []*Value // nil: left out
	failed bool
	calls  int // of graphs within it
}

// errorf reports a mistake of the node.
func (n *node) errorf(format string, args ...any) []*Value {
	n.failed = true
	n.Errs.Add(diag.Pos{File: n.file.name}, "%s: %s", n.what, fmt.Sprintf(format, args...))
	return nil
}

// beyond reports whole numbers that would not be exact, which smaller ones of the inputs
// may be.
func (n *node) beyond(format string, args ...any) []*Value {
	n.Inexact = true
	return n.errorf(format, args...)
}

// unless reports a mistake that may follow from one which has been reported already.
func unless(n *node, message string) []*Value {
	if n.failed {
		return nil
	}
	return n.errorf("%s", message)
}

// build computes the results, now or in the graph.
func (n *node) build(r row) []*Value {
	needed := r.least
	if r.all {
		needed = max(needed, len(n.in))
	}
	if len(n.in) < r.least || len(n.in) > r.most {
		return n.errorf("%d operands; it takes %d to %d", len(n.in), r.least, r.most)
	}
	if i := slices.Index(n.in[:needed], nil); i >= 0 {
		return n.errorf("operand %d is left out", i)
	}
	for _, v := range n.in {
		if v != nil && v.Known == nil && !tensor.IsFloat(v.Type) && !tensor.IsInteger(v.Type) && v.Type != proto.Bool {
			return n.errorf("%s is of %v, which is not supported", diag.Quote(v.Name), v.Type)
		}
	}
	for i, v := range n.in {
		if v != nil && v.Known != nil && !trainable.Reads(n.proto, i) {
			v.Known.Load()
		}
	}
	legacy(n)
	known := !slices.ContainsFunc(n.in, func(v *Value) bool { return v != nil && v.Known == nil })
	if known && !unfolded(n) {
		if out := settledNow(n, r); len(out) > 0 || n.failed {
			return out
		}
	}
	if !r.ids && !r.apart {
		for i, v := range n.in {
			n.in[i] = numbered(n, v)
		}
		if n.failed {
			return nil
		}
	}
	if r.graph == nil {
		return n.errorf("its operands must be known when the model is built, and %s is computed", diag.Quote(firstComputed(n)))
	}
	return movedBy(n, r, r.graph(n))
}

// settledNow computes the results of known operands now; nil where they cannot be.
func settledNow(n *node, r row) []*Value {
	for _, v := range n.in {
		if v != nil {
			v.Known.Load()
		}
	}
	if r.known != nil {
		var out []*Value
		for _, t := range r.known(n) {
			out = append(out, &Value{Type: t.Type, Shape: t.Shape, Known: t})
		}
		if len(out) > 0 || n.failed {
			return out
		}
	}
	if r.apart || r.graph == nil || !folds(n) {
		return nil
	}
	return foldedBy(n, r)
}

// movedBy gives results that hold elements of operands what is known of these.
func movedBy(n *node, r row, out []*Value) []*Value {
	if len(r.moves) == 0 || n.failed {
		return out
	}
	for _, v := range out {
		if v.Known != nil || v.whole != nil || tensor.IsFloat(v.Type) {
			continue
		}
		all := span{}
		for i, x := range n.in {
			if x != nil && x.Type == v.Type && tensor.Count(x.Shape) > 0 && (r.moves[0] < 0 || slices.Contains(r.moves, i)) {
				all = all.or(x.span())
			}
		}
		v.whole = &all
	}
	return out
}

// legacy aligns the second operand as opsets before 7 do: from an axis on, where the
// node says so, and from that of the channels where PRelu has a slope for each.
func legacy(n *node) {
	if n.opset >= 7 || len(n.in) != 2 || n.in[0] == nil || n.in[1] == nil {
		return
	}
	rank, of := n.in[0].rank(), n.in[1]
	axis := n.int("axis", rank-of.rank())
	switch {
	case n.proto.Op == "PRelu" && of.rank() == 1 && rank > 1 && of.Shape[0] == n.in[0].Shape[1]:
		axis = 1
	case n.int("broadcast", 0) == 0:
		return
	}
	after := rank - axis - of.rank()
	if axis < 0 || after < 1 {
		return
	}
	to := n.with(of)
	if out := reshaped(to, append(slices.Clone(of.Shape), slices.Repeat([]int{1}, after)...)); !n.take(to) {
		n.in[1] = out[0]
	}
}

func firstComputed(n *node) string {
	for _, v := range n.in {
		if v != nil && v.Known == nil {
			return v.Name
		}
	}
	return ""
}

// large reports a result that is too large to be computed now.
func (n *node) large(shape []int) bool {
	size := 1
	for _, d := range shape {
		if d > 0 && size > tensor.MaxKnown/d {
			n.errorf("a result of shape %v, which does not depend on an input; at most %d elements are supported", shape, tensor.MaxKnown)
			return true
		}
		size *= max(d, 1)
	}
	return false
}

// segment is a name of the node's own, for what it keeps.
func (n *node) segment() string { return n.settings.Prefix + n.label + n.proto.Outputs[0] }

// weigh has a value count as an initializer.
func (n *node) weigh(name string) { n.weights[name] = true }

// passOn has the first result count as an initializer where the first operand does.
func (n *node) passOn() {
	if n.isWeight(n.in[0]) {
		n.weigh(n.label + n.proto.Outputs[0])
	}
}

// parameter is the parameter that v has become, and the order of its axes, where it is one.
func (n *node) parameter(v *Value) (x *ir.Value, perm []int) {
	p := n.params[v.Name]
	return p.value, p.perm
}

// operand is operand i, or nil.
func (n *node) operand(i int) *Value {
	if i >= len(n.in) {
		return nil
	}
	return n.in[i]
}

// x is operand i in the graph, in ONNX's order.
func (n *node) x(i int) *ir.Value { return n.plain(n.in[i]) }

// computed is a value of the graph as one of the model: its shape without the axis
// of rows.
func (n *node) computed(x *ir.Value, t proto.Type) *Value {
	if !x.Valid() {
		n.failed = true
		return &Value{}
	}
	return &Value{Type: t, Shape: slices.Clone(x.Shape[front(x):]), inOrder: x}
}

// computedLast is computed of a value whose channels are last.
func (n *node) computedLast(x *ir.Value, t proto.Type) *Value {
	v := n.computed(x, t)
	if n.failed {
		return v
	}
	rank := len(v.Shape)
	shape := append([]int{v.Shape[0], v.Shape[rank-1]}, v.Shape[1:rank-1]...)
	v.Shape, v.inOrder, v.channelsLast = shape, nil, x
	return v
}

// with is the node with other operands; take hands its mistakes back.
func (n *node) with(in ...*Value) *node {
	other := *n
	other.in = in
	return &other
}

func (n *node) take(of *node) bool {
	n.failed = n.failed || of.failed
	return n.failed
}

func (n *node) shapes() [][]int {
	var out [][]int
	for _, v := range n.in {
		if v != nil {
			out = append(out, v.Shape)
		}
	}
	return out
}
