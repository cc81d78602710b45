package onnx

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

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
	if v.Known == nil || tensor.IsFloat(v.Known.Type) {
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
	if v.Known == nil || tensor.Count(v.Shape) != 1 {
		n.errorf("%s (%s) must be one number that is known when the model is built", name, diag.Quote(v.Name))
		return otherwise
	}
	return v.Known.At(0)
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
