package node

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/onnx/trainable"
)

// Node is one node on its way into the graph.
type Node struct {
	*Scope
	Proto  *proto.Node
	what   string   // for messages
	In     []*Value // nil: left out
	Failed bool
	calls  int // of graphs within it
}

// Errorf reports a mistake of the node.
func (n *Node) Errorf(format string, args ...any) []*Value {
	n.Failed = true
	n.Errs.Add(diag.Pos{File: n.file.Name}, "%s: %s", n.what, fmt.Sprintf(format, args...))
	return nil
}

// Beyond reports whole numbers that would not be exact, which smaller ones of the inputs
// may be.
func (n *Node) Beyond(format string, args ...any) []*Value {
	n.Inexact = true
	return n.Errorf(format, args...)
}

// Unless reports a mistake that may follow from one which has been reported already.
func Unless(n *Node, message string) []*Value {
	if n.Failed {
		return nil
	}
	return n.Errorf("%s", message)
}

// build computes the results, now or in the graph.
func (n *Node) build(r Row) []*Value {
	needed := r.Least
	if r.All {
		needed = max(needed, len(n.In))
	}
	if len(n.In) < r.Least || len(n.In) > r.Most {
		return n.Errorf("%d operands; it takes %d to %d", len(n.In), r.Least, r.Most)
	}
	if i := slices.Index(n.In[:needed], nil); i >= 0 {
		return n.Errorf("operand %d is left out", i)
	}
	for _, v := range n.In {
		if v != nil && v.Known == nil && !tensor.IsFloat(v.Type) && !tensor.IsInteger(v.Type) && v.Type != proto.Bool {
			return n.Errorf("%s is of %v, which is not supported", diag.Quote(v.Name), v.Type)
		}
	}
	for i, v := range n.In {
		if v != nil && v.Known != nil && !trainable.Reads(n.Proto, i) {
			v.Known.Load()
		}
	}
	legacy(n)
	known := !slices.ContainsFunc(n.In, func(v *Value) bool { return v != nil && v.Known == nil })
	if known && !unfolded(n) {
		if out := settledNow(n, r); len(out) > 0 || n.Failed {
			return out
		}
	}
	if !r.IDs && !r.Apart {
		for i, v := range n.In {
			n.In[i] = Numbered(n, v)
		}
		if n.Failed {
			return nil
		}
	}
	if r.Graph == nil {
		return n.Errorf("its operands must be known when the model is built, and %s is computed", diag.Quote(firstComputed(n)))
	}
	return movedBy(n, r, r.Graph(n))
}

// settledNow computes the results of known operands now; nil where they cannot be.
func settledNow(n *Node, r Row) []*Value {
	for _, v := range n.In {
		if v != nil {
			v.Known.Load()
		}
	}
	if r.Known != nil {
		var out []*Value
		for _, t := range r.Known(n) {
			out = append(out, &Value{Type: t.Type, Shape: t.Shape, Known: t})
		}
		if len(out) > 0 || n.Failed {
			return out
		}
	}
	if r.Apart || r.Graph == nil || !folds(n) {
		return nil
	}
	return foldedBy(n, r)
}

// movedBy gives results that hold elements of operands what is known of these.
func movedBy(n *Node, r Row, out []*Value) []*Value {
	if len(r.Moves) == 0 || n.Failed {
		return out
	}
	for _, v := range out {
		if v.Known != nil || v.Whole != nil || tensor.IsFloat(v.Type) {
			continue
		}
		all := Span{}
		for i, x := range n.In {
			if x != nil && x.Type == v.Type && tensor.Count(x.Shape) > 0 && (r.Moves[0] < 0 || slices.Contains(r.Moves, i)) {
				all = all.Or(x.Span())
			}
		}
		v.Whole = &all
	}
	return out
}

// legacy aligns the second operand as opsets before 7 do: from an axis on, where the
// node says so, and from that of the channels where PRelu has a slope for each.
func legacy(n *Node) {
	if n.Opset >= 7 || len(n.In) != 2 || n.In[0] == nil || n.In[1] == nil {
		return
	}
	rank, of := n.In[0].Rank(), n.In[1]
	axis := n.Int("axis", rank-of.Rank())
	switch {
	case n.Proto.Op == "PRelu" && of.Rank() == 1 && rank > 1 && of.Shape[0] == n.In[0].Shape[1]:
		axis = 1
	case n.Int("broadcast", 0) == 0:
		return
	}
	after := rank - axis - of.Rank()
	if axis < 0 || after < 1 {
		return
	}
	to := n.With(of)
	if out := Reshaped(to, append(slices.Clone(of.Shape), slices.Repeat([]int{1}, after)...)); !n.Take(to) {
		n.In[1] = out[0]
	}
}

func firstComputed(n *Node) string {
	for _, v := range n.In {
		if v != nil && v.Known == nil {
			return v.Name
		}
	}
	return ""
}

// Large reports a result that is too large to be computed now.
func (n *Node) Large(shape []int) bool {
	size := 1
	for _, d := range shape {
		if d > 0 && size > tensor.MaxKnown/d {
			n.Errorf("a result of shape %v, which does not depend on an input; at most %d elements are supported", shape, tensor.MaxKnown)
			return true
		}
		size *= max(d, 1)
	}
	return false
}

// Segment is a name of the node's own, for what it keeps.
func (n *Node) Segment() string { return n.settings.Prefix + n.label + n.Proto.Outputs[0] }

// PassOn has the first result count as an initializer where the first operand does.
func (n *Node) PassOn() {
	if n.IsWeight(n.In[0]) {
		n.Weigh(n.label + n.Proto.Outputs[0])
	}
}

// Operand is operand i, or nil.
func (n *Node) Operand(i int) *Value {
	if i >= len(n.In) {
		return nil
	}
	return n.In[i]
}

// X is operand i in the graph, in ONNX's order.
func (n *Node) X(i int) *ir.Value { return n.Plain(n.In[i]) }

// Computed is a value of the graph as one of the model: its shape without the axis
// of rows.
func (n *Node) Computed(x *ir.Value, t proto.Type) *Value {
	if !x.Valid() {
		n.Failed = true
		return &Value{}
	}
	return &Value{Type: t, Shape: slices.Clone(x.Shape[Front(x):]), InOrder: x}
}

// ComputedLast is computed of a value whose channels are last.
func (n *Node) ComputedLast(x *ir.Value, t proto.Type) *Value {
	v := n.Computed(x, t)
	if n.Failed {
		return v
	}
	rank := len(v.Shape)
	shape := append([]int{v.Shape[0], v.Shape[rank-1]}, v.Shape[1:rank-1]...)
	v.Shape, v.InOrder, v.ChannelsLast = shape, nil, x
	return v
}

// With is the node with other operands.
func (n *Node) With(in ...*Value) *Node {
	other := *n
	other.In = in
	return &other
}

// Take hands back the mistakes of the node with other operands, and reports whether there
// are any.
func (n *Node) Take(of *Node) bool {
	n.Failed = n.Failed || of.Failed
	return n.Failed
}

// Shapes are those of the operands that are there, for messages.
func (n *Node) Shapes() [][]int {
	var out [][]int
	for _, v := range n.In {
		if v != nil {
			out = append(out, v.Shape)
		}
	}
	return out
}
