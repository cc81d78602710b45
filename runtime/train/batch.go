package train

import (
	"errors"
	"fmt"
	"math"
)

// batch refers to the rows of one optimizer step.
type batch[X, Y any] struct {
	n       int // rows in use
	x       []*X
	y       []*Y
	weight  []float32
	index   []int // of the row in its data set
	nonzero bool  // a row with a weight other than 0 has come in this epoch
}

func newBatch[X, Y any](size int) *batch[X, Y] {
	return &batch[X, Y]{
		x:      make([]*X, size),
		y:      make([]*Y, size),
		weight: make([]float32, size),
		index:  make([]int, size),
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
