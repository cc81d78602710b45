package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir/idle"
	"github.com/nngen-go/nngen/ir/loop"
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
