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
	if len(b.X) == 0 || len(b.Y) != len(b.X) || b.Weight != nil && len(b.Weight) != len(b.X) {
		return 0, fmt.Errorf("%d inputs, %d targets, %d weights", len(b.X), len(b.Y), len(b.Weight))
	}
	rows := e.MicroBatch()
	if grower, ok := e.(Grower); ok && e.BatchStatistics() { // which are those of all rows
		if err := grower.Grow(len(b.X)); err != nil {
			return 0, err
		}
		rows = len(b.X)
	}
	if len(b.X) >= share {
		team := nn.NewTeam(s.Workers)
		defer team.Close()
		e.Share(team)
		defer e.Share(nil)
	}
	clear(g)
	sum, grads := 0.0, g[:len(e.Gradients())]
	for first := 0; first < len(b.X); first += rows {
		n := min(rows, len(b.X)-first)
		for r := range n {
			weight := float32(1)
			if b.Weight != nil {
				weight = b.Weight[first+r]
			}
			if err := e.Load(r, &b.X[first+r], &b.Y[first+r], weight); err != nil {
				return 0, fmt.Errorf("row %d: %w", first+r, err)
			}
		}
		sum += e.Train(n, Step{Seed: s.Seed, Index: b.Step, First: first, Total: len(b.X)})
		optim.Add(grads, e.Gradients())
	}
	return float32(sum), nil
}
