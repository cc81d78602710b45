package data

import (
	"fmt"
	"iter"
)

// Slices makes a data set of inputs and their targets, each row with weight 1.
// It keeps the slices. If their lengths differ, the data set has no rows and
// its Err method, Rows, Fit and Evaluate report both lengths.
func Slices[X, Y any](x []X, y []Y) Dataset[X, Y] {
	m := &memory[X, Y]{x: x, y: y}
	if len(x) != len(y) {
		m.err = fmt.Errorf("data: %s, %s: a data set needs one target for each input", plural(len(x), "input"), plural(len(y), "target"))
	}
	return m
}

// WeightedSlices is [Slices] with a weight for each row.
func WeightedSlices[X, Y any](x []X, y []Y, weight []float32) Dataset[X, Y] {
	m := &memory[X, Y]{x: x, y: y, weight: weight}
	if len(x) != len(y) || len(x) != len(weight) {
		m.err = fmt.Errorf("data: %s, %s, %s: a data set needs one of each for each row", plural(len(x), "input"), plural(len(y), "target"), plural(len(weight), "weight"))
	}
	if m.weight == nil {
		m.weight = []float32{}
	}
	return m
}

// memory is a data set held in slices. A nil weight means 1 for every row.
type memory[X, Y any] struct {
	x      []X
	y      []Y
	weight []float32
	place  func(i int) string // nil: nobody knows
	err    error
}

// Err reports slices of unequal length.
func (m *memory[X, Y]) Err() error { return m.err }

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

// Place says which row of which file row i is, for messages.
func (m *memory[X, Y]) Place(i int) string { return m.places()(i) }

func (m *memory[X, Y]) places() func(i int) string {
	if m.place == nil {
		return func(i int) string { return fmt.Sprintf("row %d", i) }
	}
	return m.place
}

// add appends a row. The weights are kept only if there are others than 1.
func (m *memory[X, Y]) add(x X, y Y, weight float32) {
	if weight != 1 && m.weight == nil {
		m.weight = make([]float32, len(m.x), cap(m.x))
		for i := range m.weight {
			m.weight[i] = 1
		}
	}
	m.x, m.y = append(m.x, x), append(m.y, y)
	if m.weight != nil {
		m.weight = append(m.weight, weight)
	}
}

func (m *memory[X, Y]) Rows(int) iter.Seq2[Example[X, Y], error] {
	if m.err != nil {
		return failing[X, Y](m.err)
	}
	return walk(m)
}

// failing is a sequence of nothing but an error.
func failing[X, Y any](err error) iter.Seq2[Example[X, Y], error] {
	return func(yield func(Example[X, Y], error) bool) { yield(Example[X, Y]{}, err) }
}
