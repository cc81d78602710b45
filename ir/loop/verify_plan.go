package loop

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir/block"
)

// planVerifier checks a plan.
type planVerifier struct {
	*violations
	p *Program
}

func verifyPlan(p *Program, plan *Plan, found *violations) {
	v := &planVerifier{found, p}
	v.plan = plan
	defer func() { v.plan, v.run = nil, nil }()
	v.phases()
	v.buffers()
	runs, at := plan.Flat()
	before := len(v.errs)
	k := newKernelVerifier(p, plan, found)
	k.steps(plan.Forward)
	k.steps(plan.Backward)
	sound := len(v.errs) == before
	// What follows reads extents and strides and would only repeat the trouble.
	if sound {
		v.flow()
		v.arena(runs, at)
	}
}

func (v *planVerifier) phases() {
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
	for i, b := range plan.Results() {
		adapted := b.Class == Input && !slices.Contains([]*Plan{p.Predict, p.Evaluate, p.Train}, plan) && !v.step()
		kept := b.Class == State && v.step() && i >= len(p.Stream.Outputs) && b.Port == i-len(p.Stream.Outputs)
		if b.Class != Arena && !adapted && !kept {
			v.fail("its result %v is a %s buffer", b, b.Class)
		}
	}
	for _, u := range plan.Updates {
		if u.State.Class != Param || u.State.Segment >= len(p.Segments) {
			v.fail("it updates %v, which is no parameter", u.State)
		} else if u.State.Row() != u.New.Row() || u.New.Rows {
			v.fail("it updates %v%v with %v%v", u.State, u.State.Shape, u.New, u.New.Shape)
		}
	}
}

// buffers checks that every buffer is what its class says.
func (v *planVerifier) buffers() {
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
		case Input, Target, State:
			ports := v.ports(b.Class)
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
func (v *planVerifier) unit() int {
	if v.plan.PerRow {
		return 1
	}
	return v.p.Batch
}

func (v *planVerifier) segment(b *Buffer) {
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

// step reports that the plan computes a step of a sequence.
func (v *planVerifier) step() bool { return v.p.Stream != nil && v.p.Stream.Plan == v.plan }

// ports are those that buffers of a class are of.
func (v *planVerifier) ports(c Class) []Port {
	switch {
	case c == Target:
		return v.p.Targets
	case c == State && v.step():
		return v.p.Stream.States
	case c == State && v.plan != v.p.Train && v.plan != v.p.Evaluate:
		return nil
	case c == State:
		return v.p.Carried
	case v.step():
		return v.p.Stream.Inputs
	}
	return v.p.Inputs
}

// arena checks that buffers which are alive together lie apart. Where one dies
// in the very step that another is born, they may share a place exactly, if
// the kernel allows it.
func (v *planVerifier) arena(runs []*Run, at []int) {
	for _, d := range []DType{F32, I32} {
		v.apart(d, runs, at)
	}
}

// apart walks through the plan with the buffers of one type that are alive, in
// the order of their offsets: they lie apart, so that a newcomer can meet only
// those next to its place.
func (v *planVerifier) apart(d DType, runs []*Run, at []int) {
	spans := v.plan.Spans()
	var born []*Buffer
	for _, b := range v.plan.Buffers {
		if _, ok := spans[b]; ok && b.Class == Arena && b.DType == d {
			born = append(born, b)
		}
	}
	dying := slices.Clone(born)
	slices.SortStableFunc(born, func(a, b *Buffer) int { return cmp.Compare(spans[a].First, spans[b].First) })
	slices.SortStableFunc(dying, func(a, b *Buffer) int { return cmp.Compare(spans[a].Last, spans[b].Last) })
	var alive []*Buffer
	place := func(offset int) int {
		i, _ := slices.BinarySearchFunc(alive, offset, func(b *Buffer, offset int) int { return cmp.Compare(b.Offset, offset) })
		return i
	}
	for _, young := range born {
		first := spans[young].First
		for ; spans[dying[0]].Last < first; dying = dying[1:] {
			if i := place(dying[0].Offset); i < len(alive) && alive[i] == dying[0] {
				alive = slices.Delete(alive, i, i+1)
			}
		}
		i := place(young.Offset)
		if i > 0 && alive[i-1].Offset+alive[i-1].Len(v.unit()) > young.Offset {
			i--
		}
		clear := true
		for j := i; clear && j < len(alive) && alive[j].Offset < young.Offset+young.Len(v.unit()); j++ {
			old := alive[j]
			if spans[old].Last == first && old.Offset == young.Offset && overlays(runs, at, first, young, old) {
				continue
			}
			v.fail("%s overlap in the arena while both are needed", fmt.Sprintf("%v (%d at %d) and %v (%d at %d)",
				old, old.Len(v.unit()), old.Offset, young, young.Len(v.unit()), young.Offset))
			clear = false
		}
		switch {
		case !clear: // alive stays a list of buffers that lie apart
		case i < len(alive) && alive[i].Offset == young.Offset:
			alive[i] = young // which takes the place of one that dies here
		default:
			alive = slices.Insert(alive, i, young)
		}
	}
}

// overlays reports whether the one kernel of a step allows dst in the place of src.
func overlays(runs []*Run, at []int, step int, dst, src *Buffer) bool {
	i, found := slices.BinarySearch(at, step)
	if !found || i+1 < len(at) && at[i+1] == step {
		return false
	}
	return CanOverlay(runs[i].Kernel, dst, src)
}
