package gosrc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/kernelset"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// phases are the functions that run the program's plans.
type phases struct {
	*program
	kernels                              *kernelset.Set
	consts                               []*loop.Buffer // that calls are passed
	predict, evaluate, forward, backward *phase
	step                                 *phase // of a sequence
	unlike                               string // the layer of which a step would have other bits
	adapts                               []*phase
	evaluated, trained                   []kernelCall
	row, tested                          *layout           // of predictions and evaluations
	cut                                  map[string]string // names of the functions that phases are cut into, by text
	asked                                map[string]bool   // members of a pass that the phases name
	batchWork, rowWork, stepWork         int               // scratch of the kernels that predict: for a batch, for one row and for a step of it
}

func newPhases(p *program, draft *kernelset.Set) *phases {
	return &phases{program: p, cut: map[string]string{}, asked: map[string]bool{}, kernels: kernelset.New(kernelset.Config{
		Config: gokernel.Config{Standalone: p.cfg.PredictOnly, Batch: p.p.Batch, Machine: p.cfg.Machine, Share: shape.Large(p.p, p.cfg.Machine), Words: p.used},
		Top:    p.top, Crew: p.crew, Few: p.p.Stream != nil, Draft: draft,
	})}
}

// phaseText prints the files of phases.
type phaseText struct{ *phases }

// phasesOf prints the functions of every plan that the package runs, after the
// kernels of all of them have been collected.
func (e *phases) phasesOf() error {
	if err := e.joinedKernels(); err != nil {
		return err
	}
	plan := e.p.Predict
	calls, _, err := e.callsOf(plan)
	if err != nil {
		return err
	}
	switch how := e.p.Answer.Probabilities; {
	case how == loop.BySigmoid: // see predictText.probabilities
		e.kernels.Uses("sigmoid")
	case how.Logits():
		e.kernels.Uses("exp")
	}
	e.batchWork, e.rowWork = workOf(calls)
	e.row = planned(plan)
	team := e.crew
	if e.crew {
		calls = e.row.restaged(divided(calls))
	}
	if !e.cfg.PredictOnly {
		if e.evaluated, _, err = e.callsOf(e.p.Evaluate); err != nil {
			return err
		}
		e.tested = planned(e.p.Evaluate)
		if len(calls) > longPhase { // they share functions
			if l := evaluated(e.p.Evaluate, e.evaluated, plan, calls); l != nil {
				if e.crew {
					e.evaluated = divided(e.evaluated)
				}
				e.tested, team = l, true
				calls, e.evaluated = e.row.restaged(calls), l.restaged(e.evaluated)
			}
		}
	}
	predict := phaseSpec{name: "predict", doc: "predict runs the network on the rows of s and returns its outputs.", plan: plan, layout: e.row, calls: calls, results: true, team: team}
	if e.predict, err = e.phase(predict); err != nil {
		return err
	}
	if err := e.stepPhase(calls); err != nil || e.cfg.PredictOnly {
		return err
	}
	if err := e.trainPhases(); err != nil {
		return err
	}
	for _, a := range e.p.Adapts {
		plan := a.Plan
		if calls, _, err = e.callsOf(plan); err != nil {
			return err
		}
		name := e.top.Pick(lower(a.Layer) + "Input")
		s := phaseSpec{name: name, doc: fmt.Sprintf("%s is what reaches layer %s.", name, mention(a.Layer)), plan: plan, layout: planned(plan), calls: calls, results: true}
		adapt, err := e.phase(s)
		if err != nil {
			return err
		}
		e.adapts = append(e.adapts, adapt)
	}
	return nil
}

// trainPhases prints the functions of evaluation and of the two halves of a
// training step.
func (e *phases) trainPhases() error {
	forward, backward, err := e.callsOf(e.p.Train)
	if err != nil {
		return err
	}
	for _, p := range []*loop.Plan{e.p.Evaluate, e.p.Train} {
		if _, err := lossesOf(p); err != nil {
			return err
		}
	}
	e.trained = slices.Concat(forward, backward)
	print := func(to **phase, plan *loop.Plan, l *layout, s phaseSpec) {
		if err == nil {
			s.plan, s.layout, s.team, s.results = plan, l, true, !s.backward
			if len(s.calls) > 0 && !s.backward {
				s.stage = s.calls[0].stage
			}
			*to, err = e.phase(s)
		}
	}
	print(&e.evaluate, e.p.Evaluate, e.tested, phaseSpec{name: "evaluate", doc: "evaluate runs the network on the rows of s as prediction does, leaves their share of the loss in the arena and returns the outputs.", calls: e.evaluated})
	print(&e.forward, e.p.Train, planned(e.p.Train), phaseSpec{name: "forward", doc: "forward runs the network on the rows of s as training does, leaves their share of the loss in the arena and returns the outputs.", calls: forward})
	print(&e.backward, e.p.Train, planned(e.p.Train), phaseSpec{name: "backward", doc: "backward computes the gradients of the loss, from what forward left in the arena.", calls: backward, backward: true, stage: lastStage(forward)})
	return err
}

// lossesOf are the losses that a plan leaves in its arena: of every output, and
// after them the whole one where that is another.
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

func (e phaseText) forwardFile() *file {
	f := e.newFile()
	e.passDecl(f)
	for _, p := range append([]*phase{e.predict, e.step, e.evaluate, e.forward}, e.adapts...) {
		f.phase(p)
	}
	return f
}

func (f *file) phase(p *phase) {
	if p != nil {
		for _, text := range p.texts {
			f.add("%s", text)
		}
	}
}

func (e phaseText) backwardFile() *file {
	f := e.newFile()
	f.phase(e.backward)
	e.updates(f)
	return f
}

// passDecl prints what the phases work on.
func (e phaseText) passDecl(f *file) {
	uses := e.asked
	var fields strings.Builder
	add := func(format string, args ...any) { fmt.Fprintf(&fields, format+"\n", args...) }
	add("a []float32 // the arena: values that are not needed at the same time share it")
	ints := uses["allInts"] || uses["ownInts"] || uses["atInts"] || uses["vectorInts"]
	if ints {
		add("ai []int32 // the arena of integers")
	}
	add("u int // how many times the room of its layout the arena has")
	add("n int // rows of the batch")
	if !e.cfg.PredictOnly {
		add("r0, r1, rows int // rows of this worker: from r0 to r1")
	}
	for i, p := range e.p.Inputs {
		add("%s []%s", e.inField(i), elemOf(p))
		if p.Ragged {
			add("%sOffsets []int32", e.inField(i))
		}
	}
	if !e.cfg.PredictOnly {
		for i, p := range e.p.Targets {
			add("%s []%s", e.targetField(i), elemOf(p))
		}
		add("weight []float32")
		if len(e.p.Carried) > 0 {
			add("carried []float32 // states that the batch before has left")
		}
	}
	if uses["work"] {
		add("work []float32 // scratch of the kernels")
	}
	if uses["panels"] {
		add("kept []panels // packed weights; nil: none are kept")
	}
	if e.p.Stream != nil {
		add("from *State // of a step: what the one before has left")
		if limit, _ := e.counted(); limit > 0 {
			add("position []int32 // of a step: its number")
		}
	}
	if e.cfg.PredictOnly {
		add("p *Params")
	} else {
		add("p, g *Params // parameters and gradients")
		add("step §train.Step")
		add("invTotal, share float32 // of the rows of the batch: 1/total and n/total")
		add("t *§nn.Worker // nil: the only one")
	}
	f.add("// pass is what the network is run on: rows, parameters and memory.\ntype pass struct {\n%s}", fields.String())
	e.passMethods(f, ints)
}

// passMethods prints how phases find their values in a pass.
func (e phaseText) passMethods(f *file, ints bool) {
	uses := e.asked
	about, directive := "", ""
	if e.kernels.Share { // half of the time that the package takes to compile
		about, directive = ` It is not inlined, nor are the
// others: thousands of calls take the compiler longer than all kernels.`, "//go:noinline\n"
	}
	f.add(`// at is the arena from a place on.%s
%sfunc (s *pass) at(place int) []float32 { return s.a[s.u*place:] }`, about, directive)
	if uses["vector"] {
		f.add(`// vector is a value in the arena that has no rows.
%sfunc (s *pass) vector(place, size int) []float32 { return s.at(place)[:size] }`, directive)
	}
	if uses["all"] {
		f.add(`// all are the rows of a value in the arena.
%sfunc (s *pass) all(place, width int) []float32 { return s.at(place)[:s.n*width] }`, directive)
	}
	if uses["own"] {
		f.add(`// own are those of this worker.
%sfunc (s *pass) own(place, width int) []float32 { return share(s, s.at(place), width) }`, directive)
	}
	if ints {
		f.add(`// atInts, allInts and ownInts are the same of integers.
%[1]sfunc (s *pass) atInts(place int) []int32 { return s.ai[s.u*place:] }

%[1]sfunc (s *pass) allInts(place, width int) []int32 { return s.atInts(place)[:s.n*width] }`, directive)
		if uses["vectorInts"] {
			f.add(`%sfunc (s *pass) vectorInts(place, size int) []int32 { return s.atInts(place)[:size] }`, directive)
		}
		if uses["ownInts"] {
			f.add(`%sfunc (s *pass) ownInts(place, width int) []int32 { return share(s, s.atInts(place), width) }`, directive)
		}
	}
	if uses["after"] {
		f.add(`// after is x from an element on; a worker without rows has none.
func after[T any](x []T, from int) []T { return x[min(from, len(x)):] }`)
	}
	maskHelpers(f, uses)
	if uses["own"] || uses["share"] || uses["ownInts"] {
		f.add(`// share are the rows of this worker.
func share[T any](s *pass, rows []T, width int) []T { return rows[s.r0*width : s.r1*width] }`)
	}
}

// updates prints what a training step writes into the state.
func (e phaseText) updates(f *file) {
	if len(e.p.Train.Updates) == 0 {
		return
	}
	var body strings.Builder
	for _, u := range e.p.Train.Updates {
		s := e.p.Segments[u.State.Segment]
		field := "s.p." + e.fields[u.State.Segment]
		at := fmt.Sprintf("s.at(%d)", u.New.Offset)
		if u.New.Class == loop.Param {
			at = fmt.Sprintf("s.p.flat()[%d:]", u.New.Offset)
		}
		switch len(s.Shape) {
		case 0:
			fmt.Fprintf(&body, "%s = %s[0]\n", field, at)
		case 1:
			fmt.Fprintf(&body, "%s = [%d]float32(%s)\n", field, s.Len(), at)
		default:
			fmt.Fprintf(&body, "copy(s.p.flat()[%d:%d], %s) // %s\n", s.Offset, s.Offset+s.Len(), at, e.fields[u.State.Segment])
		}
	}
	f.add("// updateState stores the state that a training step has computed.\nfunc updateState(s *pass) {\n%s}", body.String())
}

func (e *phases) kernelsFile() *file {
	f := e.newFile()
	if err := e.kernels.Declare(f.File); err != nil {
		e.fail("%w", err)
	}
	e.constDecls(f)
	return f
}

// constDecls prints the arrays that the description fixes.
func (e *phases) constDecls(f *file) {
	for _, b := range e.consts {
		values := make([]string, len(b.Data))
		for i, v := range b.Data {
			values[i] = gokernel.Single.Number(float64(v))
			if b.DType == loop.I32 {
				values[i] = strconv.Itoa(int(v))
			}
		}
		elem := "float32"
		if b.DType == loop.I32 {
			elem = "int32"
		}
		others := ""
		for o, first := range e.constants {
			if first == b && o.Layer != b.Layer {
				others = " and to others"
			}
		}
		f.add("// %s belongs to layer %s%s.\nvar %s = [%d]%s{%s}", e.bufs[b], mention(b.Layer), others, e.bufs[b], len(b.Data), elem, strings.Join(values, ", "))
	}
}

// maskHelpers prints the functions that look for steps that count.
func maskHelpers(f *file, uses map[string]bool) {
	if uses["counts"] || uses["spanned"] {
		f.add(`// counts reports that a step counts for some of the rows, whose numbers in a mask are
// stride apart.
func counts(mask []float32, step, stride, rows int) bool {
	for r := range rows {
		if mask[r*stride+step] != 0 {
			return true
		}
	}
	return false
}`)
	}
	if uses["spanned"] {
		f.add(`// spanned are the steps from the first that counts for some of the rows to the last.
func spanned(mask []float32, steps, rows int) (first, last int) {
	for first < steps && !counts(mask, first, steps, rows) {
		first++
	}
	for last = steps; last > first && !counts(mask, last-1, steps, rows); last-- {
	}
	return first, last
}`)
	}
	if uses["stretch"] {
		f.add(`// few is how many steps between others that count are taken along: a call for those
// after them costs as much.
const few = 8

// stretch are the next steps of a row, before the end, that count.
func stretch(mask []float32, at, end int) (from, to int) {
	for from = at; from < end && mask[from] == 0; from++ {
	}
	to = from
	for t := from; t < end && t <= to+few; t++ {
		if mask[t] != 0 {
			to = t + 1
		}
	}
	return from, to
}`)
	}
}
