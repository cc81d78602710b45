package pass

import (
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
//	3 · weights / rows      forward, and both gradients, read or write them
//	2 · activations         written and read, where they do not fit the cache
//
// Convolutions, of few weights and large images, come out at a few rows, and
// dense layers at the whole batch.
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
		c := 3 * weights / rows
		if arena/p.Batch*rows > m.ArenaBytes {
			c += 2 * arena / p.Batch
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
