package loop

import (
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
	turns    map[*Buffer]bool    // written by the loop that the flow is in
	carried  map[*Buffer]bool    // of those, what was complete before it and is read: a turn stores the next
	partly   map[*Buffer]*Loop   // what idle turns of a loop have not stored
	loop     *Loop               // that the flow is in
	idle     bool                // in an idle turn of it
	apart    map[*Buffer]written // what is written of the steps so far alone
}

func (v *planVerifier) flow() {
	f := &flow{planVerifier: v, defined: map[*Buffer]int{}, filled: map[*Buffer]bool{}, local: map[*Buffer]*Run{}, partly: map[*Buffer]*Loop{}, apart: map[*Buffer]written{}}
	f.steps(v.plan.Forward)
	f.backward = true
	f.steps(v.plan.Backward)
	for _, b := range v.plan.Results() {
		if !f.ready(b) || f.apart[b].far != 0 {
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

// written is what of a buffer is written where a kernel goes over the steps so far.
type written struct {
	far  int // how far these lie apart
	turn int // of a loop: so many rows of the buffer are written by every turn, as many steps more of each
	move int // how far the rows of a turn lie from those of the next; 0: each writes over the last
	loop *Loop
}

// soFar follows what is written of the steps so far alone: whatever reads it must go
// over these as well.
func (f *flow) soFar(k Kernel) {
	read := func(axes []Axis, list ...Access) {
		for _, a := range list {
			if w := f.apart[a.Buf]; w.far != 0 && (a.Index != nil || f.partOf(a, axes) != w && !f.across(a, axes, w)) {
				f.fail("%v is read in full, of which only the steps so far are written", a.Buf)
			}
		}
	}
	write := func(axes []Axis, a Access) {
		if w := f.partOf(a, axes); w.far != 0 {
			f.apart[a.Buf] = w
		} else if !slices.ContainsFunc(axes, Axis.Partial) {
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

// partOf is what an access reaches of the steps so far: none where it goes over all.
func (f *flow) partOf(a Access, axes []Axis) written {
	i := slices.IndexFunc(axes, Axis.Partial)
	if i < 0 || a.Buf.Class != Arena {
		return written{}
	}
	own := own(a, axes)
	w := written{far: own[i], turn: axes[i].Turn}
	if w.far == 0 {
		return written{}
	}
	if w.turn == 0 {
		return w
	}
	if around := len(a.Strides) - len(axes); around > 0 {
		w.move = a.Strides[around-1]
	}
	if w.move == 0 {
		w.loop = f.loop
		return w
	}
	if w.turn < 0 || a.Offset != 0 || w.move%w.turn != 0 || !within(own, axes, w.move/w.turn, w.turn) {
		return written{far: -1} // like nothing that is written
	}
	return w
}

// across reports an access to the same steps the other way round: a turn takes as many
// steps as rows are written by one, of the rows from those of its turn on.
func (f *flow) across(a Access, axes []Axis, w written) bool {
	i := slices.IndexFunc(axes, Axis.Partial)
	around := len(a.Strides) - len(axes)
	if i < 0 || around == 0 || a.Offset != 0 || w.move == 0 || axes[i].Turn != -w.turn {
		return false
	}
	own := own(a, axes)
	return own[i] == w.move/w.turn && a.Strides[around-1] == w.move+w.turn*w.far && within(own, axes, w.far, w.turn)
}

// within reports that the one axis along which an access moves by stride has at most so
// many points.
func within(strides []int, axes []Axis, stride, most int) bool {
	found := 0
	for i, s := range strides {
		if s == stride && axes[i].Turn == 0 {
			if found++; axes[i].Rows || axes[i].N > most {
				return false
			}
		}
	}
	return found <= 1
}
