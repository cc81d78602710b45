package train

import (
	"fmt"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// Batch is what one training step learns from.
type Batch[X, Y any] struct {
	X      []X
	Y      []Y
	Weight []float32 // of each sample in the loss; nil: 1
	Step   uint64    // optimizer steps taken before: it selects the dropout masks
}

// Gradients fills g with the gradient of the batch's loss, which it returns, and
// brings the state up to date. A batch above share rows is shared out among the
// session's workers.
func Gradients[X, Y any](e Engine[X, Y], s *Session, g []float32, b Batch[X, Y], share int) (loss float32, err error) {
	load := func(at, i int, weight float32) error { return e.Load(at, &b.X[i], &b.Y[i], weight) }
	return gradients(e, s, g, plainBatch{len(b.X), len(b.Y), b.Weight, b.Step}, load, share)
}

// plainBatch is a Batch without its types: how many inputs and targets it has.
type plainBatch struct {
	x, y   int
	weight []float32
	step   uint64
}

// gradients is Gradients, where load loads row i of the batch.
func gradients(e Network, s *Session, g []float32, b plainBatch, load func(at, i int, weight float32) error, share int) (loss float32, err error) {
	if b.x == 0 || b.y != b.x || b.weight != nil && len(b.weight) != b.x {
		return 0, fmt.Errorf("%d inputs, %d targets, %d weights", b.x, b.y, len(b.weight))
	}
	if err := checkCarried(e, "training", b.x, -1); err != nil {
		return 0, err
	}
	rows := e.MicroBatch()
	if grower, ok := e.(Grower); ok && e.BatchStatistics() { // which are those of all rows
		if err := grower.Grow(b.x); err != nil {
			return 0, err
		}
		rows = b.x
	}
	if b.x >= share {
		team := nn.NewTeam(s.Workers)
		defer team.Close()
		e.Share(team)
		defer e.Share(nil)
	}
	clear(g)
	sum, grads := 0.0, g[:len(e.Gradients())]
	for first := 0; first < b.x; first += rows {
		n := min(rows, b.x-first)
		for r := range n {
			weight := float32(1)
			if b.weight != nil {
				weight = b.weight[first+r]
			}
			if err := load(r, first+r, weight); err != nil {
				return 0, fmt.Errorf("row %d: %w", first+r, err)
			}
		}
		sum += e.Train(n, Step{Seed: s.Seed, Index: b.step, First: first, Total: b.x})
		optim.Add(grads, e.Gradients())
	}
	return float32(sum), nil
}
