package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Recurrence describes a recurrent computation for Recur.
type Recurrence struct {
	Length   int
	Reverse  bool        // from the last step to the first
	Train    bool        // keep what the gradient needs
	Initial  []*ir.Value // carried values, batched
	Steps    []*ir.Value // [n,Length,...]
	Captures []*ir.Value // the same in every step: weights
	// Mask, where set, is [n,Length] or [n,Length,...]: a step where it is 0 leaves the carried
	// values as they were and repeats the outputs of the step before it
	// (zeros before the first), as Keras's RNN does.
	Mask *ir.Value
	// Body builds one step.
	Body func(b *ir.Builder, carried, steps, captures []*ir.Value) (next, outputs []*ir.Value)
}

// Recur applies a Scan. It gives the final carried values and the outputs
// [n,Length,...]; both are empty after a mistake.
func Recur(b *ir.Builder, r Recurrence) (finals, outputs []*ir.Value) {
	args := slices.Concat(r.Initial, r.Steps, r.Captures)
	if r.Mask != nil {
		args = append(args, r.Mask)
	}
	for _, a := range args {
		if !a.Valid() {
			return nil, nil
		}
	}
	inner := *b
	inner.Graph = &ir.Graph{Name: "body"}
	carried, steps := bind(&inner, "carried", r.Initial, 0), bind(&inner, "step", r.Steps, 1)
	captures := bind(&inner, "capture", r.Captures, 0)
	next, outs := r.Body(&inner, carried, steps, captures)
	next, outs = slices.Clone(next), slices.Clone(outs) // a body may give a part of next as its outputs
	initial, perStep := slices.Clone(r.Initial), slices.Clone(r.Steps)
	held := 0
	if r.Mask != nil {
		mask := bind(&inner, "mask", []*ir.Value{r.Mask}, 1)[0]
		steps, perStep = append(steps, mask), append(perStep, r.Mask)
		for i := range next {
			next[i] = masked(&inner, mask, next[i], carried[i])
		}
		// What a mask repeats is carried too.
		for i, o := range outs {
			if !o.Valid() {
				break
			}
			zero := BroadcastTo(b, Scalar(b, 0), o.Shape)
			before := bind(&inner, fmt.Sprintf("before%d_", i), []*ir.Value{zero}, 0)[0]
			outs[i] = masked(&inner, mask, o, before)
			initial, carried, next = append(initial, zero), append(carried, before), append(next, outs[i])
			held++
		}
	}
	b.Errors = inner.Errors
	inner.Graph.Inputs = slices.Concat(carried, steps, captures)
	inner.Graph.Outputs = slices.Concat(next, outs)
	for _, o := range inner.Graph.Outputs {
		if !o.Valid() {
			return nil, nil
		}
	}
	s := &Scan{Body: inner.Graph, Length: r.Length, Carried: len(initial), Steps: len(perStep), Reverse: r.Reverse, Keep: r.Train}
	if r.Train {
		s.save(b)
	}
	packed := b.Apply(s, slices.Concat(initial, perStep, r.Captures)...)
	if !packed.Valid() {
		return nil, nil
	}
	l := s.layout()
	for _, p := range l.finals[:len(l.finals)-held] {
		finals = append(finals, unpack(b, packed, p))
	}
	for _, p := range l.stacked[:len(outs)] {
		outputs = append(outputs, unpack(b, packed, p))
	}
	return finals, outputs
}

// bind declares the body's inputs for a list of operands, without their time
// axis where they have one.
func bind(b *ir.Builder, name string, args []*ir.Value, time int) []*ir.Value {
	out := make([]*ir.Value, len(args))
	for i, a := range args {
		t := a.Type
		if time == 1 && len(t.Shape) > 1 {
			t.Shape = append(ir.Shape{t.Shape[0]}, t.Shape[2:]...)
		}
		out[i] = InputOf(b, Input{Port: fmt.Sprintf("%s%d", name, i), Kind: Bound, Index: i, Of: t})
	}
	return out
}

// masked is x where the step counts and old elsewhere; mask is [n], or has axes of x
// after it.
func masked(b *ir.Builder, mask, x, old *ir.Value) *ir.Value {
	if !x.Valid() {
		return x
	}
	shape := slices.Clone(mask.Shape)
	for range len(x.Shape) - len(shape) {
		shape = append(shape, 1)
	}
	return MapOf(b, scalar.Call("select", scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)), "mask", ReshapeTo(b, mask, shape), x, old)
}

// unpack takes one piece out of a packed value.
func unpack(b *ir.Builder, packed *ir.Value, p piece) *ir.Value {
	return ReshapeTo(b, SliceAxis(b, packed, -1, p.offset, p.size()), p.shape)
}
