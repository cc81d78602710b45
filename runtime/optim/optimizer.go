package optim

import (
	"errors"
	"fmt"

	"github.com/nngen-go/nngen/runtime/nn"
)

// Optimizer is a rule bound to one block of parameters: the rule, the number
// of steps taken and what the rule and its settings remember of them.
type Optimizer struct {
	Rule  Rule
	Step  int         // steps taken so far
	Slots [][]float32 // in the order of Rule.Slots, each of all tensors in turn

	globals     []float32 // of a GlobalRule
	average     []float32 // of the weights, with UseEMA
	accumulated []float32 // gradients, with GradientAccumulationSteps
	size        int       // of the block
	tensors     []tensor
	shared      *update // made by the first Apply
}

// tensor is a part of the block that has a name.
type tensor struct {
	nn.Segment
	slots  [][]float32 // its parts of the accumulators; nil: it has none
	shapes [][]int     // of slots
	frozen bool
	held   *nn.Held // nil: it has no constraint
}

// New binds rule to the trainable ones of a model's segments, which come first
// and without gaps, with fresh accumulators. It reports hyperparameters outside
// their range.
func New(rule Rule, segments []nn.Segment) (*Optimizer, error) {
	if rule == nil {
		return nil, errors.New("optim: no rule")
	}
	if err := rule.Validate(); err != nil {
		return nil, err
	}
	o := &Optimizer{Rule: rule}
	for _, s := range segments {
		if !s.Flags.Trainable() {
			continue
		}
		if s.Offset != o.size {
			return nil, fmt.Errorf("optim: %s: the tensor %q begins at %d, the one before it ends at %d", rule.Name(), s.Name, s.Offset, o.size)
		}
		o.size += s.Len()
		t := tensor{Segment: s}
		if s.Constraint.Kind != "" {
			t.held = s.Constraint.On(s.Shape)
		}
		o.tensors = append(o.tensors, t)
	}
	o.makeSlots()
	if r, ok := rule.(GlobalRule); ok {
		o.globals = make([]float32, len(r.Globals()))
		for i := range o.globals {
			o.globals[i] = 1
		}
	}
	if rule.Common().UseEMA {
		o.average = make([]float32, o.size)
	}
	if rule.Common().GradientAccumulationSteps > 0 {
		o.accumulated = make([]float32, o.size)
	}
	return o, nil
}

// makeSlots makes the accumulators: one slice for each, cut into tensors.
func (o *Optimizer) makeSlots() {
	names := o.Rule.Slots()
	whole, _ := o.Rule.(TensorRule)
	o.Slots = make([][]float32, len(names))
	for i := range o.tensors {
		t := &o.tensors[i]
		t.slots, t.shapes = make([][]float32, len(names)), make([][]int, len(names))
	}
	for i, name := range names {
		length := 0
		for j := range o.tensors {
			t := &o.tensors[j]
			has := true
			if t.shapes[i] = t.Shape; whole != nil {
				t.shapes[i], has = whole.SlotShape(name, t.Shape)
			}
			if !has {
				t.shapes[i] = nil
				continue
			}
			if t.shapes[i] == nil { // of a scalar
				t.shapes[i] = []int{}
			}
			length += nn.Segment{Shape: t.shapes[i]}.Len()
		}
		o.Slots[i] = make([]float32, length)
		if v := o.Rule.InitSlot(name); v != 0 {
			for j := range o.Slots[i] {
				o.Slots[i][j] = v
			}
		}
		at := 0
		for j := range o.tensors {
			t := &o.tensors[j]
			if t.shapes[i] != nil {
				end := at + nn.Segment{Shape: t.shapes[i]}.Len()
				t.slots[i], at = o.Slots[i][at:end:end], end
			}
		}
	}
}

// Validate reports hyperparameters that are outside their range, or that have
// changed since New in a way that asks for other accumulators.
func (o *Optimizer) Validate() error {
	if err := o.Rule.Validate(); err != nil {
		return err
	}
	s := o.Rule.Common()
	var needs string
	switch names := o.Rule.Slots(); {
	case len(names) != len(o.Slots):
		needs = fmt.Sprintf("the accumulators %v, and has %d", names, len(o.Slots))
	case s.UseEMA && o.average == nil:
		needs = "a moving average of the weights"
	case s.GradientAccumulationSteps > 0 && o.accumulated == nil:
		needs = "an accumulator of gradients"
	default:
		return nil
	}
	return fmt.Errorf("optim: %s: the hyperparameters have changed so that it needs %s: use a new optimizer", o.Rule.Name(), needs)
}

// Apply moves the weights w one step against the gradient g, in place. Both
// have the length that the optimizer was bound to; g is left alone. Then tensors
// are held to their constraints, as in Keras also by steps that gather gradients
// alone. It allocates nothing after the first step.
func (o *Optimizer) Apply(w, g []float32) error { return o.ApplyShared(nil, w, g) }

// ApplyShared is [Optimizer.Apply] with the work shared among the workers of t,
// if there is enough of it: below [SharedFrom] weights, and with a nil team, it
// works alone. The weights get the same bits for any number of workers.
func (o *Optimizer) ApplyShared(t *nn.Team, w, g []float32) error {
	if len(w) != len(g) {
		return fmt.Errorf("optim: %s: %d weights, %d gradients", o.Rule.Name(), len(w), len(g))
	}
	if len(w) != o.size {
		return fmt.Errorf("optim: %s: %d weights, the optimizer was made for %d", o.Rule.Name(), len(w), o.size)
	}
	s := o.Rule.Common()
	if s.UseEMA && o.average == nil || s.GradientAccumulationSteps > 0 && o.accumulated == nil {
		return o.Validate()
	}
	if o.shared == nil || len(o.shared.workers) < t.Workers() {
		o.shared = newUpdate(o, t.Workers())
	}
	o.shared.step(t, w, g)
	for i := range o.tensors {
		if t := &o.tensors[i]; t.held != nil && !t.frozen {
			t.held.Apply(t.Of(w))
		}
	}
	o.Step++
	return nil
}

// Finalize replaces the weights by their moving average, if the settings ask for
// one, as Keras's fit does when training ends. The tensors that are frozen stay
// as they are. Source: Keras 3, finalize_variable_values of
// optimizers/base_optimizer.py.
func (o *Optimizer) Finalize(w []float32) error {
	if len(w) != o.size {
		return fmt.Errorf("optim: %s: %d weights, the optimizer was made for %d", o.Rule.Name(), len(w), o.size)
	}
	if o.average == nil || o.Step == 0 || !o.Rule.Common().UseEMA {
		return nil
	}
	for _, t := range o.tensors {
		if !t.frozen {
			copy(t.Of(w), t.Of(o.average))
		}
	}
	return nil
}
