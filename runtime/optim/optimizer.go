package optim

import (
	"errors"
	"fmt"

	"github.com/nngen-go/nngen/runtime/nn"
)

// Optimizer is a rule bound to one block of parameters: the rule, the number
// of steps taken and one accumulator of the block's length for each of the
// rule's slots.
type Optimizer struct {
	Rule  Rule
	Step  int         // steps taken so far
	Slots [][]float32 // in the order of Rule.Slots

	shared *update // made by the first Apply
}

// New binds rule to a block of n trainable parameters, with fresh
// accumulators. It reports hyperparameters outside their range.
func New(rule Rule, n int) (*Optimizer, error) {
	if rule == nil {
		return nil, errors.New("optim: no rule")
	}
	if n < 0 {
		return nil, fmt.Errorf("optim: %s: block of %d parameters", rule.Name(), n)
	}
	if err := rule.Validate(); err != nil {
		return nil, err
	}
	names := rule.Slots()
	o := &Optimizer{Rule: rule, Slots: make([][]float32, len(names))}
	for i, name := range names {
		o.Slots[i] = make([]float32, n)
		if v := rule.InitSlot(name); v != 0 {
			for j := range o.Slots[i] {
				o.Slots[i][j] = v
			}
		}
	}
	return o, nil
}

// Apply moves the weights w one step against the gradient g, in place. Both
// have the length that the optimizer was bound to. It allocates nothing after
// the first step.
func (o *Optimizer) Apply(w, g []float32) error { return o.ApplyShared(nil, w, g) }

// ApplyShared is [Optimizer.Apply] with the work shared among the workers of t,
// if there is enough of it: below [SharedFrom] weights, and with a nil team, it
// works alone. The weights get the same bits for any number of workers.
func (o *Optimizer) ApplyShared(t *nn.Team, w, g []float32) error {
	if len(w) != len(g) {
		return fmt.Errorf("optim: %s: %d weights, %d gradients", o.Rule.Name(), len(w), len(g))
	}
	for i, s := range o.Slots {
		if len(s) != len(w) {
			return fmt.Errorf("optim: %s: accumulator %d holds %d values for %d weights", o.Rule.Name(), i, len(s), len(w))
		}
	}
	o.Step++
	if o.shared == nil || len(o.shared.parts) < t.Workers() {
		o.shared = newUpdate(t.Workers())
	}
	o.shared.run(t, o, w, g)
	return nil
}
