package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// microBatch is how many of the rows of a batch should pass through the network
// together. The arena may exceed the second-level cache a little, since not all of it
// is in use at once. (mnistcnn at 2, 4, 8, 16 and 64 rows takes 25, 23, 22, 25 and
// 30 ms for a batch of 128, with 1.25 MiB of cache.) More rows share every reading of the weights; fewer keep what the
// layers hand to one another within the cache. The sum of what a row moves
// through memory decides:
//
//	6 · weights / rows      forward, and both gradients, read or write them, and the
//	                        gradients are added up
//	2 · activations         written and read, where they have left the cache
//
// Convolutions, of few weights and large images, come out at a few rows, and
// dense layers at the whole batch. Where not even a row fits, as in a transformer, few rows
// still find in the cache what the kernel before has left there.
func microBatch(p *loop.Program, m machine.Machine) int {
	if p.Train == nil || p.Training.BatchStatistics {
		return p.Batch // statistics need the batch at once: this is the unit of its memory
	}
	weights := 0
	for _, s := range p.Segments {
		weights += 4 * s.Len()
	}
	for _, s := range p.Train.Forward { // read again in every turn
		if l, ok := s.(*loop.Loop); ok {
			weights += 4 * (l.Axis.N - 1) * params(l)
		}
	}
	arena := 4 * p.Train.ArenaFloats
	cost := func(rows int) int {
		c := 6 * weights / rows
		if arena/p.Batch*rows > m.ArenaBytes {
			c += 2 * missed(p.Train, m.ArenaBytes/rows)
		}
		return c
	}
	best := p.Batch
	for rows := 1; rows < p.Batch; rows *= 2 {
		if cost(rows) < cost(best) {
			best = rows
		}
	}
	return best
}

// missed is how many bytes of the arena a step reads for each row that are not in
// a cache of so many bytes a row any more: between them and their last use others
// of that size have been used (R. L. Mattson et al., Evaluation techniques for storage
// hierarchies, IBM Systems Journal 9, 1970).
func missed(plan *loop.Plan, cache int) int {
	var recent []*loop.Buffer // the last one used is the last
	use := func(b *loop.Buffer) int {
		size := 4 * b.Row()
		between := size
		i := len(recent) - 1
		for ; i >= 0 && recent[i] != b; i-- {
			between += 4 * recent[i].Row()
		}
		if i >= 0 {
			recent = slices.Delete(recent, i, i+1)
		}
		if recent = append(recent, b); between > cache {
			return size
		}
		return 0
	}
	bytes := 0
	runs, _ := plan.Flat()
	for _, r := range runs {
		for _, a := range r.Kernel.Reads() {
			if a.Buf.Class == loop.Arena && a.Buf.Rows {
				bytes += use(a.Buf)
			}
		}
		for _, a := range r.Kernel.Writes() {
			if a.Buf.Class == loop.Arena && a.Buf.Rows {
				use(a.Buf)
			}
		}
	}
	return bytes
}

// params counts the elements of the parameters that a loop reads.
func params(l *loop.Loop) int {
	n := 0
	seen := map[*loop.Buffer]bool{}
	for _, a := range reads(l) {
		if a.Buf.Class == loop.Param && !seen[a.Buf] {
			seen[a.Buf] = true
			n += a.Buf.Row()
		}
	}
	return n
}
