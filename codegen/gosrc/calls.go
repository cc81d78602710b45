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
	loop    *loop.Loop                    // that the call is in, or nil
	parts   map[*gokernel.Param]loop.Part // of parameters that are others in every turn
}

// callsOf turns the two halves of a plan into calls of kernels.
func (e *phases) callsOf(plan *loop.Plan) (forward, backward []kernelCall, err error) {
	stages := plan.Stages()
	var list []kernelCall
	add := func(steps []loop.Step, around *loop.Loop) error {
		for _, s := range steps {
			r, ok := s.(*loop.Run)
			if !ok {
				return fmt.Errorf("loops over time within others are not emitted by this version")
			}
			c, err := e.callOf(r)
			if err != nil {
				return fmt.Errorf("%v: layer %s: %w", r.Pos, diag.Quote(r.Layer), err)
			}
			c.loop, c.stage = around, stages[len(list)]
			list = append(list, c)
		}
		return nil
	}
	split := 0
	for i, s := range slices.Concat(plan.Forward, plan.Backward) {
		if l, ok := s.(*loop.Loop); ok {
			err = add(l.Body, l)
		} else {
			err = add([]loop.Step{s}, nil)
		}
		if err != nil {
			return nil, nil, err
		}
		if i < len(plan.Forward) {
			split = len(list)
		}
	}
	return list[:split], list[split:], nil
}

// callOf turns a kernel into a call.
func (e *phases) callOf(r *loop.Run) (kernelCall, error) {
	step, parts := loop.InTurn(r.Kernel)
	k, fn, err := e.kernels.Function(step)
	if err != nil {
		return kernelCall{}, err
	}
	c := kernelCall{Run: r, kernel: k, fn: fn, sharing: loop.SharingOf(r.Kernel), parts: map[*gokernel.Param]loop.Part{}}
	for _, p := range k.Params {
		if part, ok := parts[p.Buf]; ok {
			c.parts[p], p.Buf = part, part.Of
		}
		if p.Buf.Class == loop.Const && !slices.Contains(e.consts, p.Buf) {
			e.consts = append(e.consts, p.Buf)
		}
	}
	return c, nil
}

// divided are calls of which workers divide what can be divided: they wait before
// and after it.
func divided(calls []kernelCall) []kernelCall {
	calls = slices.Clone(calls)
	stage, was := 0, 0
	for i, c := range calls {
		if c.divides() {
			calls[i].sharing = loop.ByUnits
		}
		if i > 0 && (c.stage != was || c.divides() || calls[i-1].divides()) {
			stage++
		}
		was, calls[i].stage = c.stage, stage
	}
	return calls
}

// divides reports a call that workers divide. In a loop they would wait in every turn.
func (c kernelCall) divides() bool { return c.fn.Divided && c.loop == nil }

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
