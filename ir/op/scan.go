package op

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir"
)

// Scan runs Body for every step t of a time axis (from the last with Reverse):
//
//	carried, outputs, summands = Body(carried, steps[:,t], captures)
//
// Operands: the initial carried values, the per-step inputs [n,Length,...], the
// captures, which are the same in every step. Inputs and Outputs of Body are in
// this order. Carried values, per-step inputs and outputs are batched f32.
//
// A value has one type, so the results are packed one after the other. The
// rows [n,R] hold the final carried values, the outputs stacked over time in
// the order of t, those sums over all steps that are batched, and, with Keep,
// the carried values that went into every step, stacked: all that the gradient
// needs. Pieces are taken apart by Slice and Reshape, which cost nothing. With
// Shared the value is instead [U], the sums that have no batch axis: gradients
// of weights.
type Scan struct {
	Body    *ir.Graph
	Length  int
	Carried int // operands 0 to Carried-1
	Steps   int // the operands after them
	Sums    int // the last outputs of Body, added up over the steps
	Reverse bool
	Keep    bool
	Shared  bool
}

// Name is "scan".
func (*Scan) Name() string { return "scan" }

// String holds the body on lines of its own.
func (s *Scan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "scan[length=%d carried=%d steps=%d sums=%d", s.Length, s.Carried, s.Steps, s.Sums)
	for _, flag := range []struct {
		set  bool
		name string
	}{{s.Reverse, " reverse"}, {s.Keep, " keep"}, {s.Shared, " shared"}} {
		if flag.set {
			b.WriteString(flag.name)
		}
	}
	fmt.Fprintf(&b, "]{\n    %s\n  }", strings.ReplaceAll(strings.TrimSpace(s.Body.String()), "\n", "\n    "))
	return b.String()
}

// outputs is the number of stacked outputs.
func (s *Scan) outputs() int { return len(s.Body.Outputs) - s.Carried - s.Sums }

// piece is one result within the packed value.
type piece struct {
	offset int
	shape  ir.Shape // with the batch axis and, where stacked, the time axis
}

func (p piece) size() int { return p.shape.Elements() }

// layout is where the results lie: in the rows (finals, stacked outputs,
// batched sums, kept carried values) and in the shared part. sums has one
// entry per summand, in either part.
type layout struct {
	finals, stacked, sums, kept []piece
	rows, shared                int
}

func (s *Scan) layout() layout {
	var l layout
	put := func(size *int, shape ir.Shape) piece {
		p := piece{offset: *size, shape: shape}
		*size += p.size()
		return p
	}
	over := func(shape ir.Shape) ir.Shape {
		return append(ir.Shape{ir.Batch, s.Length}, shape[1:]...)
	}
	for i, v := range s.Body.Outputs {
		switch {
		case i < s.Carried:
			l.finals = append(l.finals, put(&l.rows, v.Shape))
		case i < s.Carried+s.outputs():
			l.stacked = append(l.stacked, put(&l.rows, over(v.Shape)))
		case v.Shape.Batched():
			l.sums = append(l.sums, put(&l.rows, v.Shape))
		default:
			l.sums = append(l.sums, put(&l.shared, v.Shape))
		}
	}
	if s.Keep {
		for _, v := range s.Body.Outputs[:s.Carried] {
			l.kept = append(l.kept, put(&l.rows, over(v.Shape)))
		}
	}
	return l
}

// Infer checks the body against the operands and gives the packed shape.
func (s *Scan) Infer(args []ir.Type) (ir.Type, error) {
	in, out := s.Body.Inputs, s.Body.Outputs
	if s.Length <= 0 || min(s.Carried, s.Steps, s.Sums) < 0 || s.Carried+s.Steps > len(args) || s.Carried+s.Sums > len(out) {
		return ir.Type{}, fmt.Errorf("scan over %d steps with %d carried values and %d operands", s.Length, s.Carried, len(args))
	}
	if len(in) != len(args) {
		return ir.Type{}, fmt.Errorf("scan: the body takes %d operands, got %d", len(in), len(args))
	}
	for i, a := range args {
		want := a.Shape
		if i >= s.Carried && i < s.Carried+s.Steps {
			if len(want) < 2 || !want.Batched() || want[1] != s.Length {
				return ir.Type{}, fmt.Errorf("scan: per-step operand %d is %v, not [n,%d,...]", i, a, s.Length)
			}
			want = append(ir.Shape{ir.Batch}, want[2:]...)
		}
		if !in[i].Shape.Equal(want) || in[i].DType != a.DType {
			return ir.Type{}, fmt.Errorf("scan: operand %d is %v, the body takes %v", i, a, in[i].Type)
		}
	}
	for i, v := range out {
		if v.DType != ir.F32 || i < s.Carried+s.outputs() && !v.Shape.Batched() || v.Shape.Ragged() {
			return ir.Type{}, fmt.Errorf("scan: output %d of the body is %v", i, v.Type)
		}
		if i < s.Carried && !v.Shape.Equal(in[i].Shape) {
			return ir.Type{}, fmt.Errorf("scan: carried value %d is %v and becomes %v", i, in[i].Type, v.Type)
		}
		if v.Shape.Elements() > ir.MaxElements/s.Length/(len(out)+s.Carried) {
			return ir.Type{}, fmt.Errorf("scan: output %d of %v over %d steps is too large", i, v.Shape, s.Length)
		}
	}
	for _, v := range s.Body.Values {
		in, input := v.Op.(*Input)
		switch v.Op.(type) {
		case *Param, *Random:
			return ir.Type{}, fmt.Errorf("scan: the body holds %v, which belongs outside", v.Op)
		}
		if input && in.Kind != Bound {
			return ir.Type{}, fmt.Errorf("scan: the body holds %v, which belongs outside", v.Op)
		}
	}
	l := s.layout()
	if s.Shared {
		return ir.Type{Shape: ir.Shape{l.shared}}, nil
	}
	return ir.Type{Shape: ir.Shape{ir.Batch, l.rows}}, nil
}
