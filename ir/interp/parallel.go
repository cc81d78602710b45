package interp

import (
	"runtime"
	"sync"
)

// parallel calls f for parts of [0, n) that cover it, on all processors. The
// parts must not write to the same memory.
func parallel(n int, f func(from, to int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		f(0, n)
		return
	}
	var wait sync.WaitGroup
	for i := range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			f(n*i/workers, n*(i+1)/workers)
		}()
	}
	wait.Wait()
}
