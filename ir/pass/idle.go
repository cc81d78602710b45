package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir/idle"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/past"
)

// idleTurns limits what is computed of masked sequences to the steps that count.
func idleTurns(u *unit) error {
	idle.Turns(u.plan)
	again := turns(u.plan)
	for _, s := range slices.Concat(u.plan.Forward, u.plan.Backward) {
		if l, ok := s.(*loop.Loop); ok {
			l.Idle = merger{u.header, true}.steps(l.Idle)
		}
	}
	again()
	collect(u.plan)
	return nil
}

// blocksOfSteps limits what is computed of whole sequences to the steps before each.
func blocksOfSteps(u *unit) error {
	if u.plan.Name != stepPlan {
		past.Blocks(u.plan)
		return canonicalForm(u) // the rows of a turn may be one axis with what is around them
	}
	return nil
}

// stepsSoFar limits what a step of a sequence computes to the steps so far.
func stepsSoFar(u *unit) error {
	if s := u.header.Stream; u.plan.Name == stepPlan && s.Limit() > 0 {
		past.Limit(u.plan, s.Limit())
	}
	return nil
}
