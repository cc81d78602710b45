package loop

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir/block"
)

// flow follows the steps of a plan in order: what is written where, and that
// everything read has been written before, in full.
type flow struct {
	*planVerifier
	around   []Axis           // the axes of the loops that the flow is in
	defined  map[*Buffer]int  // elements stored so far, for a full batch
	filled   map[*Buffer]bool // with a constant, to be written over: padding
	local    map[*Buffer]*Run // the kernel that a local variable lives in
	backward bool
	turns    map[*Buffer]bool  // written by the loop that the flow is in
	carried  map[*Buffer]bool  // of those, what was complete before it and is read: a turn stores the next
	partly   map[*Buffer]*Loop // what idle turns of a loop have not stored
	loop     *Loop             // that the flow is in
	idle     bool              // in an idle turn of it
	apart    map[*Buffer]int   // how far the steps lie apart of what is written of those so far alone
}

func (v *planVerifier) flow() {
	f := &flow{planVerifier: v, defined: map[*Buffer]int{}, filled: map[*Buffer]bool{}, local: map[*Buffer]*Run{}, partly: map[*Buffer]*Loop{}, apart: map[*Buffer]int{}}
	f.steps(v.plan.Forward)
	f.backward = true
	f.steps(v.plan.Backward)
	for _, b := range v.plan.Results() {
		if !f.ready(b) || f.apart[b] != 0 {
			v.fail("its result %v is never written in full", b)
		}
	}
	if v.plan == v.p.Train {
		v.gradients(f.ready)
	}
}

func (f *flow) steps(steps []Step) {
	for _, s := range steps {
		switch s := s.(type) {
		case *Run:
			f.run = s
			f.kernel(s.Kernel)
			if p := s.Steps; p != nil {
				f.read(p.Mask)
				if !p.All {
					f.partly[s.Kernel.(*Contract).Out.Buf] = &Loop{Axis: Axis{N: p.N}, Mask: &p.Mask}
				}
			}
			f.run = nil
		case *Loop:
			f.turns, f.carried = map[*Buffer]bool{}, map[*Buffer]bool{}
			read := map[*Buffer]bool{}
			for _, r := range flatten(s.Body) {
				for _, a := range r.Kernel.Reads() {
					read[a.Buf] = true
				}
			}
			for _, r := range flatten(s.Body) {
				for _, w := range r.Kernel.Writes() {
					if !f.turns[w.Buf] {
						f.turns[w.Buf], f.carried[w.Buf] = true, f.ready(w.Buf) && read[w.Buf]
					}
				}
			}
			f.around = append(f.around, s.Axis)
			if s.Mask != nil {
				f.read(*s.Mask)
			}
			f.loop = s
			f.turn(s)
			f.loop = nil
			f.around = f.around[:len(f.around)-1]
			f.turns, f.carried = nil, nil
		}
	}
}

// turn follows both kinds of turns of a loop. What an idle one leaves out of a buffer
// in which turns have parts of their own is there for the turns of other loops that are
// idle where this one is, and for nobody else.
func (f *flow) turn(l *Loop) {
	before, filled := maps.Clone(f.defined), maps.Clone(f.filled)
	f.steps(l.Body)
	if l.Mask == nil {
		return
	}
	body := f.defined
	f.defined, f.filled = before, filled
	f.idle = true
	f.steps(l.Idle)
	f.idle = false
	for b, n := range body {
		switch {
		case f.defined[b] == n:
		case l.moves(b):
			f.partly[b] = l
		default:
			body[b] = f.defined[b]
		}
	}
	f.defined = body
}

// moves reports a buffer of which every turn writes a part of its own.
func (l *Loop) moves(b *Buffer) bool {
	return slices.ContainsFunc(l.AllWrites(), func(a Access) bool { return a.Buf == b && a.Strides[0] != 0 })
}

// IdleAs reports loops with the same idle turns.
func (l *Loop) IdleAs(o *Loop) bool {
	return l.Mask != nil && o.Mask != nil && l.Axis.N == o.Axis.N && l.Mask.Buf == o.Mask.Buf &&
		l.Mask.Offset == o.Mask.Offset && slices.Equal(l.Mask.Strides, o.Mask.Strides)
}

func (f *flow) kernel(k Kernel) {
	f.soFar(k)
	n := f.p.Batch
	if nest, ok := k.(*Nest); ok {
		for _, s := range nest.Body {
			f.read(withIndices(s.Srcs, []Access{s.Dst})...)
			points := Points(nest.Outer, n)
			if s.Reduce == Store {
				points *= Points(s.Inner, n)
			}
			if inPlace(s) && f.ready(s.Dst.Buf) {
				points = 0 // the same elements once more
			}
			f.write(s.Dst, len(nest.Axes(s)), points, s.Accumulate)
			if s.Reduce == Store && len(s.Srcs) == 0 && f.defined[s.Dst.Buf] == s.Dst.Buf.Len(n) {
				f.filled[s.Dst.Buf] = true
			}
		}
		return
	}
	f.read(k.Reads()...)
	switch k := k.(type) {
	case *Contract:
		f.write(k.Out, len(k.Axes()), Points(k.B, n)*Points(k.M, n)*Points(k.N, n), k.Accumulate)
	case *Window:
		f.write(k.Out, len(k.Axes()), Points(k.Outer, n), false)
	default:
		for _, w := range k.Writes() {
			f.write(w, len(w.Strides), w.Buf.Len(n), false)
		}
	}
}

// soFar follows what is written of the steps so far alone: whatever reads it must go
// over these as well.
func (f *flow) soFar(k Kernel) {
	along := func(a Access, axes []Axis) int {
		i := slices.IndexFunc(axes, Axis.partial)
		if i < 0 || a.Buf.Class != Arena {
			return 0
		}
		return a.Strides[len(a.Strides)-len(axes)+i]
	}
	read := func(axes []Axis, list ...Access) {
		for _, a := range list {
			if far := f.apart[a.Buf]; far != 0 && (a.Index != nil || along(a, axes) != far) {
				f.fail("%v is read in full, of which only the steps so far are written", a.Buf)
			}
		}
	}
	write := func(axes []Axis, a Access) {
		if far := along(a, axes); far != 0 {
			f.apart[a.Buf] = far
		} else if !slices.ContainsFunc(axes, Axis.partial) {
			delete(f.apart, a.Buf)
		}
	}
	switch k := k.(type) {
	case *Nest:
		for _, s := range k.Body {
			read(k.Axes(s), s.Srcs...)
			write(k.Axes(s), s.Dst)
		}
	case *Contract:
		read(k.Axes(), slices.Concat([]Access{k.Lhs, k.Rhs}, k.Extra)...)
		write(k.Axes(), k.Out)
	default:
		read(nil, k.Reads()...)
	}
}

// ready reports whether a buffer may be read. In a loop, what the loop itself
// writes is read in parts: an earlier turn's, or what was there before.
func (f *flow) ready(b *Buffer) bool {
	if l := f.partly[b]; l != nil && (f.loop == nil || f.idle || !f.loop.IdleAs(l)) {
		return false
	}
	switch b.Class {
	case Arena, Gradient:
		return f.defined[b] >= b.Len(f.p.Batch) || f.turns[b] && f.defined[b] > 0
	case Local:
		return f.local[b] == f.run
	}
	return true
}

func (f *flow) read(list ...Access) {
	for _, a := range list {
		if f.ready(a.Buf) {
			continue
		}
		if d := f.defined[a.Buf]; f.partly[a.Buf] != nil {
			f.fail("%v is read, of which steps that do not count are not written", a.Buf)
		} else if d > 0 {
			f.fail("%v is read when only %d of its %d elements are written", a.Buf, d, a.Buf.Len(f.p.Batch))
		} else {
			f.fail("%v is read before it is written", a.Buf)
		}
	}
}

// write notes that a kernel with so many axes stores so many elements.
func (f *flow) write(a Access, axes, points int, accumulate bool) {
	b := a.Buf
	_, nest := f.run.Kernel.(*Nest)
	switch {
	case b.Class == Local && nest:
		if r := f.local[b]; r != nil && r != f.run {
			f.fail("%v lives in two kernels", b)
		}
		f.local[b] = f.run
		return
	case b.Class == Gradient && (!f.backward || f.plan != f.p.Train):
		f.fail("%v is written outside the backward phase", b)
		return
	case b.Class == State && a.Index != nil && f.step():
		return // a row of it, which is written in full as it always is
	case b.Class != Arena && b.Class != Gradient:
		f.fail("%v is written, but a %s buffer is read-only", b, b.Class)
		return
	}
	if accumulate {
		f.read(a)
		return
	}
	for i := range max(0, len(a.Strides)-axes) {
		// The turns of a loop around write a part each, or the same again.
		if a.Strides[i] != 0 {
			points *= f.around[i].Extent(f.p.Batch)
		}
	}
	if f.filled[b] || f.carried[b] {
		return
	}
	if f.defined[b] += points; f.defined[b] > b.Len(f.p.Batch) {
		f.fail("%v of %d elements is written %d times", b, b.Len(f.p.Batch), f.defined[b])
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
func (v *planVerifier) gradients(complete func(*Buffer) bool) {
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
		if s.Role == block.Trainable && (written[i] == nil || !complete(written[i])) {
			v.fail("segment %s has no complete gradient", s.Name)
		}
	}
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
