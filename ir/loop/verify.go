package loop

import (
	"fmt"
	"slices"

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
		v.verifyPlan(plan)
	}
	return v.errs.Err()
}

type verifier struct {
	p    *Program
	errs diag.List

	plan   *Plan
	listed map[*Buffer]bool // the buffers of the plan
	run    *Run
	// around are the axes of the loops that the kernel is in. An access of it
	// may have a stride over each of them, before those of its own axes.
	around []Axis
}

// fail records a violation where the verifier stands.
func (v *verifier) fail(format string, args ...any) {
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

func (v *verifier) verifyPlan(plan *Plan) {
	v.plan, v.listed = plan, map[*Buffer]bool{}
	for _, b := range plan.Buffers {
		v.listed[b] = true
	}
	defer func() { v.plan, v.run = nil, nil }()
	v.phases()
	v.buffers()
	runs, at := plan.Flat()
	before := len(v.errs)
	v.steps(plan.Forward)
	v.steps(plan.Backward)
	sound := len(v.errs) == before
	// What follows reads extents and strides and would only repeat the trouble.
	if sound {
		v.flow()
		v.arena(runs, at)
	}
}

// steps checks every kernel by itself, knowing the loops around it.
func (v *verifier) steps(steps []Step) {
	for _, s := range steps {
		switch s := s.(type) {
		case *Run:
			v.run = s
			v.kernel(s.Kernel)
			v.run = nil
		case *Loop:
			if v.axes([]Axis{s.Axis}) {
				v.around = append(v.around, s.Axis)
				v.steps(s.Body)
				v.around = v.around[:len(v.around)-1]
			}
		}
	}
}

func (v *verifier) phases() {
	p, plan := v.p, v.plan
	trains := plan == p.Train
	if len(plan.Backward) > 0 && !trains {
		v.fail("it has a backward phase")
	}
	if len(plan.Updates) > 0 && !trains {
		v.fail("it updates state")
	}
	if plan == p.Evaluate || trains {
		if plan.Loss == nil {
			v.fail("it has no loss")
		}
		if len(plan.Losses) != len(p.Targets) {
			v.fail("it has %d losses for %d targets", len(plan.Losses), len(p.Targets))
		}
	}
	for _, b := range plan.Results() {
		if adapted := b.Class == Input && !slices.Contains([]*Plan{p.Predict, p.Evaluate, p.Train}, plan); b.Class != Arena && !adapted {
			v.fail("its result %v is a %s buffer", b, b.Class)
		}
	}
	for _, u := range plan.Updates {
		if u.State.Class != Param || u.State.Segment >= len(p.Segments) || p.Segments[u.State.Segment].Role != block.State {
			v.fail("it updates %v, which is not state", u.State)
		} else if u.State.Row() != u.New.Row() || u.New.Rows {
			v.fail("it updates %v%v with %v%v", u.State, u.State.Shape, u.New, u.New.Shape)
		}
	}
}

// buffers checks that every buffer is what its class says.
func (v *verifier) buffers() {
	type key struct {
		name string
		grad bool
	}
	names := map[key]bool{}
	for _, b := range v.plan.Buffers {
		k := key{b.Name, b.Grad}
		switch b.Class {
		case Random, Scalar, Weight: // named by what they are
		default:
			if names[k] {
				v.fail("two buffers are called %v", b)
			}
			names[k] = true
		}
		if slices.ContainsFunc(b.Shape, func(d int) bool { return d < 1 }) {
			v.fail("buffer %v has shape %v", b, b.Shape)
		}
		if b.Ragged && (b.DType != I32 || b.Class != Input) {
			v.fail("buffer %v is ragged, but no input of ids", b)
		}
		switch b.Class {
		case Param, Gradient:
			v.segment(b)
		case Input, Target:
			ports := v.p.Inputs
			if b.Class == Target {
				ports = v.p.Targets
			}
			if b.Port < 0 || b.Port >= len(ports) {
				v.fail("buffer %v is of %s port %d of %d", b, b.Class, b.Port, len(ports))
			} else if port := ports[b.Port]; port.DType != b.DType || port.Ragged != b.Ragged || !b.Ragged && (!b.Rows || product(port.Shape) != b.Row()) {
				v.fail("buffer %v does not have the type of its port, %s", b, port.typeText())
			}
		case Const:
			if len(b.Data) != b.Row() || b.Rows {
				v.fail("buffer %v of %d elements has %d constants", b, b.Row(), len(b.Data))
			}
		case Arena:
			size := v.plan.ArenaFloats
			if b.DType == I32 {
				size = v.plan.ArenaInts
			}
			if n := b.Len(v.unit()); b.Offset < 0 || b.Offset+n > size {
				v.fail("buffer %v takes %d elements at %d of an arena of %d", b, n, b.Offset, size)
			}
		case Scalar:
			if b.Rows || b.Row() != 1 {
				v.fail("buffer %v is a scalar of %d elements", b, b.Row())
			}
		}
	}
}

// unit is how many rows the arenas of the plan are for.
func (v *verifier) unit() int {
	if v.plan.PerRow {
		return 1
	}
	return v.p.Batch
}

func (v *verifier) segment(b *Buffer) {
	if b.Segment < 0 || b.Segment >= len(v.p.Segments) {
		v.fail("buffer %v is of segment %d of %d", b, b.Segment, len(v.p.Segments))
		return
	}
	s := v.p.Segments[b.Segment]
	if b.Rows || b.Row() != s.Len() || b.Offset != s.Offset || b.DType != F32 {
		v.fail("buffer %v does not lie as its segment %s does", b, s.Name)
	}
	if b.Class == Gradient && s.Role != block.Trainable {
		v.fail("buffer %v is the gradient of a %s segment", b, s.Role)
	}
}
