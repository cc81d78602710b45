package train

import (
	"fmt"
	"unsafe"

	"github.com/nngen-go/nngen/runtime/nn"
)

// ParallelLoader is implemented by an [Engine] whose Load writes nothing but the
// row that it is given: rows may then be loaded in any order, and several of them
// at the same time. Ragged inputs, which lie behind one another, forbid it.
type ParallelLoader interface{ ParallelLoad() }

// parallelBytes is the size of the inputs of a micro-batch from which copying
// them is worth a hand-off to other workers.
const parallelBytes = 64 << 10

// loader copies rows into the workspace of an engine, with the help of a team
// where that is allowed and pays.
type loader[X, Y any] struct {
	engine   Engine[X, Y]
	team     *nn.Team
	parallel bool
	body     func(*nn.Worker) // part, bound once: loading allocates nothing

	// The call that is under way.
	batch    *batch[X, Y]
	first, n int
	failures []failure // per worker
}

// failure is the first row of a worker that could not be loaded.
type failure struct {
	row int
	err error
}

func newLoader[X, Y any](e Engine[X, Y], t *nn.Team) *loader[X, Y] {
	l := &loader[X, Y]{engine: e, team: t, failures: make([]failure, t.Workers())}
	_, l.parallel = e.(ParallelLoader)
	l.body = l.part
	return l
}

// load copies rows first to first+n-1 of the batch. It reports the first row that
// the engine refuses, whoever has come upon it.
func (l *loader[X, Y]) load(b *batch[X, Y], first, n int, kind string) error {
	var x X
	l.batch, l.first, l.n = b, first, n
	if l.parallel && n*int(unsafe.Sizeof(x)) >= parallelBytes {
		l.team.Run(l.body)
	} else {
		l.part(nil)
	}
	for i := range l.failures { // in the order of rows
		if f := l.failures[i]; f.err != nil {
			clear(l.failures)
			return fmt.Errorf("train: %s row %d: %w", kind, b.index[f.row], f.err)
		}
	}
	return nil
}

// part loads what falls to a worker, up to the first row that is refused.
func (l *loader[X, Y]) part(w *nn.Worker) {
	b := l.batch
	from, to := w.Share(l.n)
	for row := from; row < to; row++ {
		i := l.first + row
		if err := l.engine.Load(row, b.x[i], b.y[i], b.weight[i]); err != nil {
			l.failures[w.Index()] = failure{i, err}
			return
		}
	}
}
