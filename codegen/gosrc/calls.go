package gosrc

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/kernelset"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// kernelCall is the call of a kernel within a plan.
type kernelCall struct {
	*loop.Run
	kernel  *gokernel.Kernel
	fn      *kernelset.Function
	stage   int // workers wait for one another before the next
	sharing loop.Sharing
}

// callsOf turns the two halves of a plan into calls of kernels.
func (e *phases) callsOf(plan *loop.Plan) (forward, backward []kernelCall, err error) {
	stages := plan.Stages()
	var list []kernelCall
	for i, s := range append(append([]loop.Step{}, plan.Forward...), plan.Backward...) {
		r, ok := s.(*loop.Run)
		if !ok {
			return nil, nil, fmt.Errorf("loops over time are not emitted by this version")
		}
		k, fn, err := e.kernels.Function(r.Kernel)
		if err != nil {
			return nil, nil, fmt.Errorf("%v: layer %s: %w", r.Pos, diag.Quote(r.Layer), err)
		}
		for _, p := range k.Params {
			if p.Buf.Class == loop.Const && !slices.Contains(e.consts, p.Buf) {
				e.consts = append(e.consts, p.Buf)
			}
		}
		list = append(list, kernelCall{r, k, fn, stages[i], loop.SharingOf(r.Kernel)})
	}
	return list[:len(plan.Forward)], list[len(plan.Forward):], nil
}

// divided are calls of which workers divide what can be divided: they wait before
// and after it.
func divided(calls []kernelCall) []kernelCall {
	calls = slices.Clone(calls)
	stage, was := 0, 0
	for i, c := range calls {
		if c.fn.Divided {
			calls[i].sharing = loop.ByUnits
		}
		if i > 0 && (c.stage != was || c.fn.Divided || calls[i-1].fn.Divided) {
			stage++
		}
		was, calls[i].stage = c.stage, stage
	}
	return calls
}

// lastStage is that of the last call.
func lastStage(calls []kernelCall) int {
	if len(calls) == 0 {
		return 0
	}
	return calls[len(calls)-1].stage
}

// joinedKernels collects the kernels of all plans of a large network, and joins them.
func (e *phases) joinedKernels() error {
	if !e.kernels.Share {
		return nil
	}
	plans := []*loop.Plan{e.p.Predict}
	if !e.cfg.PredictOnly {
		plans = append(plans, e.p.Evaluate, e.p.Train)
		for _, a := range e.p.Adapts {
			plans = append(plans, a.Plan)
		}
	}
	for _, p := range plans {
		if _, _, err := e.callsOf(p); err != nil {
			return err
		}
	}
	e.kernels.Join()
	return nil
}
