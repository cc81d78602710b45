// Package interrupt has long computations give way to the end of a context.
package interrupt

import "context"

// Unless gives what f computes, or the error of ctx as soon as that ends. F is
// then left to itself, for the process is about to end: it must neither write
// files nor start processes.
func Unless[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
