package loop

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
)

// Verify checks everything that a program promises to code generation: every
// affine access stays inside its buffer for each row count from 1 to Batch,
// operands have the right number of strides and the right element type, nothing
// is read before it is defined, arena buffers that are alive together do not
// overlap, nothing read-only is written, every trainable segment has its
// gradient exactly once, the features of the data fill the inputs exactly once,
// and the phases are there. The error is a diag.List; a violation is a mistake of
// the compiler, never of a model.
func Verify(p *Program) error {
	v := &verifier{p: p}
	v.program()
	v.encoding()
	for _, plan := range p.Plans() {
		verifyPlan(p, plan, &v.violations)
	}
	return v.errs.Err()
}

// violations are what has been found, and where the checks stand.
type violations struct {
	errs diag.List
	plan *Plan
	run  *Run
}

// fail records a violation.
func (v *violations) fail(format string, args ...any) {
	msg := fmt.Sprintf(format, args...)
	var pos diag.Pos
	if v.run != nil {
		pos = v.run.Pos
		msg = fmt.Sprintf("%s of layer %s: %s", v.run.Kernel.Family(), diag.Quote(v.run.Layer), msg)
	}
	if v.plan != nil {
		msg = "plan " + v.plan.Name + ": " + msg
	}
	v.errs.Add(pos, "loop: %s", msg)
}

// verifier checks what a program says besides its plans.
type verifier struct {
	violations
	p *Program
}

// program checks the phases and the layout of the parameter block.
func (v *verifier) program() {
	p := v.p
	if p.Batch < 1 {
		v.fail("the micro-batch is %d", p.Batch)
	}
	if p.Predict == nil {
		v.fail("phase predict is missing")
	}
	if (p.Evaluate == nil) != (p.Train == nil) {
		v.fail("of the phases evaluate and train only one is there")
	}
	if p.Predict != nil && len(p.Predict.Outputs) != len(p.Outputs) {
		v.fail("predict has %d outputs, the program %d", len(p.Predict.Outputs), len(p.Outputs))
	}
	for _, plan := range []*Plan{p.Evaluate, p.Train} {
		n := len(p.Outputs) + p.Training.Masks() + len(p.Carried)
		if p.Training.Mixed && plan == p.Train {
			n += len(p.Targets)
		}
		if plan != nil && len(plan.Outputs) != n {
			v.fail("%s has %d results, the outputs, masks, carried states and mixed targets of the program are %d", plan.Name, len(plan.Outputs), n)
		}
	}
	if s := p.Stream; s != nil && (s.Plan == nil || len(s.Plan.Outputs) != len(s.Outputs)+len(s.States) || len(s.Inputs) != len(p.Inputs) || len(s.Outputs) != len(p.Outputs)) {
		v.fail("a step does not read the inputs and give the outputs and states")
	}
	offset, role := 0, block.Trainable
	names := map[string]bool{}
	for _, s := range p.Segments {
		if s.Offset != offset {
			v.fail("segment %s is at %d, the segments before it end at %d", s.Name, s.Offset, offset)
		}
		if s.Role < role {
			v.fail("segment %s is %s and follows a %s one", s.Name, s.Role, role)
		}
		if names[s.Name] {
			v.fail("two segments are called %s", s.Name)
		}
		names[s.Name] = true
		offset, role = s.Offset+s.Len(), s.Role
	}
}
