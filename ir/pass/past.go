package pass

import "github.com/nngen-go/nngen/ir/past"

// stepsSoFar limits what a step of a sequence computes to the steps so far.
func stepsSoFar(u *unit) error {
	if s := u.header.Stream; u.plan.Name == stepPlan && s.Limit() > 0 {
		past.Limit(u.plan, s.Limit())
	}
	return nil
}
