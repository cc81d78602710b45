package train

import (
	"fmt"
	"math"
)

// batch refers to the rows of one optimizer step.
type batch[X, Y any] struct {
	n      int // rows in use
	size   int // rows at most
	x      []*X
	y      []*Y
	weight []float32
	index  []int // of the row in its data set
}

// newBatch makes a batch of at most size rows, out of a known number of them (-1:
// not known).
func newBatch[X, Y any](size, of int) *batch[X, Y] {
	b := &batch[X, Y]{size: size}
	if of >= 0 {
		b.room(min(size, of))
	}
	return b
}

// room makes room for n rows. A batch size alone makes none: it may be far above
// the rows that there are.
func (b *batch[X, Y]) room(n int) {
	if more := n - len(b.x); more > 0 {
		b.x = append(b.x, make([]*X, more)...)
		b.y = append(b.y, make([]*Y, more)...)
		b.weight = append(b.weight, make([]float32, more)...)
		b.index = append(b.index, make([]int, more)...)
	}
}

// check looks at the weights of the n rows.
func (b *batch[X, Y]) check(kind string) error {
	for i, w := range b.weight[:b.n] {
		if w64 := float64(w); math.IsNaN(w64) || math.IsInf(w64, 0) {
			return fmt.Errorf("train: %s row %d: weight %v is not a finite number", kind, b.index[i], w)
		}
	}
	return nil
}
