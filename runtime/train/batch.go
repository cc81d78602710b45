package train

import (
	"fmt"
	"math"
)

// batch refers to the rows of one optimizer step.
type batch struct {
	n     int // rows in use
	size  int // rows at most
	rows  []row
	index []int // of the row in its data set
}

// newBatch makes a batch of at most size rows, out of a known number of them (-1:
// not known).
func newBatch(size, of int) *batch {
	b := &batch{size: size}
	if of >= 0 {
		b.room(min(size, of))
	}
	return b
}

// room makes room for n rows. A batch size alone makes none: it may be far above
// the rows that there are.
func (b *batch) room(n int) {
	if more := n - len(b.rows); more > 0 {
		b.rows = append(b.rows, make([]row, more)...)
		b.index = append(b.index, make([]int, more)...)
	}
}

// check looks at the weights of the n rows.
func (b *batch) check(kind string) error {
	for i := range b.rows[:b.n] {
		w := b.rows[i].weight
		if w64 := float64(w); math.IsNaN(w64) || math.IsInf(w64, 0) {
			return fmt.Errorf("train: %s row %d: weight %v is not a finite number", kind, b.index[i], w)
		}
	}
	return nil
}
