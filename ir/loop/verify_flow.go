package loop

import (
	"fmt"
	"slices"
)

// flow follows the steps of the plan in order: what is written where, and that
// everything read has been written before, in full.
func (v *verifier) flow(runs []*Run) {
	n := v.p.Batch
	defined := map[*Buffer]int{} // elements stored so far, for a full batch
	local := map[*Buffer]*Run{}
	forward := len(flatten(v.plan.Forward))
	ready := func(b *Buffer) bool {
		switch b.Class {
		case Packed:
			return v.packed[b] || defined[b] >= b.Len(n)
		case Arena, Gradient:
			return defined[b] >= b.Len(n)
		case Local:
			return local[b] == v.run
		}
		return true
	}
	read := func(a Access) {
		if ready(a.Buf) {
			return
		}
		if d := defined[a.Buf]; d > 0 {
			v.fail("%v is read when only %d of its %d elements are written", a.Buf, d, a.Buf.Len(n))
		} else {
			v.fail("%v is read before it is written", a.Buf)
		}
	}
	write := func(a Access, points int, accumulate bool) {
		b := a.Buf
		_, nest := v.run.Kernel.(*Nest)
		switch {
		case b.Class == Local && nest:
			if r := local[b]; r != nil && r != v.run {
				v.fail("%v lives in two kernels", b)
			}
			local[b] = v.run
			return
		case b.Class == Packed && v.plan.Name == prepare:
		case b.Class != Arena && b.Class != Gradient:
			v.fail("%v is written, but a %s buffer is read-only", b, b.Class)
			return
		}
		if accumulate {
			read(a)
			return
		}
		if defined[b] += points; defined[b] > b.Len(n) {
			v.fail("%v of %d elements is written %d times", b, b.Len(n), defined[b])
		}
	}
	for i, r := range runs {
		v.run = r
		for _, w := range r.Kernel.Writes() {
			if w.Buf.Class == Gradient && (v.plan != v.p.Train || i < forward) {
				v.fail("%v is written outside the backward phase", w.Buf)
			}
		}
		switch k := r.Kernel.(type) {
		case *Nest:
			for _, s := range k.Body {
				for _, a := range withIndices(s.Srcs, []Access{s.Dst}) {
					read(a)
				}
				points := Points(k.Outer, n)
				if s.Reduce == Store {
					points *= Points(s.Inner, n)
				}
				if inPlace(s) && ready(s.Dst.Buf) {
					points = 0 // the same elements once more
				}
				write(s.Dst, points, s.Accumulate)
			}
			continue
		case *Contract:
			for _, a := range k.Reads() {
				read(a)
			}
			write(k.Out, Points(k.B, n)*Points(k.M, n)*Points(k.N, n), k.Accumulate)
		case *Window:
			read(k.In)
			write(k.Out, Points(k.Outer, n), false)
		default:
			for _, a := range k.Reads() {
				read(a)
			}
			for _, w := range k.Writes() {
				write(w, w.Buf.Len(n), false)
			}
		}
	}
	v.run = nil
	for _, b := range v.plan.Results() {
		if !ready(b) {
			v.fail("its result %v is never written in full", b)
		}
	}
	if v.plan == v.p.Train {
		v.gradients(ready)
	}
}

// inPlace reports whether a statement stores every point where it reads it.
func inPlace(s Stmt) bool {
	return s.Reduce == Store && s.Dst.Index == nil && slices.ContainsFunc(s.Srcs, func(a Access) bool {
		return a.Buf == s.Dst.Buf && a.Index == nil && a.Offset == s.Dst.Offset && slices.Equal(a.Strides, s.Dst.Strides)
	})
}

func flatten(steps []Step) []*Run {
	runs, _ := (&Plan{Forward: steps}).Flat()
	return runs
}

// gradients checks that a training step leaves the gradient of every trainable
// segment: one buffer each, written in full.
func (v *verifier) gradients(complete func(*Buffer) bool) {
	written := make([]*Buffer, len(v.p.Segments))
	for _, b := range v.plan.Buffers {
		switch {
		case b.Class != Gradient:
		case written[b.Segment] != nil:
			v.fail("the gradient of segment %s has two buffers", v.p.Segments[b.Segment].Name)
		default:
			written[b.Segment] = b
		}
	}
	for i, s := range v.p.Segments {
		if s.Role == Trainable && (written[i] == nil || !complete(written[i])) {
			v.fail("segment %s has no complete gradient", s.Name)
		}
	}
}

// arena checks that buffers which are alive together lie apart. Where one dies
// in the very step that another is born, they may share a place exactly, if
// the kernel allows it.
func (v *verifier) arena(runs []*Run, at []int) {
	spans := v.plan.Spans()
	var live []*Buffer
	for _, b := range v.plan.Buffers {
		if _, ok := spans[b]; ok && b.Class == Arena {
			live = append(live, b)
		}
	}
	for i, a := range live {
		for _, b := range live[i+1:] {
			if a.DType != b.DType || a.Offset >= b.Offset+b.Len(v.p.Batch) || b.Offset >= a.Offset+a.Len(v.p.Batch) {
				continue
			}
			old, young := a, b
			if spans[old].First > spans[young].First {
				old, young = b, a
			}
			if spans[old].Last < spans[young].First {
				continue
			}
			if spans[old].Last == spans[young].First && old.Offset == young.Offset && overlays(runs, at, spans[old].Last, young, old) {
				continue
			}
			v.fail("%s overlap in the arena while both are needed", fmt.Sprintf("%v (%d at %d) and %v (%d at %d)",
				old, old.Len(v.p.Batch), old.Offset, young, young.Len(v.p.Batch), young.Offset))
		}
	}
}

func overlays(runs []*Run, at []int, step int, dst, src *Buffer) bool {
	found := false
	for i, r := range runs {
		if at[i] != step {
			continue
		}
		if found || !CanOverlay(r.Kernel, dst, src) {
			return false
		}
		found = true
	}
	return found
}
