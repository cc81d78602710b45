package ir

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// Batch is the extent of the leading axis of everything that has a row per
	// sample: a run-time count n, at most the micro-batch of the plan.
	Batch = -1
	// Ragged is the extent of a run-time length that differs from row to row.
	// It may only follow Batch, and only ids have it.
	Ragged = -2
	// MaxElements bounds the elements of one value (per row where it is
	// batched), so that sizes can be multiplied without overflow.
	MaxElements = 1 << 30
)

// Shape is the extent of every axis, outermost first.
type Shape []int

// Batched reports whether the leading axis counts rows.
func (s Shape) Batched() bool { return len(s) > 0 && s[0] == Batch }

// Ragged reports whether the second axis has a length of its own in every row.
func (s Shape) Ragged() bool { return len(s) > 1 && s[1] == Ragged }

// Row is the shape of one row: s without its batch axis.
func (s Shape) Row() Shape {
	if s.Batched() {
		return s[1:]
	}
	return s
}

// Elements is the number of elements of one row (of everything, where s is not
// batched). It is meaningless for a ragged shape.
func (s Shape) Elements() int {
	n := 1
	for _, d := range s.Row() {
		n *= d
	}
	return n
}

// Concrete replaces the batch axis by rows.
func (s Shape) Concrete(rows int) Shape {
	c := slices.Clone(s)
	if s.Batched() {
		c[0] = rows
	}
	return c
}

// Equal reports whether both shapes have the same extents.
func (s Shape) Equal(t Shape) bool { return slices.Equal(s, t) }

// Check reports a shape that breaks the rules above.
func (s Shape) Check() error {
	n := 1
	for i, d := range s {
		switch {
		case d == Batch && i == 0, d == Ragged && i == 1 && s[0] == Batch:
		case d <= 0:
			return fmt.Errorf("shape %v: axis %d has extent %d", s, i, d)
		case n > MaxElements/d:
			return fmt.Errorf("shape %v has more than %d elements", s, MaxElements)
		default:
			n *= d
		}
	}
	return nil
}

// Strides is the row-major stride of every axis in elements. The stride of the
// batch axis is the size of a row.
func (s Shape) Strides() []int {
	st := make([]int, len(s))
	n := 1
	for i := len(s) - 1; i >= 0; i-- {
		st[i] = n
		n *= s[i]
	}
	return st
}

// String prints "[n,28,28]": n stands for the batch, * for a ragged length.
func (s Shape) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i, d := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		switch d {
		case Batch:
			b.WriteByte('n')
		case Ragged:
			b.WriteByte('*')
		default:
			fmt.Fprint(&b, d)
		}
	}
	b.WriteByte(']')
	return b.String()
}

// Broadcast is the shape that s and t are stretched to by NumPy's rule: axes
// are aligned at the end, and an extent of 1 stretches.
func Broadcast(s, t Shape) (Shape, error) {
	if len(s) < len(t) {
		s, t = t, s
	}
	out := slices.Clone(s)
	for i := range t {
		j := len(s) - len(t) + i
		switch {
		case s[j] == t[i] || t[i] == 1:
		case s[j] == 1:
			out[j] = t[i]
		default:
			return nil, fmt.Errorf("shapes %v and %v do not broadcast: %d against %d", s, t, s[j], t[i])
		}
	}
	return out, nil
}

// Type is what is known of a value before it runs.
type Type struct {
	Shape Shape
	DType DType
}

func (t Type) String() string { return t.DType.String() + t.Shape.String() }
