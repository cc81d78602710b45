package train

import (
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// gradientSum adds up the gradients of the micro-batches of one batch.
type gradientSum struct {
	total []float32
	x     []float32 // what is being added
	first bool
	body  func(*nn.Worker) // addPart, bound once: a step allocates nothing
}

func newGradientSum(n int) *gradientSum {
	s := &gradientSum{total: make([]float32, n)}
	s.body = s.addPart
	return s
}

// add adds x to the total, which it overwrites the first time.
func (s *gradientSum) add(t *nn.Team, x []float32, first bool) {
	s.x, s.first = x, first
	if len(x) < optim.SharedFrom {
		s.addPart(nil)
	} else {
		t.Run(s.body)
	}
}

func (s *gradientSum) addPart(w *nn.Worker) {
	from, to := w.ShareRuns(len(s.x), optim.Run)
	if s.first {
		copy(s.total[from:to], s.x[from:to])
	} else {
		optim.Add(s.total[from:to], s.x[from:to])
	}
}
