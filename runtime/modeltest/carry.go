package modeltest

import "github.com/nngen-go/nngen/runtime/train"

// carriedRows is how many rows every batch of a network with stateful layers has; of
// others it is or.
func carriedRows(e train.Network, or int) int {
	if c, ok := e.(train.Carrier); ok {
		return c.CarriedRows()
	}
	return or
}

// anew has stateful layers begin with 0.
func anew(e train.Network) {
	if c, ok := e.(train.Carrier); ok {
		clear(c.Carried())
	}
}

// fitRows are so many rows that Fit cuts a batch out of them, and its size.
func fitRows(e train.Network, batchRows int) (rows, batch int) {
	if c := carriedRows(e, 0); c > 0 {
		return 2 * c, c
	}
	if e.BatchStatistics() {
		return batchRows, batchRows
	}
	return batchRows + 3, batchRows + 2
}
