package gosrc

import (
	"fmt"
	"slices"
	"strings"

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
	work    int                           // where its scratch begins
	panels  int                           // the number of those that it is given; -1: none
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
			c, err := e.callOf(plan, r, around)
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
			from := len(list)
			err = add(l.Body, l)
			placeWork(list[from:])
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
func (e *phases) callOf(plan *loop.Plan, r *loop.Run, around *loop.Loop) (kernelCall, error) {
	step, parts := loop.InTurn(r.Kernel)
	held, kept := false, plan == e.p.Predict || plan == e.p.Evaluate
	if c, ok := step.(*loop.Contract); ok {
		part := parts[c.Rhs.Buf].Of != nil
		held = around != nil && around.Axis.N > 1 && !part && !around.Writes(c.Rhs.Buf)
		kept = kept && !part
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
		return
	}
	w.alone(false)
	if w.loop != nil {
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
	switch n := c.loop.Axis.N; { // a worker may be without rows
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
}

// turnsPart prints what a turn passes for a parameter: x[t*128+256:].
func (w *phaseWriter) turnsPart(c kernelCall, p *gokernel.Param, operand string, own bool) string {
	part, ok := c.parts[p]
	if !ok {
		return operand
	}
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
	operand = strings.TrimSuffix(operand, "[:]")
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
	case c.loop.Reverse:
		return append(list, work, fmt.Sprintf("t < %d", c.loop.Axis.N-1))
	}
	return append(list, work, "t > 0")
}

// kept prints what keeps packed weights between predictions.
func (e *phases) kept() keptText { return keptText{e} }

// keptText prints that for predictions, and for what changes parameters.
type keptText struct{ *phases }

// keeps reports a package whose predictions find weights as earlier ones have packed
// them.
func (e keptText) keeps() bool { return len(e.kernels.Panels()) > 0 }

// where is text that only they have.
func (e keptText) where(text string) string {
	if e.keeps() {
		return text
	}
	return ""
}

// changes prints how a method begins that may write parameters.
func (e keptText) changes() string {
	return e.where("m.kept.change()\ndefer m.kept.changed()\n")
}

// changesState is changes of what brings the state up to date, where any of that is
// kept.
func (e keptText) changesState() string {
	for _, u := range e.p.Train.Updates {
		for _, p := range e.kernels.Panels() {
			if p.Segment == u.State.Segment {
				return e.changes()
			}
		}
	}
	return ""
}

// room prints how much memory that is.
func (e keptText) room() string {
	floats := 0
	for _, p := range e.kernels.Panels() {
		floats += p.Floats
	}
	return e.where(fmt.Sprintf(`
	// PackedBytes is the memory of the weights that a model keeps packed between
	// predictions of many rows.
	PackedBytes = %d`, 4*floats))
}

// decl prints what is kept, and what keeps it.
func (e keptText) decl(f *file) {
	if !e.keeps() {
		return
	}
	var rooms strings.Builder
	for _, p := range e.kernels.Panels() {
		fmt.Fprintf(&rooms, "{%d, %d}, // %s\n", p.N, p.Floats, plain(e.p.Segments[p.Segment].Name))
	}
	f.add("// panelRooms lists the weights that stay packed between predictions.\nvar panelRooms = []panelRoom{\n%s}", rooms.String())
	f.add(`// panels are those of some weights, if any are kept.
func (s *pass) panels(i int) *panels {
	if s.kept == nil {
		return nil
	}
	return &s.kept[i]
}`)
	methods := []string{"get", "panel", "done"}
	if !e.cfg.PredictOnly {
		methods = append(methods, "change", "changed")
	}
	e.verbatim(f, "keeper", methods...)
}
