package node

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
	// InOrder is the value in the graph with its axes in ONNX's order, channelsLast
	// with axis 1 after the others; one of both may be nil until it is asked for.
	InOrder, ChannelsLast *ir.Value
	// Whole is what is known of whole numbers that are computed; nil: their type alone.
	Whole *Span
	// number is the value as numbers where the graph has whole ones, once it was asked for.
	number *Value
	// from are the elements of tensors of the file that its own are, by their numbers;
	// nil where it is none of them, or one as it is.
	from *tensor.Tensor
}

// Rank is the number of axes that ONNX counts.
func (v *Value) Rank() int { return len(v.Shape) }

// tables are at most so large where they are no parameters.
const tables = 1 << 12

// Table is a table of numbers that an operator needs and the file does not have. A large one
// is a parameter that nothing trains, as weights are: source text is no place for it, and
// kernels read it in the order that they like.
func (s *Scope) Table(shape ir.Shape, data []float64) *ir.Value {
	if len(data) <= tables || s.depth > 0 {
		return op.ConstOf(s.B, shape, data)
	}
	t := tensor.New(proto.Float32, shape)
	for i, v := range data {
		t.Set(i, v)
	}
	return s.Constant(&Value{Type: t.Type, Shape: t.Shape, Known: t}, nil)
}

// constants are at most so large where they are no parameters.
const Constants = 64

// Front are the axes before those that ONNX counts: one where v has rows.
func Front(v *ir.Value) int {
	if v.Shape.Batched() {
		return 1
	}
	return 0
}

// Plain is v in the graph with its axes in ONNX's order.
func (s *Scope) Plain(v *Value) *ir.Value {
	if v.Known != nil {
		return s.Constant(v, nil)
	}
	if v.InOrder == nil && v.ChannelsLast == nil {
		return s.Bad()
	}
	if v.InOrder == nil {
		rank := v.Rank()
		perm := []int{0, rank - 1}
		for i := 1; i < rank-1; i++ {
			perm = append(perm, i)
		}
		v.InOrder = s.Turned(v.ChannelsLast, perm)
	}
	return v.InOrder
}

// Wide is v in the graph with axis 1 after the others, which are rank axes: those
// that v lacks are in front and of extent 1.
func (s *Scope) Wide(v *Value, rank int) *ir.Value {
	switch {
	case v.Rank() < rank:
		x := s.Plain(v)
		if !x.Valid() {
			return x
		}
		shape := append(ir.Shape{}, x.Shape[:Front(x)]...)
		for range rank - v.Rank() {
			shape = append(shape, 1)
		}
		return s.Turned(op.ReshapeTo(s.B, x, append(shape, v.Shape...)), LastPerm(rank))
	case v.Known != nil:
		return s.Constant(v, LastPerm(rank))
	case v.InOrder == nil && v.ChannelsLast == nil:
		return s.Bad()
	}
	if v.ChannelsLast == nil {
		v.ChannelsLast = s.Turned(v.InOrder, LastPerm(rank))
	}
	return v.ChannelsLast
}

// Bad stands for a value whose mistake has been reported already.
func (s *Scope) Bad() *ir.Value {
	reported := s.B.Errors
	x := s.B.Errorf("reported already")
	s.B.Errors = reported
	return x
}

// Turned is x with its axes after the one of rows in another order. Where no axis
// that moves past another has more than one element, that is a reshape.
func (s *Scope) Turned(x *ir.Value, perm []int) *ir.Value {
	if !x.Valid() {
		return x
	}
	f := Front(x)
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
		return op.ReshapeTo(s.B, x, shape)
	}
	return op.TransposeTo(s.B, x, whole...)
}

// LastPerm moves axis 1 after the others.
func LastPerm(rank int) []int {
	perm := []int{0}
	for i := 2; i < rank; i++ {
		perm = append(perm, i)
	}
	return append(perm, 1)
}

// Constant is a known tensor in the graph, its axes in the given order: a number,
// a small table, or a parameter where it is as large as weights are.
func (s *Scope) Constant(v *Value, perm []int) *ir.Value {
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
		return s.B.Errorf("%s has no elements", v.Name)
	}
	if s.folding || n <= Constants && !s.kept(v) || !tensor.IsFloat(t.Type) {
		return op.ConstOf(s.B, shape, t.Permuted(perm))
	}
	return s.weight(v, perm, shape)
}
