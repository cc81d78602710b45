package gosrc

import (
	"fmt"
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
		if p.DType == loop.I32 {
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
	f.add("// Targets is a target of a loaded row.\nfunc (e *engine) Targets(%s, row int) []float32 {\n%s\n}", k, pick("k", len(targets), targets))
}

// results is how many results a training step and an evaluation have: outputs, then
// masks.
func (e trainText) results() int { return len(e.p.Outputs) + e.p.Training.Masks() }

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
