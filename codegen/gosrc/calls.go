package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
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
	idle    bool                          // it is one of a turn that no row takes part in
	parts   map[*gokernel.Param]loop.Part // of parameters that are others in every turn
	work    int                           // where its scratch begins
	panels  int                           // the number of those that it is given; -1: none
	entire  *kernelCall                   // what is called instead where all steps are so far, or nil
}

// callsOf turns the two halves of a plan into calls of kernels.
func (e *phases) callsOf(plan *loop.Plan) (forward, backward []kernelCall, err error) {
	stages := plan.Stages()
	var list []kernelCall
	add := func(steps []loop.Step, around *loop.Loop, idle bool) error {
		for _, s := range steps {
			r, ok := s.(*loop.Run)
			if !ok {
				return fmt.Errorf("loops over time within others are not emitted by this version")
			}
			c, err := e.callOf(plan, r, around)
			if err != nil {
				return fmt.Errorf("%v: layer %s: %w", r.Pos, diag.Quote(r.Layer), err)
			}
			c.loop, c.idle, c.stage = around, idle, stages[len(list)]
			list = append(list, c)
		}
		return nil
	}
	split := 0
	for i, s := range slices.Concat(plan.Forward, plan.Backward) {
		if l, ok := s.(*loop.Loop); ok {
			from := len(list)
			if err = add(l.Idle, l, true); err == nil {
				err = add(l.Body, l, false)
			}
			placeWork(list[from:])
		} else {
			err = add([]loop.Step{s}, nil, false)
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
func (e *phases) callOf(plan *loop.Plan, r *loop.Run, around *loop.Loop) (kernelCall, error) {
	step, parts := loop.InTurn(r.Kernel)
	held, kept := false, plan == e.p.Predict || plan == e.p.Evaluate
	if r.Steps != nil {
		k := r.Kernel.(*loop.Contract)
		step, parts = r.Steps.StepRows(k)
		held = !r.Steps.Sums(k)
	}
	if c, ok := step.(*loop.Contract); ok {
		part := parts[c.Rhs.Buf].Of != nil
		partial := slices.ContainsFunc(slices.Concat(loop.AxesOf(c)...), loop.Axis.Partial) // the next turn reads more than this one packs
		held = held || around != nil && around.Axis.N > 1 && !part && !partial && !around.Writes(c.Rhs.Buf)
		kept = kept && !part && !partial
	}
	k, fn, panels, err := e.kernels.Call(step, held, kept)
	if err != nil {
		return kernelCall{}, err
	}
	c := kernelCall{Run: r, kernel: k, fn: fn, panels: panels, sharing: loop.SharingOf(r.Kernel), parts: map[*gokernel.Param]loop.Part{}}
	for _, p := range k.Params {
		if part, ok := parts[p.Buf]; ok {
			c.parts[p], p.Buf = part, part.Of
		}
		if b := e.constants[p.Buf]; b != nil && !slices.Contains(e.consts, b) {
			e.consts = append(e.consts, b)
		}
	}
	c.entire, err = entire(e, plan, r)
	return c, err
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

// divides reports a call that workers divide. In a loop they would wait in every turn,
// and for some steps of a row each would pack a part of the right operand.
func (c kernelCall) divides() bool { return c.fn.Divided && c.loop == nil && c.Steps == nil }

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
	if s := e.p.Stream; s != nil {
		plans = append(plans, s.Plan)
	}
	for _, p := range plans {
		if _, _, err := e.callsOf(p); err != nil {
			return err
		}
	}
	e.kernels.Join()
	return nil
}

// placeWork gives calls in a loop that keep what they pack scratch of their own, after
// what the others share.
func placeWork(calls []kernelCall) {
	place := 0
	for _, c := range calls {
		if all, _ := c.fn.Work(); !c.fn.Held {
			place = max(place, all)
		}
	}
	for i, c := range calls {
		if all, _ := c.fn.Work(); c.fn.Held {
			calls[i].work = place
			place += all
		}
	}
}

// workOf is the scratch that calls need: of a batch, and of a single row.
func workOf(calls []kernelCall) (all, row int) {
	for _, c := range calls {
		a, r := c.fn.Work()
		if c.entire != nil {
			most, mostOfRow := c.entire.fn.Work()
			a, r = max(a, most), max(r, mostOfRow)
		}
		if c.Steps != nil { // a row has as many as others have rows
			r = a
		}
		all, row = max(all, c.work+a), max(row, c.work+r)
	}
	return all, row
}

// workFloats is the scratch that a worker needs.
func (e *phases) workFloats() int {
	evaluated, _ := workOf(e.evaluated)
	trained, _ := workOf(e.trained)
	return max(e.kernels.WorkFloats(), e.batchWork, evaluated, trained)
}

// turns ends the loop over time that the lines are in, and begins that of a call.
func (w *phaseWriter) turns(c kernelCall, rest []kernelCall) {
	if c.loop == w.loop {
		w.idleTurns(c)
		return
	}
	w.alone(false)
	if w.loop != nil {
		if w.again {
			w.line("again = true")
		}
		w.line("}")
	}
	if w.loop = c.loop; c.loop == nil {
		return
	}
	together := w.spec.team && !c.loop.ByRows()
	if w.spec.team && c.stage != w.stage && !together {
		w.line("s.t.Wait()")
	}
	w.stage = c.stage
	w.heading(c, rest)
	w.again = c.loop.Mask != nil && slices.ContainsFunc(rest, func(d kernelCall) bool { return d.loop == c.loop && d.fn.Held })
	switch n := c.loop.Axis.N; { // a worker may be without rows
	case c.loop.Mask != nil:
		w.maskedTurns(c.loop)
	case w.spec.team && !together && c.loop.Reverse:
		w.line("for t := %d; t >= 0 && s.rows > 0; t-- {", n-1)
	case w.spec.team && !together:
		w.line("for t := 0; t < %d && s.rows > 0; t++ {", n)
	case c.loop.Reverse:
		w.line("for t := %d; t >= 0; t-- {", n-1)
	default:
		w.line("for t := range %d {", n)
	}
	if together {
		w.line("s.t.Wait()")
	}
	if c.loop.Mask != nil {
		m := c.loop.Mask
		w.em.asked["counts"] = true
		mask := w.operand(&gokernel.Param{Buf: m.Buf, Form: gokernel.RowSlice}, w.spec.team)[0]
		part := loop.Part{Of: m.Buf, Base: m.Offset, Move: m.Strides[0]}
		w.line("if !counts(%s, %s, %d, %s) {", mask, turnText(part), m.Strides[1], w.count(w.spec.team))
		w.idle = true
		w.idleTurns(c)
	}
}

// maskedTurns begins a loop of which turns may be idle. Loops by rows alone have such
// turns: each worker finds those of its rows.
func (w *phaseWriter) maskedTurns(l *loop.Loop) {
	n, names, values, some := l.Axis.N, "t", "0", ""
	if l.Reverse {
		values = fmt.Sprint(n - 1)
	}
	if w.again {
		names, values = names+", again", values+", false"
	}
	if w.spec.team {
		some = " && s.rows > 0"
	}
	if l.Reverse {
		w.line("for %s := %s; t >= 0%s; t-- {", names, values, some)
	} else {
		w.line("for %s := %s; t < %d%s; t++ {", names, values, n, some)
	}
}

// idleTurns ends what an idle turn does, where a call is none of it.
func (w *phaseWriter) idleTurns(c kernelCall) {
	if w.idle && !c.idle {
		w.line("continue")
		w.line("}")
		w.idle = false
	}
}

// turnText prints where the part of a turn begins: t*128+256.
func turnText(part loop.Part) string {
	at := "t"
	if part.Move != 1 {
		at = fmt.Sprintf("t*%d", part.Move)
	}
	switch {
	case part.Move < 0:
		at = fmt.Sprintf("%d-t*%d", part.Base, -part.Move)
	case part.Base > 0:
		at += fmt.Sprintf("+%d", part.Base)
	}
	return at
}

// turnsPart prints what a turn passes for a parameter: x[t*128+256:].
func (w *phaseWriter) turnsPart(c kernelCall, p *gokernel.Param, operand string, own bool) string {
	part, ok := c.parts[p]
	if !ok {
		return operand
	}
	if c.Steps != nil {
		return fmt.Sprintf("%s[%s:]", operand, rowStep(part, "from"))
	}
	at := turnText(part)
	operand = strings.TrimSuffix(operand, "[:]")
	if p.Form == gokernel.Fixed && part.Of.Class == loop.Const {
		return fmt.Sprintf("(*%sfloat32)(%s[%s:])", gotree.Array(p.Dims), strings.TrimPrefix(operand, "&"), at)
	}
	if own && !c.loop.ByRows() {
		w.em.asked["after"] = true
		return fmt.Sprintf("after(%s, %s)", operand, at)
	}
	return fmt.Sprintf("%s[%s:]", operand, at)
}

// scratch prints what a call is given of it, and whether turns before have left there
// what it packs, after the panels that are kept for it.
func (w *phaseWriter) scratch(c kernelCall) (list []string) {
	switch {
	case c.panels >= 0:
		list = append(list, fmt.Sprintf("%s(%d)", w.member("panels"), c.panels))
	case c.fn.Keeps:
		list = append(list, "nil")
	}
	work := w.member("work")
	if c.work > 0 {
		work = fmt.Sprintf("%s[%d:]", work, c.work)
	}
	switch {
	case !c.fn.Held:
		return append(list, work)
	case c.Steps != nil:
		return append(list, work, "to-from <= most")
	case w.again: // turns before it may have been idle
		return append(list, work, "again")
	case c.loop.Reverse:
		return append(list, work, fmt.Sprintf("t < %d", c.loop.Axis.N-1))
	}
	return append(list, work, "t > 0")
}

// steps prints the calls of a product for the steps of every row that a mask lets
// through, one call for those that follow one another, and clears the result of the
// others. A call for no more steps than one before it finds its panels packed.
func (w *phaseWriter) steps(c kernelCall) {
	s, own := c.Steps, w.ownRows(c)
	rows, from, to := w.count(own), "0", fmt.Sprint(s.N)
	mask := w.operand(&gokernel.Param{Buf: s.Mask.Buf, Form: gokernel.RowSlice}, own)[0]
	w.em.asked["stretch"] = true
	if !s.All {
		w.em.asked["spanned"] = true
		from, to = "first", "last"
		w.line("{")
		w.line("first, last := spanned(%s, %d, %s)", mask, s.N, rows)
	}
	most := ""
	if c.fn.Held {
		w.line("for r, most := 0, 0; r < %s; r++ {", rows)
		most = "most = max(most, to-from)\n"
	} else {
		w.line("for r := range %s {", rows)
	}
	w.line("for at := %s; at < %s; {", from, to)
	w.line("from, to := stretch(%s[r*%d:], at, %s)", mask, s.N, to)
	for p, part := range c.parts {
		if k := c.Kernel.(*loop.Contract); p.Buf == k.Out.Buf && !s.Sums(k) {
			out := w.operand(p, own)[0]
			w.line("clear(%s[%s:%s])", out, rowStep(part, "at"), rowStep(part, "from"))
		}
	}
	w.line("if from < to {\n%s\n%s}", gotree.Call(c.fn.Name, w.operands(c)), most)
	w.line("at = to\n}\n}")
	if !s.All {
		w.line("}")
	}
}

// rowStep prints where a step of row r lies in a buffer.
func rowStep(part loop.Part, step string) string {
	at := fmt.Sprintf("r*%d+%s*%d", part.Of.Row(), step, part.Move)
	if part.Base > 0 {
		at += fmt.Sprintf("+%d", part.Base)
	}
	return at
}
