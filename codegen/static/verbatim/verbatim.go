// Package verbatim is Go that emitted packages carry word for word, whatever the
// network: codegen/static copies what one needs out of Source. It is compiled,
// vetted and tested here.
package verbatim

import (
	"embed"
	"slices"
	"sync"
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
