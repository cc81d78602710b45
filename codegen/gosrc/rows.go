package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// rowMethods prints Outputs and Targets.
func (e trainText) rowMethods(f *file) {
	pick := func(k string, n int, cases []string) string {
		if n == 1 {
			return cases[0]
		}
		if n == 2 {
			return "if " + k + " == 0 {\n" + cases[0] + "\n}\n" + cases[1]
		}
		s := "switch " + k + " {\n"
		for i, c := range cases {
			if i == n-1 {
				return s + "}\n" + c
			}
			s += fmt.Sprintf("case %d:\n%s\n", i, c)
		}
		return s
	}
	var outs, targets []string
	for i, p := range e.p.Outputs {
		outs = append(outs, fmt.Sprintf("return e.outputs[%d][%s]", i, rowRange(p)))
	}
	for i, p := range e.p.Targets {
		name := e.targetField(i)
		if e.p.Training.Mixed {
			targets = append(targets, fmt.Sprintf("if e.mixed {\nreturn e.a[%s:][%s]\n}\nreturn e.%s[%s]", times("e.units()", mixedTargets(e.p)[i].Offset), rowRange(p), name, rowRange(p)))
		} else if p.DType == loop.I32 {
			targets = append(targets, e.classRow(i, name))
		} else {
			targets = append(targets, fmt.Sprintf("return e.%s[%s]", name, rowRange(p)))
		}
	}
	k := "k"
	if len(e.p.Outputs) == 1 {
		k = "_"
	}
	f.add("// Outputs is an output of a row that was last trained on or evaluated.\nfunc (e *engine) Outputs(%s, row int) []float32 {\n%s\n}", k, pick("k", len(outs), outs))
	said := "."
	if e.p.Training.Mixed {
		said = ", and of one that was trained on what it was\n// mixed to."
	}
	f.add("// Targets is a target of a loaded row"+said+"\nfunc (e *engine) Targets(%s, row int) []float32 {\n%s\n}", k, pick("k", len(targets), targets))
}

// handed are the results of a plan that whoever runs it is handed: all but the mixed
// targets, which the engine finds in the arena.
func handed(p *loop.Program, plan *loop.Plan) []*loop.Buffer {
	if p.Training.Mixed && plan == p.Train {
		return plan.Outputs[:len(plan.Outputs)-len(p.Targets)]
	}
	return plan.Outputs
}

// mixedTargets are the targets as the loss is given them, where layers mix them.
func mixedTargets(p *loop.Program) []*loop.Buffer {
	return p.Train.Outputs[len(handed(p, p.Train)):]
}

// results is how many results a training step and an evaluation have: outputs, then
// masks, then states.
func (e trainText) results() int { return len(e.p.Outputs) + e.p.Training.Masks() + len(e.p.Carried) }

// countsMethod prints which steps metrics look at.
func (e trainText) countsMethod(f *file) {
	var cases []string
	every, most := false, 0
	for k, c := range e.p.Training.Counted {
		var rows string
		switch {
		case c.Steps == 0:
			continue
		case c.Mask < 0:
			every, most = true, max(most, c.Steps)
			rows = fmt.Sprintf("everyStep[:%d]", c.Steps)
		default:
			rows = fmt.Sprintf("e.outputs[%d][%s]", len(e.p.Outputs)+c.Mask, rowRange(loop.Port{Shape: []int{c.Steps}}))
		}
		cases = append(cases, fmt.Sprintf("case %d:\nreturn %s\n", k, rows))
	}
	if len(cases) == 0 {
		return
	}
	if every {
		f.add(`// everyStep counts.
var everyStep = func() (counts [%d]float32) {
	for i := range counts {
		counts[i] = 1
	}
	return counts
}()`, most)
	}
	f.add(`var _ §train.Counter = (*engine)(nil)

// Counts has a number for every step of an output of a row that was last trained on
// or evaluated, 0 where metrics leave it out; nil: they look at the row as a whole.
func (e *engine) Counts(k, row int) []float32 {
	switch k {
	%s}
	return nil
}`, strings.Join(cases, ""))
}

// inStep reports a state that is of the plan of a step, and not one that batches hand on.
func inStep(p *loop.Program, b *loop.Buffer) bool {
	return p.Stream != nil && slices.Contains(p.Stream.Plan.Buffers, b)
}

// carriedAt is where the rows of a state begin that batches hand on; that of as many
// as there are is the number of values of all.
func carriedAt(p *loop.Program, state int) int {
	at := 0
	for _, s := range p.Carried[:state] {
		at += p.Training.BatchSize * size(s.Shape)
	}
	return at
}

// carryMethods print how the engine hands states from batch to batch.
func (e trainText) carryMethods(f *file) {
	if len(e.p.Carried) == 0 {
		return
	}
	var names []string
	var body strings.Builder
	for i, p := range e.p.Carried {
		names = append(names, plain(p.Name))
		n := size(p.Shape)
		fmt.Fprintf(&body, "copy(e.carried[%d+e.step.First*%d:], e.outputs[%d][:e.n*%d])\n", carriedAt(e.p, i), n, len(e.p.Outputs)+e.p.Training.Masks()+i, n)
	}
	f.add(`var _ §train.Carrier = (*engine)(nil)

// CarriedRows is how many rows a batch has, each of which goes on where that of the
// batch before has ended.
func (e *engine) CarriedRows() int { return %d }

// Carried are the states, one after the other for all rows: %s.
func (e *engine) Carried() []float32 { return e.carried[:] }

// carry keeps what the rows of the last Train or Evaluate have left.
func (e *engine) carry() {
	%s}`, e.p.Training.BatchSize, strings.Join(names, ", "), body.String())
	f.add(`// ResetStates has the next batch of Fit, Evaluate or Gradients begin as the first one
// did: with states of 0. Nothing else does, as in Keras, neither an epoch nor another
// call; a callback may. Predict and NewState always begin with 0. It needs the model to
// itself.
func (m *Model) ResetStates() { clear(m.trainer().Carried()) }`)
}

// mostClassNumbers is the largest number of class numbers in a target of a row.
func (e trainText) mostClassNumbers() int {
	n := 1
	for _, p := range e.p.Targets {
		if p.DType == loop.I32 {
			n = max(n, size(p.Shape))
		}
	}
	return n
}

// classRow is the statements that give the class numbers of a row as floats.
func (e trainText) classRow(i int, field string) string {
	n := size(e.p.Targets[i].Shape)
	if n == 1 {
		return fmt.Sprintf("e.class[0] = float32(e.%s[row])\nreturn e.class[:1]", field)
	}
	return fmt.Sprintf("for i, class := range e.%s[%s] {\ne.class[i] = float32(class)\n}\nreturn e.class[:%d]", field, rowRange(e.p.Targets[i]), n)
}
