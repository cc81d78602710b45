package data

import (
	"iter"
	"runtime"
	"sync"
)

// Prefetch reads about n rows of a stream ahead of its reader. What [Map] does
// to the rows, or [StreamImages], is then done to several of them at the same
// time; they come in the same order, and an error comes in place of its row.
// The goroutines end with the loop over the rows. An [Indexed] data set needs
// none of this and is returned as it is.
func Prefetch[X, Y any](d Dataset[X, Y], n int) Dataset[X, Y] {
	if _, ok := d.(Indexed[X, Y]); ok || n < 1 {
		return d
	}
	return &prefetched[X, Y]{d, n}
}

type prefetched[X, Y any] struct {
	d Dataset[X, Y]
	n int
}

func (p *prefetched[X, Y]) Err() error { return errOf(p.d) }

func (p *prefetched[X, Y]) Len() int { return p.d.Len() }

func (p *prefetched[X, Y]) placeOf(row int) string { return placeOf(p.d, row) }

// block is a number of successive rows that one goroutine makes.
type block[X, Y any] struct {
	pending []deferred[X, Y]
	rows    []Example[X, Y]
	err     error // what comes after the rows
	done    chan struct{}
}

// prefetchRows is how many rows a goroutine makes at a time, at most.
const prefetchRows = 32

func (p *prefetched[X, Y]) Rows(epoch int) iter.Seq2[Example[X, Y], error] {
	return func(yield func(Example[X, Y], error) bool) {
		workers := runtime.GOMAXPROCS(0)
		size := max(1, min(prefetchRows, p.n/(2*workers)))
		ordered := make(chan *block[X, Y], max(1, p.n/size))
		jobs := make(chan *block[X, Y], cap(ordered))
		stop := make(chan struct{})
		var all sync.WaitGroup
		all.Add(1 + workers)
		defer all.Wait()
		defer close(stop)
		go func() {
			defer all.Done()
			defer close(ordered)
			defer close(jobs)
			p.list(epoch, size, func(b *block[X, Y]) bool {
				select {
				case ordered <- b:
					jobs <- b // the workers empty it whether or not anybody reads
					return true
				case <-stop:
					return false
				}
			})
		}()
		for range workers {
			go func() {
				defer all.Done()
				for b := range jobs {
					b.make(stop)
				}
			}()
		}
		for b := range ordered {
			<-b.done
			for _, e := range b.rows {
				if !yield(e, nil) {
					return
				}
			}
			if b.err != nil {
				yield(Example[X, Y]{}, b.err)
				return
			}
		}
	}
}

// list sends the rows of the stream block by block, up to its first error.
func (p *prefetched[X, Y]) list(epoch, size int, send func(*block[X, Y]) bool) {
	fresh := func() *block[X, Y] { return &block[X, Y]{done: make(chan struct{})} }
	b := fresh()
	for row, err := range deferredRows(p.d, epoch) {
		if b.err = err; err != nil {
			break
		}
		if b.pending = append(b.pending, row); len(b.pending) == size {
			if !send(b) {
				return
			}
			b = fresh()
		}
	}
	if len(b.pending) > 0 || b.err != nil {
		send(b)
	}
}

// make makes the rows of a block, up to the first that cannot be made.
func (b *block[X, Y]) make(stop <-chan struct{}) {
	defer close(b.done)
	select {
	case <-stop: // nobody waits for it
		return
	default:
	}
	b.rows = make([]Example[X, Y], len(b.pending))
	for i, row := range b.pending {
		if err := row(&b.rows[i]); err != nil {
			b.rows, b.err = b.rows[:i], err
			return
		}
	}
}
