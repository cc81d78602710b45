package layer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Several is the settings of a layer that gives more than one result.
type Several interface {
	// Results names those after the first, which a description calls
	// "encoder.state_h". Build hands them over with [Context.Result].
	Results() []string
}

// sequential is how a recurrent layer goes over its steps. Source: Keras 3,
// layers/rnn/rnn.py.
type sequential struct {
	ReturnSequences   bool `arg:"return_sequences" doc:"give the output of every step, not of the last alone"`
	ReturnState       bool `arg:"return_state" doc:"give the last state as well; a layer that begins with it writes inputs: [x, encoder.state_h]"`
	GoBackwards       bool `arg:"go_backwards" doc:"go from the last step to the first, and give the outputs in that order"`
	Stateful          bool `arg:"stateful" doc:"in training and evaluation, begin row i of a batch where row i of the batch before has ended"`
	Unroll            bool `arg:"unroll" doc:"has no effect: how steps are run is the compiler's choice" hash:"never"`
	ZeroOutputForMask bool `arg:"zero_output_for_mask" doc:"give 0 for the steps that a mask passes over, not the output before them"`
}

// ComputeMask implements [Masker].
func (s *sequential) ComputeMask(c *Context, in []*ir.Value, _ *ir.Value) *ir.Value {
	if !s.ReturnSequences {
		return nil
	}
	return c.Masks[in[0]]
}

// results are the states of the cell, where they are asked for.
func (s *sequential) results(k cell) []string {
	if !s.ReturnState {
		return nil
	}
	return namesOf(k.states())
}

// cell is what a recurrent layer does at one step.
type cell interface {
	// states are what a step hands to the next.
	states() []state
	// output is the index of the state that is the output.
	output() int
	// weights are the parameters, and what dropout keeps in a training call, for
	// inputs of so many features.
	weights(c *Context, features int) weights
	// project does what needs no state, for one step [n, features] or for all
	// [n, steps, features].
	project(c *Context, w weights, x *ir.Value) *ir.Value
	// step gives the states after a step, from those before it and its projection.
	step(c *Context, w weights, x *ir.Value, states []*ir.Value) []*ir.Value
}

// state is a part of what a step hands to the next: [n, units]; see Context.Beside.
type state struct {
	name  string // state_h
	units int
}

func namesOf(states []state) []string {
	var names []string
	for _, s := range states {
		names = append(names, s.name)
	}
	return names
}

// weights are what a cell has in every step; nil where it has it not. Of dropout it
// is the factor of every value, which is the same at all steps: [n, features] or
// [n, units] for all gates, or [n, gates, …] for each.
type weights struct {
	kernel, bias, dropout                            *ir.Value // of the projection
	recurrentKernel, recurrentBias, recurrentDropout *ir.Value // of the step
	above                                            []weights // of the cells above the first of a stack
}

// recurring gives the places of what the step needs. Only the lowest cell of a stack
// has a projection that needs no state.
func (w *weights) recurring() []**ir.Value {
	list := []**ir.Value{&w.recurrentKernel, &w.recurrentBias, &w.recurrentDropout}
	for i := range w.above {
		a := &w.above[i]
		list = append(append(list, &a.kernel, &a.bias, &a.dropout), a.recurring()...)
	}
	return slices.DeleteFunc(list, func(v **ir.Value) bool { return *v == nil })
}

// recurrent is a recurrent layer: in are its steps [n, steps, features] and
// perhaps the states that it begins with, [n, units] each. A mask leaves the states
// as they were and repeats the output; as in Keras 3, it does not where the layer
// is given states to begin with.
func recurrent(c *Context, k cell, s *sequential, in []*ir.Value) *ir.Value {
	if !steps(c, in[0]) || !begins(c, k.states(), in[1:]) {
		return c.poison()
	}
	y, finals := s.run(c, k, in[0], in[1:])
	if s.GoBackwards && s.ReturnSequences {
		y = op.Flip(c.B, c.Named(y, "steps"), 1)
	}
	if s.ReturnState {
		for i, st := range k.states() {
			c.Result(st.name, finals[i])
		}
	}
	return y
}

// ofRow is the shape of a value that has no axis of steps: [n, …], or [n, beside, …].
func ofRow(c *Context, dims ...int) ir.Shape {
	shape := ir.Shape{ir.Batch}
	if c.Beside > 0 {
		shape = append(shape, c.Beside)
	}
	return append(shape, dims...)
}

// sequenceOf is the shape of one with an axis of so many steps.
func sequenceOf(c *Context, steps int, dims ...int) ir.Shape {
	return slices.Insert(ofRow(c, append(dims, 1)...), 1, steps)
}

// steps reports what is no sequence [n, steps, features].
func steps(c *Context, x *ir.Value) bool {
	if !c.floats(x) {
		return false
	}
	if len(x.Shape) != len(sequenceOf(c, 1)) {
		if c.Beside > 0 {
			c.Errorf("%s takes sequences [n, steps, features], but every step of TimeDistributed is %v", c.Kind, slices.Delete(slices.Clone(x.Shape), 2, 3))
			return false
		}
		c.Errorf("%s takes sequences [n, steps, features], but %s gives %v%s", c.Kind, from(x), x.Shape, reshaped(c.Kind, x, 1, lastAxis))
		return false
	}
	return true
}

// begins reports states to begin with that are not those of a cell.
func begins(c *Context, states []state, given []*ir.Value) bool {
	if len(given) == 0 {
		return true
	}
	if len(given) != len(states) {
		c.Errorf("%s begins with %s, but inputs names %d after the sequence", c.Kind, strings.Join(namesOf(states), ", "), len(given))
		return false
	}
	for i, x := range given {
		if !c.floats(x) {
			return false
		}
		if want := (ir.Shape{ir.Batch, states[i].units}); !x.Shape.Equal(want) {
			c.Errorf("%s begins with %s %v, but %s gives %v", c.Kind, states[i].name, want, from(x), x.Shape)
			return false
		}
	}
	return true
}

// run goes over the steps of x. It gives the outputs of all of them, whichever way
// it goes [n, steps, units] in the order of x, or the last [n, units]; and the
// states at the end. The product of the inputs with the kernel is one for all
// steps.
func (s *sequential) run(c *Context, k cell, x *ir.Value, initial []*ir.Value) (y *ir.Value, finals []*ir.Value) {
	switch {
	case c.Streaming.takes(x):
		return s.stream(c, k, x)
	case s.Stateful && c.Beside > 0:
		return s.chained(c, k, x)
	}
	w := k.weights(c, x.Shape[len(x.Shape)-1])
	begin, carries := s.begin(c, k, initial)
	var mask *ir.Value
	if len(initial) == 0 { // with states of its own, Keras's Layer.__call__ passes the mask on and not in
		mask = stepMask(c, x)
	}
	// A mask repeats the output before, which is 0 before the first step, and with that
	// the state that is the output where that begins with 0, too.
	all := s.ReturnSequences || carries && mask != nil
	projected := c.Named(k.project(c, w, x), "projected")
	var captures []*ir.Value
	for _, v := range w.recurring() {
		captures = append(captures, *v)
	}
	perStep := []*ir.Value{projected}
	if c.Apart > 0 {
		perStep = append(perStep, firsts(c, x.Shape[1]))
	}
	finals, outputs := op.Recur(c.B, op.Recurrence{
		Length: x.Shape[1], Reverse: s.GoBackwards, Train: c.Training, Mask: mask,
		Initial: begin, Steps: perStep, Captures: captures,
		Body: func(b *ir.Builder, carried, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
			inside := w
			inside.above = slices.Clone(w.above)
			for i, v := range inside.recurring() {
				*v = captures[i]
			}
			if len(steps) > 1 {
				carried = cutOff(b, carried, steps[1])
			}
			next = k.step(inBody(c, b), inside, steps[0], carried)
			if all {
				outputs = []*ir.Value{next[k.output()]}
			}
			return next, outputs
		},
	})
	if finals == nil {
		bad := c.poison()
		for range k.states() {
			finals = append(finals, bad)
		}
		return bad, finals
	}
	if carries {
		for i, st := range k.states() {
			c.Carry.leave(c, st.name, finals[i])
		}
	}
	last := x.Shape[1] - 1
	if s.GoBackwards {
		last = 0
	}
	switch y = finals[k.output()]; {
	case s.ReturnSequences:
		y = outputs[0]
	case all:
		y = op.ReshapeTo(c.B, op.SliceAxis(c.B, outputs[0], 1, last, 1), y.Shape)
	}
	if s.ZeroOutputForMask && mask != nil {
		if !s.ReturnSequences {
			mask = op.ReshapeTo(c.B, op.SliceAxis(c.B, mask, 1, last, 1), ofRow(c, 1))
		} else {
			mask = op.ReshapeTo(c.B, mask, sequenceOf(c, x.Shape[1]))
		}
		y = op.Select(c.B, mask, c.Named(y, "held"), op.Scalar(c.B, 0))
	}
	return y, finals
}

// begin are the states before the first step: those that are given, those that the
// batch before has left where they carry over, or 0.
func (s *sequential) begin(c *Context, k cell, initial []*ir.Value) (begin []*ir.Value, carries bool) {
	if len(initial) > 0 {
		return initial, false
	}
	carries = s.Stateful && c.Carry != nil
	for _, st := range k.states() {
		if carries {
			begin = append(begin, c.Carry.begin(c, st.name, ir.Shape{ir.Batch, st.units}))
		} else {
			begin = append(begin, op.BroadcastTo(c.B, op.Scalar(c.B, 0), ofRow(c, st.units)))
		}
	}
	return begin, carries
}

// stepMask is the mask of a sequence [n, steps, features], as [n, steps]; nil where
// it has none.
func stepMask(c *Context, x *ir.Value) *ir.Value {
	m := maskOver(c, x)
	if m == nil || !m.Valid() {
		return m
	}
	return c.Masks[x]
}

// inBody is c with what it builds inside of the body of a scan.
func inBody(c *Context, b *ir.Builder) *Context {
	net, inner := *c.Net, *c
	net.B = b
	inner.Net = &net
	return &inner
}

// kept is the factor of values that dropout keeps or drops: 0 with probability
// rate, and 1/(1-rate) otherwise; nil where nothing is dropped. What says which
// values they are.
func kept(c *Context, what string, rate float64, seed *int64, shape ir.Shape) *ir.Value {
	if !c.Training || rate == 0 {
		return nil
	}
	stream := c.Name + "/" + c.Part + what
	if seed != nil {
		stream = fmt.Sprintf("%s#%d", stream, *seed)
	}
	u := c.Named(op.Uniform(c.B, stream, shape), what+"_noise")
	factor := scalar.Call("select", scalar.Call("ge", scalar.Arg(0), scalar.Num(rate)), scalar.Num(1/(1-rate)), scalar.Num(0))
	return c.Named(op.MapOf(c.B, factor, what, u), what)
}
