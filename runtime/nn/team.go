package nn

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Team is a fixed number of workers that share the work of one call after
// another: of the kernels of one Fit, Evaluate or PredictBatch. Between two
// calls of Run its goroutines spin for some microseconds, where there is a core
// for each of them, and then sleep. A nil *Team is one that works alone: it has
// no goroutines, and hands a nil *Worker to the body.
//
// A Team belongs to one goroutine, and must be closed unless it lingers.
type Team struct {
	workers []*Worker // workers[0] is the caller of Run; nil before the first one
	count   int
	lingers bool        // goroutines end where others would sleep
	spin    bool        // there is a core for every worker
	busy    atomic.Bool // within Run
	body    func(*Worker)
	left    bool // the caller has not returned from body
	ended   sync.WaitGroup
	ending  bool

	mu      sync.Mutex
	failure *WorkerPanic // the first of a Run

	_        [64]byte      // what all workers watch starts a cache line
	run      atomic.Uint32 // counts the calls of Run: the signal to start
	finished atomic.Uint32 // the last Run whose goroutines are done: the signal to return
	broken   atomic.Bool   // a worker has left the Run by a panic
	_        [64]byte
	working  atomic.Int32  // goroutines still at work in this Run
	arrived  atomic.Int32  // workers at the barrier
	phase    atomic.Uint32 // counts the barriers passed
}

// WorkerPanic is what [Team.Run] panics with when a goroutine of the team has
// panicked: the value, and the stack that would be lost otherwise.
type WorkerPanic struct {
	Value any
	Stack []byte
}

// Error returns the value and the stack.
func (p *WorkerPanic) Error() string {
	return fmt.Sprintf("nn: a worker panicked: %v\n\n%s", p.Value, p.Stack)
}

// Unwrap returns the value if it is an error.
func (p *WorkerPanic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// NewTeam returns a team of that many workers, below 1: of GOMAXPROCS workers.
// Its goroutines, one less than it has workers, start at the first Run.
func NewTeam(workers int) *Team {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &Team{count: workers}
}

// NewLingeringTeam returns a team whose goroutines do not sleep between two calls
// of Run: they end instead, some 200 microseconds after the first, and the next
// one starts them again. It need not be closed. Such a team shares work that may
// come again at once or never.
func NewLingeringTeam(workers int) *Team {
	t := NewTeam(workers)
	t.lingers = true
	return t
}

// Workers returns the number of workers, 1 for a nil Team.
func (t *Team) Workers() int {
	if t == nil {
		return 1
	}
	return t.count
}

// Run calls body once for every worker, at the same time, and returns when all
// calls have returned. The caller is worker 0. It allocates nothing; body is to
// be made beforehand if it would escape to the heap. A panic in body leaves Run
// when all workers have stopped, as a [*WorkerPanic] if it came from one of the
// team's goroutines; workers that wait at a barrier are taken out of body. A
// body may not call Run of its own team.
func (t *Team) Run(body func(w *Worker)) {
	if t == nil {
		body(nil)
		return
	}
	if !t.busy.CompareAndSwap(false, true) {
		panic("nn: Team.Run is called while it runs")
	}
	if t.workers == nil {
		t.start(t.count <= min(runtime.GOMAXPROCS(0), runtime.NumCPU()))
	}
	t.left = true
	if t.count > 1 {
		t.failure = nil
		t.broken.Store(false)
		t.arrived.Store(0)
		t.working.Store(int32(t.count - 1))
		t.body = body
		t.run.Add(1)
		t.wakeAll()
		t.startGone()
	}
	defer t.join()
	body(t.workers[0])
	t.left = false // as opposed to a panic
}

// join waits for the goroutines at the end of a Run. It runs deferred, so that
// they are waited for when the caller's own part panics, too.
func (t *Team) join() {
	defer t.busy.Store(false)
	if t.count == 1 {
		return
	}
	if t.left { // by a panic or runtime.Goexit
		t.breakOff()
	}
	me := t.workers[0]
	for run := t.run.Load(); t.finished.Load() != run; {
		me.await(&t.finished, run-1)
	}
	t.body = nil
	if f := t.failure; f != nil {
		t.failure = nil
		_ = recover() // the caller's own panic is but a consequence
		panic(f)
	}
}

// breakOff sends every worker that waits at a barrier, or comes to one, home.
func (t *Team) breakOff() {
	t.broken.Store(true)
	t.phase.Add(1)
	t.wakeAll()
}

// wakeAll wakes the workers that sleep.
func (t *Team) wakeAll() {
	for _, w := range t.workers {
		w.rouse()
	}
}

func (t *Team) start(spin bool) {
	t.spin = spin
	t.workers = make([]*Worker, t.count)
	for id := range t.workers {
		w := &Worker{ID: id, Count: t.count, team: t, wake: make(chan struct{}, 1)}
		w.work = func() { t.work(w) }
		w.gone.Store(id > 0)
		t.workers[id] = w
	}
}

// startGone starts the goroutines that this Run has not found.
func (t *Team) startGone() {
	for _, w := range t.workers[1:] {
		if w.gone.Load() && w.gone.CompareAndSwap(true, false) {
			w.seen = t.run.Load() - 1
			t.ended.Add(1)
			go w.work()
		}
	}
}

// Close ends the team's goroutines and waits for that. A Run after it would
// start them again.
func (t *Team) Close() {
	if t == nil || t.workers == nil {
		return
	}
	t.ending = true
	t.run.Add(1)
	t.wakeAll()
	t.ended.Wait()
	t.ending = false
	t.finished.Store(t.run.Load())
	t.workers = nil
}

// work is the life of one of the team's goroutines.
func (t *Team) work(w *Worker) {
	defer t.ended.Done()
	for {
		switch {
		case !t.lingers:
			w.await(&t.run, w.seen)
		case !w.linger(w.seen):
			return
		}
		w.seen = t.run.Load()
		if t.ending {
			return
		}
		t.turn(w, w.seen)
	}
}

// turn is the part of one goroutine in one Run.
func (t *Team) turn(w *Worker, run uint32) {
	returned := false
	defer func() {
		if v := recover(); !returned && v != (unwind{}) {
			t.fail(v)
			if v == nil { // runtime.Goexit: this goroutine ends, another takes its place
				t.ended.Add(1)
				go w.work()
			}
		}
		if t.working.Add(-1) == 0 {
			t.finished.Store(run)
			t.workers[0].rouse()
		}
	}()
	t.body(w)
	returned = true
}

// fail notes the first failure of a Run.
func (t *Team) fail(v any) {
	if v == nil {
		v = "runtime.Goexit was called"
	}
	t.mu.Lock()
	if t.failure == nil {
		t.failure = &WorkerPanic{Value: v, Stack: debug.Stack()}
	}
	t.mu.Unlock()
	t.breakOff()
}
