package optim

import "github.com/nngen-go/nngen/runtime/nn"

const (
	// SharedFrom is the number of elements from which an elementwise pass over
	// several slices is worth a hand-off to other workers.
	SharedFrom = 1 << 14
	// Run is the number of elements in the unit that such a pass is shared in:
	// one vector of AVX-512, one cache line.
	Run = 16
	// chunk is the number of elements that one call of Rule.Update gets: what
	// it reads and writes of up to five slices stays below 512 KiB, so that
	// machine kernels, which cannot be preempted, return within some
	// microseconds, and in cache between the passes of a rule.
	chunk = 1 << 14
)

// update is one step of an optimizer, shared among workers.
type update struct {
	optimizer *Optimizer
	w, g      []float32
	parts     [][][]float32    // per worker, the parts of the accumulators
	body      func(*nn.Worker) // part, bound once: a step allocates nothing
}

func newUpdate(workers int) *update {
	u := &update{parts: make([][][]float32, workers)}
	u.body = u.part
	return u
}

func (u *update) run(t *nn.Team, o *Optimizer, w, g []float32) {
	for i := range u.parts {
		if len(u.parts[i]) != len(o.Slots) {
			u.parts[i] = make([][]float32, len(o.Slots))
		}
	}
	u.optimizer, u.w, u.g = o, w, g
	if len(w) < SharedFrom {
		u.part(nil)
	} else {
		t.Run(u.body)
	}
	u.w, u.g = nil, nil
}

// part updates what falls to a worker.
func (u *update) part(w *nn.Worker) {
	slots := u.parts[w.Index()]
	from, to := w.ShareRuns(len(u.w), Run)
	for ; from < to; from += chunk {
		end := min(from+chunk, to)
		for i, s := range u.optimizer.Slots {
			slots[i] = s[from:end]
		}
		u.optimizer.Rule.Update(u.optimizer.Step, u.w[from:end], u.g[from:end], slots)
	}
}

// Add adds x, which is as long, to sum, element by element.
func Add(sum, x []float32) { add(sum, x) }

func addGo(sum, x []float32) {
	x = x[:len(sum)]
	for i := range sum {
		sum[i] += x[i]
	}
}
