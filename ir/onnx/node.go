package onnx

import (
	"fmt"
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/trainable"
)

// row is an operator.
type row struct {
	// known computes the results of known operands; nil where the operator is left to
	// graph then too.
	known func(n *node) []*Tensor
	// graph composes the results.
	graph func(n *node) []*Value
	// most is how many operands there may be, least how many there must be.
	least, most int
	ids         bool // it reads whole numbers of an input as they are, not as numbers
	apart       bool // it holds a graph, which known operands alone do not settle
	all         bool // none of them may be left out
	// moves are the operands whose elements the results of their type hold, and 0; -1: all.
	moves []int
}

// node is one node on its way into the graph.
type node struct {
	*scope
	proto  *proto.Node
	what   string   // for messages
	in     []*Value // nil: left out
	failed bool
	ranks  int // of a recurrent operator: the axes of its batch
	calls  int // of graphs within it
}

// errorf reports a mistake of the node.
func (n *node) errorf(format string, args ...any) []*Value {
	n.failed = true
	n.errs.Add(diag.Pos{File: n.file}, "%s: %s", n.what, fmt.Sprintf(format, args...))
	return nil
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
		if v != nil && v.Known == nil && !isFloat(v.Type) && !isInteger(v.Type) && v.Type != proto.Bool {
			return n.errorf("%s is of %v, which is not supported", diag.Quote(v.Name), v.Type)
		}
	}
	for i, v := range n.in {
		if v != nil && v.Known != nil && !trainable.Reads(n.proto, i) {
			v.Known.loaded()
		}
	}
	n.legacy()
	known := !slices.ContainsFunc(n.in, func(v *Value) bool { return v != nil && v.Known == nil })
	if known && !unfolded(n) {
		if out := n.folded(r); len(out) > 0 || n.failed {
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
		return n.errorf("its operands must be known when the model is built, and %s is computed", diag.Quote(n.firstComputed()))
	}
	return movedBy(n, r, r.graph(n))
}

// folded computes the results of known operands now; nil where they cannot be.
func (n *node) folded(r row) []*Value {
	for _, v := range n.in {
		if v != nil {
			v.Known.loaded()
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
		if v.Known != nil || v.whole != nil || isFloat(v.Type) {
			continue
		}
		all := span{}
		for i, x := range n.in {
			if x != nil && x.Type == v.Type && count(x.Shape) > 0 && (r.moves[0] < 0 || slices.Contains(r.moves, i)) {
				all = all.or(x.span())
			}
		}
		v.whole = &all
	}
	return out
}

// legacy aligns the second operand as opsets before 7 do: from an axis on, where the
// node says so, and from that of the channels where PRelu has a slope for each.
func (n *node) legacy() {
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

func (n *node) firstComputed() string {
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
		if d > 0 && size > maxKnown/d {
			n.errorf("a result of shape %v, which does not depend on an input; at most %d elements are supported", shape, maxKnown)
			return true
		}
		size *= max(d, 1)
	}
	return false
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

// one is a list of one value.
func one(v *Value) []*Value { return []*Value{v} }

// attribute finds an attribute.
func (n *node) attribute(name string) *proto.Attribute {
	for _, a := range n.proto.Attributes {
		if a.Name == name {
			return a
		}
	}
	return nil
}

func (n *node) int(name string, otherwise int) int {
	if a := n.attribute(name); a != nil {
		return int(max(min(a.Int, math.MaxInt32), math.MinInt32))
	}
	return otherwise
}

func (n *node) float(name string, otherwise float64) float64 {
	if a := n.attribute(name); a != nil {
		return float64(a.Float)
	}
	return otherwise
}

func (n *node) string(name, otherwise string) string {
	if a := n.attribute(name); a != nil {
		return string(a.String)
	}
	return otherwise
}

// ints is a list attribute, and whether it is there.
func (n *node) ints(name string) ([]int, bool) {
	a := n.attribute(name)
	if a == nil {
		return nil, false
	}
	return small(a.Ints), true
}

// small are integers bounded to those of 32 bits, so that sums of them are exact.
func small(list []int64) []int {
	out := make([]int, len(list))
	for i, v := range list {
		out[i] = int(max(min(v, math.MaxInt32), math.MinInt32))
	}
	return out
}

// list is what an attribute says in early versions and operand i in later ones.
func (n *node) list(name string, i int) ([]int, bool) {
	if list, ok := n.ints(name); ok {
		return list, true
	}
	v := n.operand(i)
	if v == nil {
		return nil, false
	}
	if v.Known == nil || isFloat(v.Known.Type) {
		n.errorf("%s (%s) must be whole numbers that are known when the model is built", name, diag.Quote(v.Name))
		return nil, true
	}
	return small(v.Known.I), true
}

// number is what an attribute says in early versions and operand i in later ones.
func (n *node) number(name string, i int, otherwise float64) float64 {
	if a := n.attribute(name); a != nil {
		return float64(a.Float)
	}
	v := n.operand(i)
	if v == nil {
		return otherwise
	}
	if v.Known == nil || count(v.Shape) != 1 {
		n.errorf("%s (%s) must be one number that is known when the model is built", name, diag.Quote(v.Name))
		return otherwise
	}
	return v.Known.at(0)
}

// axis resolves an axis of a tensor of that rank, counted from the end where it is
// negative.
func (n *node) axis(a, rank int) int {
	at := a
	if at < 0 {
		at += rank
	}
	if at < 0 || at >= rank {
		n.errorf("axis %d of a tensor of rank %d", a, rank)
		return 0
	}
	return at
}

// axes resolves several axes, ascending, each once.
func (n *node) axes(list []int, rank int) []int {
	var out []int
	for _, a := range list {
		out = append(out, n.axis(a, rank))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
