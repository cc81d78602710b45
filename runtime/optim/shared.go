package optim

import (
	"sync/atomic"

	"github.com/nngen-go/nngen/runtime/nn"
)

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

// update is one step of an optimizer, shared among workers. It is laid out for
// the tensors that are not frozen.
type update struct {
	optimizer *Optimizer
	settings  *Settings
	whole     TensorRule // nil: the rule works element by element
	active    []active
	length    int // elements of active
	blocks    []block
	workers   []worker
	longest   int // gradient that is clipped at once

	work, sum, gather func(*nn.Worker) // the bodies, bound once: a step allocates nothing

	w, g    []float32
	at      Step
	moves   bool    // this step updates the weights
	blends  bool    // and the moving average
	keep    float32 // share of the average that stays
	replace bool    // the average takes the place of the weights
	scale   float32 // of all gradients, for a global norm
	next    atomic.Int32
}

// active is a tensor that a step moves.
type active struct {
	*tensor
	from   int // its place among all active elements
	decays bool
	norm   float32 // of the gradient
}

// worker is what one worker needs for itself.
type worker struct {
	slots   [][]float32
	clipped []float32 // room for a gradient; made by the first step that clips
}

func newUpdate(o *Optimizer, workers int) *update {
	u := &update{optimizer: o, settings: o.Rule.Common(), workers: make([]worker, workers)}
	u.whole, _ = o.Rule.(TensorRule)
	for i := range o.tensors {
		t := &o.tensors[i]
		if t.frozen {
			continue
		}
		u.active = append(u.active, active{tensor: t, from: u.length, decays: u.settings.decays(t.Name)})
		u.length += t.Len()
		u.longest = max(u.longest, t.Len())
	}
	u.blocks = cut(u.active)
	for i := range u.workers {
		u.workers[i].slots = make([][]float32, len(o.Slots))
	}
	u.work, u.sum, u.gather = u.elements, u.sumBlocks, u.accumulate
	if u.whole != nil {
		u.work = u.tensors
	} else {
		u.longest = min(u.longest, chunk)
	}
	return u
}

// run calls a body on every worker, or here where there is little to do.
func (u *update) run(t *nn.Team, body func(*nn.Worker)) {
	if u.length < SharedFrom {
		body(nil)
	} else {
		t.Run(body)
	}
}

// step takes one step with the weights w along the gradient g.
func (u *update) step(t *nn.Team, w, g []float32) {
	o, s := u.optimizer, u.settings
	u.w, u.g, u.moves = w, g, true
	updates := o.Step // before this step
	if n := s.GradientAccumulationSteps; n > 0 {
		updates /= n
		u.moves = (o.Step+1)%n == 0
		u.run(t, u.gather)
		u.g = o.accumulated
	}
	u.at = Step{Number: updates + 1, LearningRate: s.rate(o.Step), Globals: o.globals}
	if u.moves {
		u.norms(t)
		if r, ok := o.Rule.(GlobalRule); ok {
			r.Advance(u.at)
		}
	}
	if u.blends = s.UseEMA; u.blends {
		u.beginAverage(updates)
	}
	if u.moves || u.blends {
		u.next.Store(0)
		u.run(t, u.work)
	}
	u.w, u.g = nil, nil
}

// elements takes the step for the elements that fall to a worker.
func (u *update) elements(w *nn.Worker) {
	me := &u.workers[w.Index()]
	from, to := w.ShareRuns(u.length, Run)
	for i := range u.active {
		t := &u.active[i]
		first, end := max(from-t.from, 0), min(to-t.from, t.Len())
		for ; first < end; first += chunk {
			last := min(first+chunk, end)
			part, g := t.Of(u.w)[first:last], t.Of(u.g)[first:last]
			for k, s := range t.slots {
				me.slots[k] = s[first:last]
			}
			if u.moves {
				u.decay(t, part)
				u.optimizer.Rule.Update(u.at, part, u.clip(t, me, g), me.slots)
			}
			u.finish(t, first, last)
		}
	}
}

// tensors takes the step for whole tensors, each worker taking the next one.
func (u *update) tensors(w *nn.Worker) {
	me := &u.workers[w.Index()]
	for {
		i := int(u.next.Add(1)) - 1
		if i >= len(u.active) {
			return
		}
		t := &u.active[i]
		if u.moves {
			part := t.Of(u.w)
			for first := 0; first < len(part); first += chunk {
				u.decay(t, part[first:min(first+chunk, len(part))])
			}
			u.whole.UpdateTensor(u.at, t.Shape, part, u.clip(t, me, t.Of(u.g)), t.slots)
		}
		u.finish(t, 0, t.Len())
	}
}

// decay applies decoupled weight decay, as every optimizer of Keras does before
// its own update (optimizers/base_optimizer.py, _apply_weight_decay):
//
//	w -= w · weight_decay · learning_rate
//
// Source: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization",
// ICLR 2019.
func (u *update) decay(t *active, w []float32) {
	if u.settings.WeightDecay != 0 && t.decays {
		decay(w, float32(u.settings.WeightDecay), float32(u.at.LearningRate))
	}
}

func decayGo(w []float32, wd, lr float32) {
	for i, x := range w {
		w[i] = x - float32(x*wd*lr)
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
