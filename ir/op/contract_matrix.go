package op

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// Matrices is a contraction seen as products of an M×K and a K×N matrix, one
// for every point of the batch loops.
type Matrices struct {
	Batch         []BatchLoop
	M, N, K       int
	Out, Lhs, Rhs Matrix
}

// BatchLoop says how far the matrices of neighbouring turns lie apart, in elements.
type BatchLoop struct{ N, Out, Lhs, Rhs int }

// Matrix says where a matrix begins and how far its rows and its columns lie
// apart, in elements. The rows of Out are M and its columns N; of Lhs they are
// M and K, of Rhs K and N.
type Matrix struct{ Offset, Row, Col int }

// Matrices gives the matrix products that the contraction of row-major operands
// of these shapes amounts to for n rows; false where it is more than that.
func (k *Contract) Matrices(rows int, lhs, rhs ir.Shape) (Matrices, bool) {
	if !k.plain(lhs, rhs) {
		return Matrices{}, false
	}
	whole := func(s ir.Shape) View { return View{Strides: s.Strides()} }
	c := (&part{Contract: *k}).kernel(whole(k.Shape), whole(lhs), whole(rhs), nil)
	if len(c.M) > 1 || len(c.N) > 1 || len(c.K) > 1 {
		return Matrices{}, false
	}
	extent := func(a loop.Axis) int {
		if a.Rows {
			return a.N * rows
		}
		return a.N
	}
	m := Matrices{M: 1, N: 1, K: 1}
	m.Out.Offset, m.Lhs.Offset, m.Rhs.Offset = c.Out.Offset, c.Lhs.Offset, c.Rhs.Offset
	at := 0
	for _, a := range c.B {
		m.Batch = append(m.Batch, BatchLoop{extent(a), c.Out.Strides[at], c.Lhs.Strides[at], c.Rhs.Strides[at]})
		at++
	}
	for _, a := range c.M {
		m.M, m.Out.Row, m.Lhs.Row = extent(a), c.Out.Strides[at], c.Lhs.Strides[at]
		at++
	}
	for _, a := range c.N {
		m.N, m.Out.Col, m.Rhs.Col = extent(a), c.Out.Strides[at], c.Rhs.Strides[at]
		at++
	}
	for _, a := range c.K {
		m.K, m.Lhs.Col, m.Rhs.Row = extent(a), c.Lhs.Strides[at], c.Rhs.Strides[at]
	}
	return m, true
}
