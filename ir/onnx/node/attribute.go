package node

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// Attribute finds an attribute.
func (n *Node) Attribute(name string) *proto.Attribute {
	for _, a := range n.Proto.Attributes {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Int is an attribute that is a whole number, bounded to 32 bits.
func (n *Node) Int(name string, otherwise int) int {
	if a := n.Attribute(name); a != nil {
		return int(max(min(a.Int, math.MaxInt32), math.MinInt32))
	}
	return otherwise
}

// Float is an attribute that is a number.
func (n *Node) Float(name string, otherwise float64) float64 {
	if a := n.Attribute(name); a != nil {
		return float64(a.Float)
	}
	return otherwise
}

// Text is an attribute that is a string.
func (n *Node) Text(name, otherwise string) string {
	if a := n.Attribute(name); a != nil {
		return string(a.String)
	}
	return otherwise
}

// Ints is a list attribute, and whether it is there.
func (n *Node) Ints(name string) ([]int, bool) {
	a := n.Attribute(name)
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

// List is what an attribute says in early versions and operand i in later ones.
func (n *Node) List(name string, i int) ([]int, bool) {
	if list, ok := n.Ints(name); ok {
		return list, true
	}
	v := n.Operand(i)
	if v == nil {
		return nil, false
	}
	if v.Known == nil || tensor.IsFloat(v.Known.Type) {
		n.Errorf("%s (%s) must be whole numbers that are known when the model is built", name, diag.Quote(v.Name))
		return nil, true
	}
	return small(v.Known.I), true
}

// Number is what an attribute says in early versions and operand i in later ones.
func (n *Node) Number(name string, i int, otherwise float64) float64 {
	if a := n.Attribute(name); a != nil {
		return float64(a.Float)
	}
	v := n.Operand(i)
	if v == nil {
		return otherwise
	}
	if v.Known == nil || tensor.Count(v.Shape) != 1 {
		n.Errorf("%s (%s) must be one number that is known when the model is built", name, diag.Quote(v.Name))
		return otherwise
	}
	return v.Known.At(0)
}

// Axis resolves an axis of a tensor of that rank, counted from the end where it is
// negative.
func (n *Node) Axis(a, rank int) int {
	at := a
	if at < 0 {
		at += rank
	}
	if at < 0 || at >= rank {
		n.Errorf("axis %d of a tensor of rank %d", a, rank)
		return 0
	}
	return at
}

// Axes resolves several axes, ascending, each once.
func (n *Node) Axes(list []int, rank int) []int {
	var out []int
	for _, a := range list {
		out = append(out, n.Axis(a, rank))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
