// Package verbatim is Go that emitted packages carry word for word, whatever the
// network: codegen/static copies what one needs out of Source. It is compiled,
// vetted and tested here.
package verbatim

import (
	"embed"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Source holds the files of this package.
//
//go:embed *.go
var Source embed.FS

// freeList keeps scratch memory between calls. Unlike a sync.Pool it survives
// garbage collection, so that a warm model allocates nothing.
type freeList[T any] struct {
	mu   sync.Mutex
	free []*T
}

func (l *freeList[T]) get() *T {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.free); n > 0 {
		t := l.free[n-1]
		l.free = l.free[:n-1]
		return t
	}
	return new(T)
}

func (l *freeList[T]) put(t *T) {
	l.mu.Lock()
	l.free = append(l.free, t)
	l.mu.Unlock()
}

// appendDistinct appends every id once, however often it occurs: each id is
// written, and kept if it is new, so that there is no branch to mispredict. The
// marks in seen are zero before and after.
func appendDistinct(dst, ids []int32, seen []uint8) []int32 {
	from := len(dst)
	dst = slices.Grow(dst, len(ids))[:from+len(ids)]
	end := from
	for _, id := range ids {
		dst[end] = id
		end += int(1 - seen[id])
		seen[id] = 1
	}
	dst = dst[:end]
	for _, id := range dst[from:] {
		seen[id] = 0
	}
	return dst
}

// worker stands for the one goroutine that runs a kernel; it is always nil.
type worker struct{}

// Share is the part of some units of work that is the worker's: all of them.
func (*worker) Share(units int) (from, to int) { return 0, units }

// Solo reports that there is no other.
func (*worker) Solo() bool { return true }

// panels are weights as tiles read them, one panel after the other. The first call
// that reads a panel packs it, for all. There is no lock and no pointer among them:
// what is passed along with one would escape to the heap, as the scratch of Predict.
type panels struct {
	room   panelRoom
	values []float32
	state  []atomic.Uint32 // of every panel, and of the memory
}

// panelRoom is how many panels some weights have, and the floats that they take.
type panelRoom struct{ panels, floats int }

// The state of a panel is 0, then that a call packs it, then that it is packed.
const (
	panelBegun = 1
	panelReady = 2
)

// panel is number i, where each takes that many floats. If it has not been packed,
// the caller does that and then calls done, while others wait. Nil keeps none: the
// panel is the caller's scratch, and ready if the caller says so.
func (p *panels) panel(i, floats int, scratch []float32, ready bool) ([]float32, bool) {
	if p == nil {
		return scratch, ready
	}
	if memory := p.room.panels; p.first(memory) {
		p.values = make([]float32, p.room.floats)
		p.done(memory)
	}
	return p.values[i*floats:], !p.first(i)
}

// first reports that this call is the first to ask; others wait until it is done.
func (p *panels) first(i int) bool {
	for p.state[i].Load() != panelReady {
		if p.state[i].CompareAndSwap(0, panelBegun) {
			return true
		}
		runtime.Gosched() // for some microseconds
	}
	return false
}

// done says that panel i has been packed.
func (p *panels) done(i int) {
	if p != nil {
		p.state[i].Store(panelReady)
	}
}

// keeper keeps panels as long as the parameters do not change.
type keeper struct {
	mu       sync.Mutex
	changing int // calls that may change parameters
	kept     atomic.Pointer[[]panels]
}

// get is what is kept; nil: parameters may be changing.
func (k *keeper) get(rooms []panelRoom) []panels {
	if p := k.kept.Load(); p != nil {
		return *p
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.changing > 0 {
		return nil
	}
	if k.kept.Load() == nil {
		list := make([]panels, len(rooms))
		for i, r := range rooms {
			list[i].room, list[i].state = r, make([]atomic.Uint32, r.panels+1)
		}
		k.kept.Store(&list)
	}
	return *k.kept.Load()
}

// change forgets all panels, before anything changes a parameter; changed ends it.
func (k *keeper) change() {
	k.mu.Lock()
	k.changing++
	k.kept.Store(nil)
	k.mu.Unlock()
}

func (k *keeper) changed() {
	k.mu.Lock()
	k.changing--
	k.mu.Unlock()
}
