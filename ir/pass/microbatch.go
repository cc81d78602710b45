package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// microBatch is how many of the rows of a batch should pass through the network
// together. More rows share every reading of the weights; fewer keep what the layers
// hand to one another within the cache. The sum of what a row moves through memory
// decides:
//
//	6 · weights / rows      forward, and both gradients, read or write them, and the
//	                        gradients are added up
//	2 · activations         fetched and put back, where they have left the cache
//
// Convolutions, of few weights and large images, come out at a few rows, and
// dense layers at the whole batch. Where not even a row fits, as in a transformer, few rows
// still find in the cache what the kernel before has left there. (With 2 MiB of cache
// mnistcnn takes 1.05 times as long at 8 rows as at the 4 that come out, and a
// bidirectional LSTM over 200 steps 1.06 times at all 32 as at 8.)
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
			c += 2 * missed(p.Train, arena/p.Batch, m.ArenaBytes/rows)
		}
		return c
	}
	best := p.Batch
	for rows := 2; rows < p.Batch; rows *= 2 { // workers share rows, and one row would leave all but one without
		if cost(rows) < cost(best) {
			best = rows
		}
	}
	return best
}

// missed is how many bytes of the arena a step finds, for each row, outside a cache
// of so many bytes a row: between them and their last use, which may have been in the
// turn before, others of that size have been used (R. L. Mattson et al., Evaluation
// techniques for storage hierarchies, IBM Systems Journal 9, 1970). What is written is
// fetched first, as what is read.
func missed(plan *loop.Plan, arena, cache int) int {
	size := max(1, (arena+pieces-1)/pieces)
	var recent []int // pieces of the arena, the one used last at the end
	use := func(piece int) int {
		i := slices.Index(recent, piece)
		between := (len(recent) - i) * size
		if i >= 0 {
			recent = slices.Delete(recent, i, i+1)
		}
		recent = append(recent, piece)
		if i >= 0 && between <= cache {
			return 0
		}
		return size
	}
	bytes := 0
	runs, _ := plan.Flat()
	for turn := range 2 {
		for _, r := range runs {
			for _, a := range slices.Concat(r.Kernel.Reads(), r.Kernel.Writes()) {
				if a.Buf.Class != loop.Arena || !a.Buf.Rows || a.Buf.Row() == 0 {
					continue
				}
				for piece := 4 * a.Buf.Offset / size; piece <= (4*(a.Buf.Offset+a.Buf.Row())-1)/size; piece++ {
					if n := use(piece); turn > 0 {
						bytes += n
					}
				}
			}
		}
	}
	return bytes
}

// pieces is how many pieces of the arena missed follows.
const pieces = 256

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
