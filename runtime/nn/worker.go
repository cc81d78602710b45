package nn

import (
	"runtime"
	"sync/atomic"
	"time"
)

// Worker is one of the workers of a [Team.Run]. A nil *Worker stands for one
// that is alone: it has a share of everything and waits for nobody.
type Worker struct {
	ID, Count int // 0 <= ID < Count

	team   *Team
	work   func()        // what its goroutine does
	seen   uint32        // the last Run that it has been in
	gone   atomic.Bool   // it has no goroutine, or one that is about to end
	parked atomic.Bool   // it sleeps on wake, or is about to
	wake   chan struct{} // holds one token at most: for whoever cleared parked
	_      [64]byte      // workers write here: no cache line belongs to two
}

// Share returns the part [from, to) of units of work that is this worker's. The
// parts of all workers cover [0, units) in order, differ by one unit at most and
// depend on nothing but ID, Count and units.
func (w *Worker) Share(units int) (from, to int) {
	if w == nil {
		return 0, units
	}
	each, more := units/w.Count, units%w.Count
	from = w.ID*each + min(w.ID, more)
	to = from + each
	if w.ID < more {
		to++
	}
	return from, to
}

// ShareRuns is [Worker.Share] of the elements of a slice of n, in runs of that
// many elements, of which the last may be shorter: no two workers write into the
// same vector.
func (w *Worker) ShareRuns(n, run int) (from, to int) {
	from, to = w.Share((n + run - 1) / run)
	return min(from*run, n), min(to*run, n)
}

// Split shares work that has units, each of which has parts: it returns the
// worker that takes a share of the units, and the one that takes a share of the
// parts of each of them. One of them is w and the other one nil. Units are shared
// unless a fifth of the workers' time, or more, would be lost on there being too
// few of them, and less on the parts.
func (w *Worker) Split(units, parts int) (whole, within *Worker) {
	if w == nil || w.busy(units) >= 80 || w.busy(units) >= w.busy(parts) {
		return w, nil
	}
	return nil, w
}

// busy is how much of their time all workers have something to do while they
// share some units, in percent.
func (w *Worker) busy(units int) int {
	turns := (units + w.Count - 1) / w.Count
	return 100 * units / max(1, turns*w.Count)
}

// Solo reports whether this is the worker that does what is not shared out.
func (w *Worker) Solo() bool { return w == nil || w.ID == 0 }

// Index is ID, and 0 for a worker that is alone.
func (w *Worker) Index() int {
	if w == nil {
		return 0
	}
	return w.ID
}

// Wait returns when every worker of the Run has called it: what they wrote
// before, all may read. Either all workers call it, equally often, or none.
func (w *Worker) Wait() {
	if w == nil || w.Count == 1 {
		return
	}
	t := w.team
	phase := t.phase.Load() // before broken is looked at: breakOff changes it after
	if t.broken.Load() {
		panic(unwind{})
	}
	if int(t.arrived.Add(1)) == w.Count {
		t.arrived.Store(0)
		t.phase.Add(1)
		t.wakeAll()
	} else {
		w.await(&t.phase, phase)
	}
	if t.broken.Load() {
		panic(unwind{})
	}
}

// unwind is the panic that takes a worker out of a Run that another one has
// broken off: nobody would meet it at a barrier again.
type unwind struct{}

// A worker watches for its turn for some microseconds, since the next kernel
// mostly begins that soon, and then between calls of the scheduler: whatever
// else there is to do goes on, the other workers included, which may well share
// its processor of Go's when the machine is busy. It sleeps after spinTime, some
// times what it takes to wake a sleeper. A team that lingers has less to do
// between two barriers, and lets others go on sooner: where the machine has one
// core for both, a prediction of mnist by two workers takes 23 µs that way, not 32.
const (
	pauses      = 100
	shortPauses = 20
	spinTime    = 200 * time.Microsecond
)

// await returns when word no longer has the value old. Whoever changes it calls
// wakeAll afterwards.
func (w *Worker) await(word *atomic.Uint32, old uint32) {
	if w.team.spin && w.team.spun(word, old) {
		return
	}
	for word.Load() == old {
		// parked is set before word is looked at again, and read by others after
		// they have changed word: one side sees the other.
		w.parked.Store(true)
		if word.Load() == old || !w.parked.CompareAndSwap(true, false) {
			<-w.wake // a token is there or on its way
		}
	}
}

// linger waits some time for a Run after the one that was seen and reports that
// it has come. Otherwise w is gone.
func (w *Worker) linger(seen uint32) bool {
	t := w.team
	if t.spin && t.spun(&t.run, seen) {
		return true
	}
	w.gone.Store(true)
	// A Run that begins now starts another goroutine, unless it is noticed here first.
	return t.run.Load() != seen && w.gone.CompareAndSwap(true, false)
}

// spun reports that word has changed within spinTime.
func (t *Team) spun(word *atomic.Uint32, old uint32) bool {
	most := pauses
	if t.lingers {
		most = shortPauses
	}
	for i := range 2 * most {
		if word.Load() != old {
			return true
		}
		if i >= most {
			pause(1)
		}
	}
	for start := time.Now(); time.Since(start) < spinTime; {
		runtime.Gosched()
		for range 10 {
			if word.Load() != old {
				return true
			}
			pause(1)
		}
	}
	return false
}

// rouse wakes a worker that sleeps.
func (w *Worker) rouse() {
	if w.parked.Load() && w.parked.CompareAndSwap(true, false) {
		w.wake <- struct{}{}
	}
}
