package data

import (
	"fmt"
	"iter"
)

// Slices makes a data set of inputs and their targets, each row with weight 1.
// It keeps the slices. If their lengths differ, the data set has no rows and
// its Err method, Rows, Fit and Evaluate report both lengths.
func Slices[X, Y any](x []X, y []Y) Dataset[X, Y] {
	return &memory[X, Y]{x, y, about{err: pairs(len(x), len(y))}}
}

// WeightedSlices is [Slices] with a weight for each row.
func WeightedSlices[X, Y any](x []X, y []Y, weight []float32) Dataset[X, Y] {
	if weight == nil {
		weight = []float32{}
	}
	return &memory[X, Y]{x, y, about{weight: weight, err: triples(len(x), len(y), len(weight))}}
}

// pairs reports unequal numbers of inputs and targets.
func pairs(x, y int) error {
	if x == y {
		return nil
	}
	return fmt.Errorf("data: %s, %s: a data set needs one target for each input", plural(x, "input"), plural(y, "target"))
}

// triples reports unequal numbers of inputs, targets and weights.
func triples(x, y, weights int) error {
	if x == y && x == weights {
		return nil
	}
	return fmt.Errorf("data: %s, %s, %s: a data set needs one of each for each row", plural(x, "input"), plural(y, "target"), plural(weights, "weight"))
}

// memory is a data set held in slices.
type memory[X, Y any] struct {
	x []X
	y []Y
	about
}

// about is what a data set in memory knows of its rows, whatever their types.
type about struct {
	weight []float32          // nil: 1 for every row
	place  func(i int) string // nil: nobody knows
	err    error
}

// Err reports slices of unequal length.
func (a *about) Err() error { return a.err }

// Place says which row of which file row i is, for messages.
func (a *about) Place(i int) string { return a.places()(i) }

func (a *about) places() func(i int) string {
	if a.place == nil {
		return func(i int) string { return fmt.Sprintf("row %d", i) }
	}
	return a.place
}

// weigh notes the weight of row i, the last so far. Weights are kept only if there
// are others than 1. It is no method: those that a generated package's data sets have
// are compiled with every generated package.
func weigh(a *about, i int, weight float32) {
	if weight != 1 && a.weight == nil {
		a.weight = make([]float32, i)
		for i := range a.weight {
			a.weight[i] = 1
		}
	}
	if a.weight != nil {
		a.weight = append(a.weight, weight)
	}
}

func (m *memory[X, Y]) Len() int {
	if m.err != nil {
		return 0
	}
	return len(m.x)
}

func (m *memory[X, Y]) At(i int) (*X, *Y, float32) {
	if m.weight == nil {
		return &m.x[i], &m.y[i], 1
	}
	return &m.x[i], &m.y[i], m.weight[i]
}

func (m *memory[X, Y]) Rows(int) iter.Seq2[Example[X, Y], error] {
	if m.err != nil {
		return failing[X, Y](m.err)
	}
	return walk(m)
}

// failing is a sequence of nothing but an error. Not inlined: see [walk].
//
//go:noinline
func failing[X, Y any](err error) iter.Seq2[Example[X, Y], error] {
	return func(yield func(Example[X, Y], error) bool) { yield(Example[X, Y]{}, err) }
}
