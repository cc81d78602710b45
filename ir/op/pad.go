package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
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
	return fmt.Sprintf("pad[before=%v after=%v%s value=%v]", p.Before, p.After, inside, scalar.Num(p.Value))
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

// Eval32 is the rule in single precision.
func (p *Pad) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalPad(c, p, v, args)
}

// Eval64 is the rule in double precision.
func (p *Pad) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalPad(c, p, v, args)
}

func evalPad[F ir.Float](c *ir.Context[F], p *Pad, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	for i := range out.F {
		out.F[i] = F(p.Value)
	}
	move(args[0].Shape, out, p.inside(packed(out.Shape)), args[0], packed(args[0].Shape))
	return out
}

// inside is where the operand lies in the result.
func (p *Pad) inside(whole place) place {
	q := place{offset: whole.offset, strides: make([]int, len(whole.strides))}
	for i, stride := range whole.strides {
		q.offset += p.Before[i] * stride
		q.strides[i] = p.step(i) * stride
	}
	return q
}

// VJP takes the gradient of what was surrounded.
func (p *Pad) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	s := &Slice{Starts: slices.Clone(p.Before), Sizes: slices.Clone(v.Args[0].Shape), Steps: make([]int, len(p.Before))}
	for i, size := range s.Sizes {
		s.Steps[i] = 1
		if size != 1 {
			s.Steps[i] = p.step(i)
		}
	}
	return []*ir.Value{b.Apply(s, dy)}
}

// Lower fills the result, then copies the operand into it.
func (p *Pad) Lower(l Lowering, v *ir.Value) {
	x := v.Args[0]
	to := l.Result(v)
	store(l, v, to, v.Shape, scalar.Num(p.Value), nil, "padding")
	in := p.inside(place{to.Offset, to.Strides})
	store(l, v, View{Buf: to.Buf, Offset: in.offset, Strides: in.strides}, x.Shape, scalar.Arg(0), []loop.Access{access(l.View(x), x.Shape, x.Shape)}, "inside the padding")
}
