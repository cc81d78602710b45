package pass

import (
	"cmp"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// lineFloats is the alignment of buffers: 16 elements are 64 bytes, a cache line
// and the widest vector.
const lineFloats = 16

// largeRow is from how many elements on a buffer of one row begins a line.
// Smaller ones lie close together: lines between them would cost more memory
// than they save time, and among many rows nearly all begin within a line anyway.
const largeRow = 256

// slot is a place of the arena: the buffers that take it one after the other,
// and how long it is taken.
type slot struct {
	buffers []*loop.Buffer
	taken
	size, align int
}

// taken is a stretch of the arena for the steps of a span.
type taken struct {
	span        loop.Span
	offset, end int
}

// planArena gives every arena buffer its place: for a full micro-batch where a
// team of workers shares it, else for one row. Predictions for one row and for
// many so have one layout, of which n rows take n times the memory.
// Slots are placed from the largest to the smallest, each in the smallest gap
// between the slots that are taken at the same time (greedy by size: Pisarchyk
// and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
func planArena(u *unit) error {
	u.plan.PerRow = !u.teamed()
	u.plan.ArenaFloats = place(u, loop.F32)
	u.plan.ArenaInts = place(u, loop.I32)
	return nil
}

// place lays out the buffers of one element type and returns the size of their
// arena.
func place(u *unit, d loop.DType) int {
	slots := u.slots(d)
	slices.SortStableFunc(slots, func(a, b *slot) int { return cmp.Compare(b.size, a.size) })
	size := 0
	var placed []taken
	for _, s := range slots {
		s.offset = gap(s, placed)
		s.end = s.offset + s.size
		// Kept in order of offset, for gap.
		i, _ := slices.BinarySearchFunc(placed, s.offset, func(a taken, at int) int { return cmp.Compare(a.offset, at) })
		placed = slices.Insert(placed, i, s.taken)
		for _, b := range s.buffers {
			b.Offset = s.offset
		}
		size = max(size, s.end)
	}
	if u.plan.PerRow && size < largeRow {
		return size
	}
	return lines(size)
}

// lines rounds a number of elements up to whole cache lines.
func lines(n int) int { return roundUp(n, lineFloats) }

func roundUp(n, to int) int { return (n + to - 1) / to * to }

// slots lists the arena buffers in the order in which they are born; one that
// lies over another joins its slot.
func (u *unit) slots(d loop.DType) []*slot {
	rows := 1
	if !u.plan.PerRow {
		rows = u.header.Batch
	}
	spans := u.stagedSpans()
	of := map[*loop.Buffer]*slot{}
	var slots []*slot
	for _, b := range u.plan.Buffers {
		if b.Class != loop.Arena || b.DType != d {
			continue
		}
		if s := of[u.over[b]]; s != nil {
			s.buffers = append(s.buffers, b)
			s.span.Last = max(s.span.Last, spans[b].Last)
			of[b] = s
			continue
		}
		s := &slot{buffers: []*loop.Buffer{b}, taken: taken{span: spans[b]}, size: b.Len(rows), align: lineFloats}
		if u.plan.PerRow && s.size < largeRow {
			s.align = 1
		}
		of[b] = s
		slots = append(slots, s)
	}
	return slots
}

// stagedSpans are the spans of the plan's buffers, widened to whole stages: the
// workers of a team do not wait for one another within a stage, so that what one
// has done with, another may yet need.
func (u *unit) stagedSpans() map[*loop.Buffer]loop.Span {
	spans := u.plan.Spans()
	if !u.teamed() {
		return spans
	}
	stages := u.plan.Stages()
	first, last := map[int]int{}, map[int]int{} // steps of a stage
	_, at := u.plan.Flat()
	of := map[int]int{}
	for i, stage := range stages {
		if _, ok := first[stage]; !ok {
			first[stage] = at[i]
		}
		last[stage] = at[i]
		of[at[i]] = stage
	}
	for b, s := range spans {
		if stage, ok := of[s.First]; ok {
			s.First = first[stage]
		}
		if stage, ok := of[s.Last]; ok {
			s.Last = last[stage]
		}
		spans[b] = s
	}
	return spans
}

// gap is the offset of the smallest free stretch that s fits in, below or
// between the slots of placed, in order of offset, that are taken with it.
func gap(s *slot, placed []taken) int {
	best, bestSize, end := -1, 0, 0
	for i := range placed {
		p := &placed[i]
		if p.span.First > s.span.Last || s.span.First > p.span.Last {
			continue
		}
		at := roundUp(end, s.align)
		if free := p.offset - at; free >= s.size && (best < 0 || free < bestSize) {
			best, bestSize = at, free
		}
		end = max(end, p.end)
	}
	if best >= 0 {
		return best
	}
	return roundUp(end, s.align)
}
