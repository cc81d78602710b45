package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
)

// Slice takes Sizes[i] elements of axis i from Starts[i] in steps of Steps[i],
// which may be negative. The batch axis is taken whole: start 0, size ir.Batch,
// step 1.
type Slice struct{ Starts, Sizes, Steps []int }

// SliceAxis takes size elements of one axis, which may be negative, from start.
func SliceAxis(b *ir.Builder, x *ir.Value, ax, start, size int) *ir.Value {
	return sliceAxis(b, x, ax, func(s *Slice, at int) { s.Starts[at], s.Sizes[at] = start, size })
}

// Flip reverses one axis, which may be negative.
func Flip(b *ir.Builder, x *ir.Value, ax int) *ir.Value {
	return sliceAxis(b, x, ax, func(s *Slice, at int) { s.Starts[at], s.Steps[at] = s.Sizes[at]-1, -1 })
}

func sliceAxis(b *ir.Builder, x *ir.Value, ax int, set func(s *Slice, at int)) *ir.Value {
	if !x.Valid() {
		return x
	}
	at, err := axis(ax, len(x.Shape))
	if err != nil {
		return b.Errorf("slice: %v", err)
	}
	s := whole(x.Shape)
	set(s, at)
	return b.Apply(s, x)
}

// whole is the slice that takes everything.
func whole(s ir.Shape) *Slice {
	ones := make([]int, len(s))
	for i := range ones {
		ones[i] = 1
	}
	return &Slice{Starts: make([]int, len(s)), Sizes: slices.Clone(s), Steps: ones}
}

// Name is "slice".
func (*Slice) Name() string { return "slice" }

func (s *Slice) String() string {
	return fmt.Sprintf("slice[start=%v size=%v step=%v]", s.Starts, ir.Shape(s.Sizes), s.Steps)
}

// Infer checks that every element lies inside.
func (s *Slice) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("slice", args, 1); err != nil {
		return ir.Type{}, err
	}
	if err := dense("slice", args); err != nil {
		return ir.Type{}, err
	}
	x := args[0]
	if r := len(x.Shape); len(s.Starts) != r || len(s.Sizes) != r || len(s.Steps) != r {
		return ir.Type{}, fmt.Errorf("%v does not name every axis of %v", s, x.Shape)
	}
	for i, d := range x.Shape {
		start, size, step := s.Starts[i], s.Sizes[i], s.Steps[i]
		if d == ir.Batch {
			if start != 0 || size != ir.Batch || step != 1 {
				return ir.Type{}, fmt.Errorf("%v cuts the batch axis of %v", s, x.Shape)
			}
			continue
		}
		// The bounds on size and step keep the product below from overflowing.
		inside := start >= 0 && start < d && size > 0 && size <= d && step != 0 && max(step, -step) <= max(d, 1)
		if last := start + (size-1)*step; !inside || last < 0 || last >= d {
			return ir.Type{}, fmt.Errorf("slice of axis %d of %v: %d elements from %d in steps of %d", i, x.Shape, size, start, step)
		}
	}
	return ir.Type{Shape: slices.Clone(s.Sizes), DType: x.DType}, nil
}

// Eval32 is the rule in single precision.
func (s *Slice) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalSlice(c, s, v, args)
}

// Eval64 is the rule in double precision.
func (s *Slice) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalSlice(c, s, v, args)
}

func evalSlice[F ir.Float](c *ir.Context[F], s *Slice, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	shape := v.Shape.Concrete(c.Rows)
	out := like(c, args[0], shape)
	move(shape, out, packed(shape), args[0], s.within(place{strides: args[0].Shape.Strides()}))
	return out
}

// within is where the slice lies in the whole.
func (s *Slice) within(p place) place {
	q := place{offset: p.offset, strides: make([]int, len(p.strides))}
	for i, stride := range p.strides {
		q.offset += s.Starts[i] * stride
		q.strides[i] = s.Steps[i] * stride
	}
	return q
}

// VJP puts the gradient back among zeros.
func (s *Slice) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	shape := v.Args[0].Shape
	pad := &Pad{Before: make([]int, len(shape)), After: make([]int, len(shape)), Interior: make([]int, len(shape))}
	apart := false
	for i, d := range shape {
		start, size, step := s.Starts[i], s.Sizes[i], s.Steps[i]
		if d == ir.Batch {
			continue
		}
		if size == 1 {
			step = 1
		}
		if step < 0 {
			dy = Flip(b, dy, i)
			start, step = start+(size-1)*step, -step
		}
		pad.Before[i], pad.Interior[i], pad.After[i] = start, step-1, d-start-(size-1)*step-1
		apart = apart || step > 1
	}
	if !apart {
		pad.Interior = nil
	}
	return []*ir.Value{b.Apply(pad, dy)}
}

// Lower needs no kernel: it is an offset and other strides.
func (s *Slice) Lower(l Lowering, v *ir.Value) {
	w := l.View(v.Args[0])
	if w.Parts != nil {
		if w = s.part(w); w.Buf == nil {
			l.Errorf(v, "%v takes parts of a value that lie apart", s)
			return
		}
		l.Alias(v, w)
		return
	}
	p := s.within(place{w.Offset, w.Strides})
	l.Alias(v, View{Buf: w.Buf, Offset: p.offset, Strides: p.strides})
}

// part is where the columns lie that a slice takes of a value in parts, if it takes
// them from one; else a view of nothing.
func (s *Slice) part(w View) View {
	last := len(s.Starts) - 1
	start, size, step := s.Starts[last], s.Sizes[last], s.Steps[last]
	for _, p := range w.Parts {
		if p.Offset <= start && start+(size-1)*step < p.Offset+p.Size && step > 0 {
			q := View{Buf: p.View.Buf, Offset: p.View.Offset + start - p.Offset, Strides: slices.Clone(p.View.Strides)}
			q.Strides[last] *= step
			return q
		}
	}
	return View{}
}
