package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// phases are the functions that run the program's plans.
type phases struct {
	predictRows                 *planFunc
	evaluate, forward, backward *planFunc
	adapts                      []*planFunc
}

// phasesOf lays out every plan that the package runs. Layers that do the same
// in several plans share a function.
func (e *emitter) phasesOf() error {
	plan := e.p.Predict
	calls, err := e.lay(plan.Forward, unstaged(plan.Forward), suffixes{rows: "Forward"}, "forward")
	if err != nil {
		return err
	}
	e.predictRows, err = e.phase("predictRows", "predictRows runs the network on n samples and returns their outputs. The arena has n times the room of a row.", plan, perRow(), calls, true, nil)
	for _, fn := range e.kernels {
		all, row := fn.work()
		e.batchWork, e.rowWork = max(e.batchWork, all), max(e.rowWork, row)
	}
	if err != nil || e.cfg.PredictOnly {
		return err
	}
	plan = e.p.Evaluate
	if calls, err = e.lay(plan.Forward, stagesOf(plan), suffixes{"Evaluate", "Evaluation"}, "forward"); err != nil {
		return err
	}
	if _, err := lossesOf(plan); err != nil {
		return err
	}
	if e.evaluate, err = e.phase("evaluate", "evaluate runs the network on n samples as Predict does, leaves their share of the loss in the arena and returns the outputs.", plan, e.teamed(firstStage(calls)), calls, true, nil); err != nil {
		return err
	}
	if err := e.trainPhases(); err != nil {
		return err
	}
	for _, a := range e.p.Adapts {
		plan := a.Plan
		if calls, err = e.lay(plan.Forward, unstaged(plan.Forward), suffixes{rows: "Adapt"}, "forward"); err != nil {
			return err
		}
		name := e.top.Pick(lower(a.Layer) + "Input")
		fn, err := e.phase(name, fmt.Sprintf("%s is what reaches layer %s.", name, mention(a.Layer)), plan, perRow(), calls, true, nil)
		if err != nil {
			return err
		}
		e.adapts = append(e.adapts, fn)
	}
	return nil
}

// stagesOf tells where the steps of a plan stand that a team runs.
func stagesOf(p *loop.Plan) []staged {
	runs, _ := p.Flat()
	list := make([]staged, len(runs))
	for i, stage := range p.Stages() {
		list[i] = staged{stage, loop.SharingOf(runs[i].Kernel) == loop.ByRows}
	}
	return list
}

// firstStage is that of the first call.
func firstStage(calls []layerRun) int {
	if len(calls) == 0 {
		return 0
	}
	return calls[0].stage
}

// unstaged is for plans that one worker runs, which has all the rows.
func unstaged(steps []loop.Step) []staged {
	return slices.Repeat([]staged{{rows: true}}, len(steps))
}

// trainPhases lays out the two halves of a training step.
func (e *emitter) trainPhases() error {
	plan := e.p.Train
	stages := stagesOf(plan)
	ended := 0 // the stage that forward ends with
	if n := len(plan.Forward); n > 0 {
		ended = stages[n-1].stage
	}
	calls, err := e.lay(plan.Forward, stages, suffixes{"Train", "Training"}, "forward")
	if err != nil {
		return err
	}
	losses, err := lossesOf(plan)
	if err != nil {
		return err
	}
	var loss *loop.Buffer
	suffix := e.el.suffix
	doc := "forward runs the network on n samples as training does, leaves their share of the loss in the arena and returns the outputs."
	if e.el == double { // of which the test needs the loss alone
		doc = "forwardF64 runs the network on n samples as training does and returns their share of the loss."
		loss = losses[len(losses)-1]
	}
	layout := e.teamed(firstStage(calls))
	if e.grows() {
		layout.times = units
	}
	e.forward, err = e.phase("forward"+suffix, doc, plan, layout, calls, suffix == "", loss)
	if err != nil {
		return err
	}
	if calls, err = e.lay(plan.Backward, stages[len(plan.Forward):], suffixes{"Backward", "Gradients"}, "backward"); err != nil {
		return err
	}
	layout = e.teamed(ended)
	if e.grows() {
		layout.times = units
	}
	e.backward, err = e.phase("backward"+suffix, fmt.Sprintf("backward%s computes the gradients of the loss, from what forward%s left in the arena.", suffix, suffix), plan, layout, calls, false, nil)
	return err
}

// lossesOf are the losses that a plan leaves in its arena: of every output, and
// behind them the whole one where that is another.
func lossesOf(plan *loop.Plan) ([]*loop.Buffer, error) {
	list := slices.Clone(plan.Losses)
	if len(list) != 1 || list[0] != plan.Loss {
		list = append(list, plan.Loss)
	}
	for _, b := range list {
		if b == nil || b.Class != loop.Arena || b.Rows || b.Row() != 1 {
			return nil, fmt.Errorf("the loss of plan %s is not a number in its arena", plan.Name)
		}
	}
	return list, nil
}

func (e *emitter) forwardFile() *file {
	f := e.newFile()
	for _, fn := range []*planFunc{e.predictRows, e.evaluate, e.forward} {
		if fn != nil {
			f.add("%s", fn.text)
		}
	}
	for _, fn := range e.adapts {
		f.add("%s", fn.text)
	}
	e.layerDecls(f, "forward")
	return f
}

func (e *emitter) backwardFile() *file {
	f := e.newFile()
	f.add("%s", e.backward.text)
	e.updates(f)
	e.layerDecls(f, "backward")
	return f
}

// updates prints what a training step writes into the state.
func (e *emitter) updates(f *file) {
	if len(e.p.Train.Updates) == 0 {
		return
	}
	var body strings.Builder
	count := ""
	if e.grows() {
		count = ", u int"
	}
	for _, u := range e.p.Train.Updates {
		s := e.p.Segments[u.State.Segment]
		from := fmt.Sprintf("a[%d:%d]", u.New.Offset, u.New.Offset+s.Len())
		if e.grows() {
			from = fmt.Sprintf("a[%s:]", times(units, u.New.Offset))
		}
		if u.New.Class == loop.Param {
			from = fmt.Sprintf("w[%d:%d]", u.New.Offset, u.New.Offset+s.Len())
		}
		fmt.Fprintf(&body, "copy(w[%d:%d], %s) // %s\n", s.Offset, s.Offset+s.Len(), from, e.fields[u.State.Segment])
	}
	f.add("// updateState stores the state that a training step has computed.\nfunc updateState(p *Params, a []float32%s) {\nw := p.flat()\n%s}", count, body.String())
}

func (e *emitter) kernelsFile() *file {
	f := e.newFile()
	e.kernelDecls(f)
	e.constDecls(f)
	return f
}
