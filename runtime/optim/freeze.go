package optim

// SetFrozen says which tensors the steps to come leave alone: those for whose
// name, such as "hidden/kernel", frozen returns true. Everything about a frozen
// tensor stands still: its weights, also where a moving average replaces others,
// its accumulators and its average; its gradient does not count in the norm of
// all gradients. Thawed, it goes on from there.
//
// Weights that the description freezes are not part of an optimizer at all, which
// saves computing their gradients.
func (o *Optimizer) SetFrozen(frozen func(name string) bool) {
	for i := range o.tensors {
		t := &o.tensors[i]
		t.frozen = frozen != nil && frozen(t.Name)
	}
	o.shared = nil // it is laid out for other tensors
}

// Frozen returns the names of the tensors that steps leave alone.
func (o *Optimizer) Frozen() []string {
	var names []string
	for _, t := range o.tensors {
		if t.frozen {
			names = append(names, t.Name)
		}
	}
	return names
}
