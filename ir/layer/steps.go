package layer

import (
	"cmp"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// Streaming is what the layers of a graph hand one another that takes one step of a
// sequence at a time. Its sequences are [n, 1, …].
type Streaming struct {
	// Steps is how many a sequence of the description has.
	Steps int
	// Timed are the values that belong to the step alone; others are computed from
	// all steps so far.
	Timed map[*ir.Value]bool
	// States are the inputs that hold what the step before has left, and Next, one
	// for each, what this one leaves.
	States, Next []*ir.Value
	// Why is set by a layer that takes no single step.
	Why string

	counted *ir.Value               // the number of the step, where a layer has asked for it
	kept    map[*ir.Value]*ir.Value // see past
}

// Stepper is the settings of a layer whose arguments decide whether it computes
// every step of a sequence by itself, or from what the step before has left.
type Stepper interface {
	// Stepwise says so of an input [n, steps, …].
	Stepwise(x ir.Shape) bool
}

// Stepwise reports that a layer can be given what it reads step by step. Of a
// sequence it must compute every step by itself; what follows from all steps so far
// it may do anything with, but not together with a sequence.
func (s *Streaming) Stepwise(info Info, config Config, in []*ir.Value) bool {
	timed := 0
	for _, x := range in {
		if s.Timed[x] {
			timed++
		}
		if info.Merge && len(x.Shape) != len(in[0].Shape) {
			return timed == 0 // axes of length 1 would be added before that of the steps
		}
	}
	switch c, ok := config.(Stepper); {
	case timed == 0:
		return true
	case timed < len(in) || in[0].DType == ir.F32 && len(in[0].Shape) < 3:
		return false // the last axis of [n, steps] is that of the steps
	case ok:
		shape := slices.Clone(in[0].Shape)
		shape[1] = s.Steps
		return c.Stepwise(shape)
	}
	return info.Steps
}

// takes reports that x is one step of a sequence, [n, 1, …].
func (s *Streaming) takes(x *ir.Value) bool { return s != nil && s.Timed[x] }

// position is the number of the step, [n, 1], the first being 0. Where a layer asks
// for it a sequence has no more steps than the description says.
func (s *Streaming) position(c *Context) *ir.Value {
	if s.counted == nil {
		s.counted = op.InputOf(c.B, op.Input{
			Port: "position", Kind: op.State, Index: len(s.States), Limit: s.Steps, Of: ir.Type{DType: ir.I32, Shape: ir.Shape{ir.Batch, 1}},
		})
		s.States, s.Next = append(s.States, s.counted), append(s.Next, s.counted)
	}
	return s.counted
}

// past is x [n, 1, …] of this step among those of the steps before it, [n, steps,
// …], in which those of later steps are 0.
func (s *Streaming) past(c *Context, x *ir.Value, part string) *ir.Value {
	if known := s.kept[x]; known != nil || !x.Valid() {
		return cmp.Or(known, x)
	}
	shape := slices.Clone(x.Shape)
	shape[1] = s.Steps
	position := s.position(c)
	state := op.InputOf(c.B, op.Input{
		Port: c.Name + "." + c.Part + part, Kind: op.State, Index: len(s.States), Of: ir.Type{Shape: shape},
	})
	all := c.Named(op.PutRow(c.B, state, position, x), part+".next")
	s.States, s.Next = append(s.States, state), append(s.Next, all)
	if s.kept == nil {
		s.kept = map[*ir.Value]*ir.Value{}
	}
	s.kept[x] = all
	return all
}

// Gives records what a layer has made of in.
func (s *Streaming) Gives(config Config, in []*ir.Value, y *ir.Value) {
	l, ok := config.(recurrentLayer)
	if !slices.ContainsFunc(in, func(x *ir.Value) bool { return s.Timed[x] }) {
		return
	}
	if ok {
		_, sequential, _ := l.parts()
		s.Timed[y] = sequential.ReturnSequences
		return
	}
	s.Timed[y] = true
}

// carry is an input that holds what the step before has left of a state.
func (s *Streaming) carry(c *Context, st state) *ir.Value {
	v := op.InputOf(c.B, op.Input{
		Port: c.Name + "." + c.Part + st.name, Kind: op.State, Index: len(s.States), Of: ir.Type{Shape: ir.Shape{ir.Batch, st.units}},
	})
	s.States = append(s.States, v)
	return v
}

// besides reports that an axis is not among some of a sequence, counted from the end
// where they are negative.
func besides(axis int, x ir.Shape, axes ...int) bool {
	return !slices.Contains(axes, axis) && !slices.Contains(axes, axis-len(x))
}

// Stepwise implements [Stepper].
func (s *sequential) Stepwise(ir.Shape) bool { return !s.GoBackwards }

// stream is run for one step [n, 1, features] of which the states are handed on
// from call to call. With zeros to begin with, as they are here, what a mask repeats
// is the state that is the output.
func (s *sequential) stream(c *Context, k cell, x *ir.Value) (y *ir.Value, finals []*ir.Value) {
	w := k.weights(c, x.Shape[2])
	mask := stepMask(c, x)
	var states []*ir.Value
	for _, st := range k.states() {
		states = append(states, c.Streaming.carry(c, st))
	}
	projected := c.Named(k.project(c, w, x), "projected")
	if !projected.Valid() {
		return c.poison(), states
	}
	shape := append(ir.Shape{ir.Batch}, projected.Shape[2:]...)
	finals = k.step(c, w, op.ReshapeTo(c.B, projected, shape), states)
	for i, v := range finals {
		if mask != nil { // [n, 1]
			finals[i] = op.Select(c.B, mask, v, states[i])
		}
		c.Named(finals[i], k.states()[i].name+".next")
	}
	c.Streaming.Next = append(c.Streaming.Next, finals...)
	y = finals[k.output()]
	if !y.Valid() {
		return y, finals
	}
	if s.ZeroOutputForMask && mask != nil {
		y = op.Select(c.B, mask, y, op.Scalar(c.B, 0))
	}
	if s.ReturnSequences {
		y = op.ReshapeTo(c.B, y, ir.Shape{ir.Batch, 1, y.Shape[1]})
	}
	return y, finals
}

// Recurrent reports the settings of a layer that goes over the steps of a sequence,
// or that attends to the steps before each one.
func Recurrent(c Config) bool {
	switch c := c.(type) {
	case recurrentLayer, *Bidirectional:
		return true
	case *MultiHeadAttention:
		return c.UseCausalMask
	case *GroupedQueryAttention:
		return c.UseCausalMask
	case *Attention:
		return c.UseCausalMask
	case *AdditiveAttention:
		return c.UseCausalMask
	}
	return false
}
