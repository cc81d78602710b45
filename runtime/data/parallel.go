package data

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
)

// parallelRows is how many rows a goroutine takes at a time.
const parallelRows = 16

// parallel calls work for the rows 0 to n-1 from up to GOMAXPROCS goroutines. It
// returns the errors of the first ten rows that have one, in their order. Once
// ten are known no further rows are begun: rows are handed out in order, so none
// of those can be among the first ten.
func parallel(n int, work func(i int) error) error {
	blocks := (n + parallelRows - 1) / parallelRows
	failures := make([][]error, blocks)
	var next, failed atomic.Int64
	part := func() {
		for failed.Load() < mostProblems {
			block := int(next.Add(1)) - 1
			if block >= blocks {
				return
			}
			for i := block * parallelRows; i < min((block+1)*parallelRows, n); i++ {
				if err := work(i); err != nil {
					failures[block] = append(failures[block], err)
				}
			}
			failed.Add(int64(len(failures[block])))
		}
	}
	var helpers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), blocks) - 1 {
		helpers.Add(1)
		go func() {
			defer helpers.Done()
			part()
		}()
	}
	part()
	helpers.Wait()
	if failed.Load() == 0 {
		return nil
	}
	var first []error
	for _, f := range failures {
		first = append(first, f...)
	}
	return errors.Join(first[:min(len(first), mostProblems)]...)
}
