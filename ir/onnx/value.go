package onnx

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
)

// Value is a tensor of the model while its graph is built: known, or computed.
type Value struct {
	Name  string
	Type  proto.Type
	Shape []int          // as ONNX counts, without the axis of rows
	Known *tensor.Tensor // nil: computed
	// inOrder is the value in the graph with its axes in ONNX's order, channelsLast
	// with axis 1 after the others; one of both may be nil until it is asked for.
	inOrder, channelsLast *ir.Value
	// whole is what is known of whole numbers that are computed; nil: their type alone.
	whole *span
	// number is the value as numbers where the graph has whole ones, once it was asked for.
	number *Value
	// from are the elements of tensors of the file that its own are, by their numbers;
	// nil where it is none of them, or one as it is.
	from *tensor.Tensor
}

// rank is the number of axes that ONNX counts.
func (v *Value) rank() int { return len(v.Shape) }

// constants are at most so large where they are no parameters.
const constants = 64

// front are the axes before those that ONNX counts: one where v has rows.
func front(v *ir.Value) int {
	if v.Shape.Batched() {
		return 1
	}
	return 0
}

// plain is v in the graph with its axes in ONNX's order.
func (s *scope) plain(v *Value) *ir.Value {
	if v.Known != nil {
		return s.constant(v, nil)
	}
	if v.inOrder == nil && v.channelsLast == nil {
		return s.bad()
	}
	if v.inOrder == nil {
		rank := v.rank()
		perm := []int{0, rank - 1}
		for i := 1; i < rank-1; i++ {
			perm = append(perm, i)
		}
		v.inOrder = s.turned(v.channelsLast, perm)
	}
	return v.inOrder
}

// wide is v in the graph with axis 1 after the others, which are rank axes: those
// that v lacks are in front and of extent 1.
func (s *scope) wide(v *Value, rank int) *ir.Value {
	switch {
	case v.rank() < rank:
		x := s.plain(v)
		if !x.Valid() {
			return x
		}
		shape := append(ir.Shape{}, x.Shape[:front(x)]...)
		for range rank - v.rank() {
			shape = append(shape, 1)
		}
		return s.turned(op.ReshapeTo(s.b, x, append(shape, v.Shape...)), lastPerm(rank))
	case v.Known != nil:
		return s.constant(v, lastPerm(rank))
	case v.inOrder == nil && v.channelsLast == nil:
		return s.bad()
	}
	if v.channelsLast == nil {
		v.channelsLast = s.turned(v.inOrder, lastPerm(rank))
	}
	return v.channelsLast
}

// bad stands for a value whose mistake has been reported already.
func (s *scope) bad() *ir.Value {
	reported := s.b.Errors
	x := s.b.Errorf("reported already")
	s.b.Errors = reported
	return x
}

// turned is x with its axes after the one of rows in another order. Where no axis
// that moves past another has more than one element, that is a reshape.
func (s *scope) turned(x *ir.Value, perm []int) *ir.Value {
	if !x.Valid() {
		return x
	}
	f := front(x)
	shape, whole := append(ir.Shape{}, x.Shape[:f]...), append([]int{}, tensor.Identity(f)...)
	last, moved := -1, false
	for _, a := range perm {
		d := x.Shape[f+a]
		shape, whole = append(shape, d), append(whole, f+a)
		if d > 1 {
			moved = moved || a < last
			last = a
		}
	}
	if !moved {
		return op.ReshapeTo(s.b, x, shape)
	}
	return op.TransposeTo(s.b, x, whole...)
}

// lastPerm moves axis 1 after the others.
func lastPerm(rank int) []int {
	perm := []int{0}
	for i := 2; i < rank; i++ {
		perm = append(perm, i)
	}
	return append(perm, 1)
}

// constant is a known tensor in the graph, its axes in the given order: a number,
// a small table, or a parameter where it is as large as weights are.
func (s *scope) constant(v *Value, perm []int) *ir.Value {
	t := v.Known
	if perm == nil {
		perm = tensor.Identity(len(t.Shape))
	}
	shape := make(ir.Shape, len(perm))
	for i, a := range perm {
		shape[i] = t.Shape[a]
	}
	n := tensor.Count(shape)
	if n == 0 {
		return s.b.Errorf("%s has no elements", v.Name)
	}
	if s.folding || n <= constants && !s.kept(v) || !tensor.IsFloat(t.Type) {
		return op.ConstOf(s.b, shape, t.Permuted(perm))
	}
	return s.weight(v, perm, shape)
}
