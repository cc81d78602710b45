package train

import (
	"errors"
	"fmt"
	"math"
)

// batch refers to the rows of one optimizer step.
type batch[X, Y any] struct {
	n       int // rows in use
	size    int // rows at most
	x       []*X
	y       []*Y
	weight  []float32
	index   []int // of the row in its data set
	nonzero bool  // a row with a weight other than 0 has come in this epoch
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

// check looks at the weights of the n rows. A weight left at 0 by mistake would
// train on nothing without a word; a single row of weight 0 is meant.
func (b *batch[X, Y]) check(kind string) error {
	for i, w := range b.weight[:b.n] {
		if w64 := float64(w); math.IsNaN(w64) || math.IsInf(w64, 0) {
			return fmt.Errorf("train: %s row %d: weight %v is not a finite number", kind, b.index[i], w)
		}
		if w != 0 {
			b.nonzero = true
		}
	}
	if b.n > 0 && !b.nonzero {
		return errors.New("train: every " + kind + " row so far has weight 0, so there is nothing to compute a loss of: set Example.Weight, to 1 if the rows count alike")
	}
	return nil
}
