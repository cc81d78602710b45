package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// Pad surrounds its operand with Value: Before[i] and After[i] elements on axis
// i, and Interior[i] between two neighbours, where Interior is not nil. The
// batch axis is not padded.
type Pad struct {
	Before, After []int
	Interior      []int
	Value         float64
}

// PadWith surrounds x with value.
func PadWith(b *ir.Builder, x *ir.Value, before, after []int, value float64) *ir.Value {
	return b.Apply(&Pad{Before: before, After: after, Value: value}, x)
}

// Name is "pad".
func (*Pad) Name() string { return "pad" }

func (p *Pad) String() string {
	inside := ""
	if p.Interior != nil {
		inside = fmt.Sprintf(" interior=%v", p.Interior)
	}
	return fmt.Sprintf("pad[before=%v after=%v%s value=%v]", p.Before, p.After, inside, loop.Num(p.Value))
}

// step is the distance of two neighbours on an axis of the result.
func (p *Pad) step(axis int) int {
	if p.Interior == nil {
		return 1
	}
	return p.Interior[axis] + 1
}

// Infer is before + (d-1)·(interior+1) + 1 + after for every axis.
func (p *Pad) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("pad", args, 1); err != nil {
		return ir.Type{}, err
	}
	if err := numeric("pad", args); err != nil {
		return ir.Type{}, err
	}
	out := slices.Clone(args[0].Shape)
	if len(p.Before) != len(out) || len(p.After) != len(out) || p.Interior != nil && len(p.Interior) != len(out) {
		return ir.Type{}, fmt.Errorf("%v does not name every axis of %v", p, out)
	}
	for i, d := range out {
		before, after, step := p.Before[i], p.After[i], p.step(i)
		switch {
		case before < 0 || after < 0 || step < 1 || max(before, after, step) > ir.MaxElements:
			return ir.Type{}, fmt.Errorf("%v of %v: axis %d", p, out, i)
		case d != ir.Batch:
			out[i] = before + (d-1)*step + 1 + after
		case before != 0 || after != 0 || step != 1:
			return ir.Type{}, fmt.Errorf("%v pads the batch axis of %v", p, out)
		}
	}
	return ir.Type{Shape: out}, nil
}
