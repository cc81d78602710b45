package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// chained goes over the sequences of all steps of a TimeDistributed, x [n, inner, steps,
// features], one after the other: a stateful layer begins each where the step before
// has ended, as Keras does, which calls it for every step in turn
// (keras/src/layers/rnn/time_distributed.py). They are one sequence, [n, steps·inner,
// features], but for the gradient: states are variables that none flows through.
func (s *sequential) chained(c *Context, k cell, x *ir.Value) (y *ir.Value, finals []*ir.Value) {
	bad := func() (*ir.Value, []*ir.Value) {
		for range k.states() {
			finals = append(finals, c.poison())
		}
		return c.poison(), finals
	}
	if s.ReturnState {
		c.ErrorAt("return_state", "return_state: true is not supported together with stateful: true inside of TimeDistributed; leave one of them out")
		return bad()
	}
	if c.Masks[x] != nil {
		c.ErrorAt("layer", "stateful: true inside of TimeDistributed over steps with a mask is not supported by this version of nngen; leave it out, or put the steps of both on one axis with Reshape")
		return bad()
	}
	inner, steps := x.Shape[1], x.Shape[2]
	in := swapped(c, x)
	if s.GoBackwards {
		in = op.Flip(c.B, in, 2)
	}
	one := c.Named(op.ReshapeTo(c.B, in, ir.Shape{ir.Batch, steps * inner, x.Shape[3]}), "joined")
	within, all := *c, *s
	within.Beside, within.Apart, all.ReturnSequences, all.GoBackwards = 0, inner, true, false
	before := len(c.B.Graph.Values)
	y, _ = all.run(&within, k, one, nil)
	for _, v := range c.B.Graph.Values[before:] {
		if _, random := v.Op.(*op.Random); random {
			c.Errorf("dropout and recurrent_dropout of a stateful %s inside of TimeDistributed, where every step drops other values, are not supported; leave them out, or put Dropout before and after", c.Kind)
			return bad()
		}
	}
	if !y.Valid() {
		return bad()
	}
	width := y.Shape[2]
	y = op.ReshapeTo(c.B, y, ir.Shape{ir.Batch, steps, inner, width})
	if !s.ReturnSequences {
		return op.ReshapeTo(c.B, op.SliceAxis(c.B, y, 2, inner-1, 1), ir.Shape{ir.Batch, steps, width}), nil
	}
	if s.GoBackwards {
		y = op.Flip(c.B, y, 2)
	}
	return swapped(c, c.Named(y, "turned")), nil
}

// firsts is 1 at the first of every so many steps, and 0 at others, [n, steps, 1].
func firsts(c *Context, steps int) *ir.Value {
	marks := make([]float64, steps)
	for i := 0; i < steps; i += c.Apart {
		marks[i] = 1
	}
	return op.BroadcastTo(c.B, c.Named(op.ConstOf(c.B, ir.Shape{1, steps, 1}, marks), "firsts"), ir.Shape{ir.Batch, steps, 1})
}

// cutOff has no gradient flow through states at steps that are marked.
func cutOff(b *ir.Builder, states []*ir.Value, mark *ir.Value) []*ir.Value {
	list := make([]*ir.Value, len(states))
	for i, v := range states {
		still := op.MaxStop(b, op.ReshapeTo(b, v, append(append(ir.Shape{}, v.Shape...), 1)), false, len(v.Shape))
		list[i] = op.Select(b, mark, still, v)
	}
	return list
}

// swapped is v with axes 1 and 2 exchanged.
func swapped(c *Context, v *ir.Value) *ir.Value {
	perm := make([]int, len(v.Shape))
	for i := range perm {
		perm[i] = i
	}
	perm[1], perm[2] = 2, 1
	return op.TransposeTo(c.B, v, perm...)
}
