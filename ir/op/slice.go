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
