package asm

import (
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// nest writes elementwise and reducing loops, in one of four forms:
//
//	map      one store for every point; the innermost axis lies in the lanes
//	columns  one reduction; the axis of the results lies in the lanes
//	rows     several statements for every point of Outer; the innermost axis of
//	         each lies in the lanes, or, of reductions, is folded at the end
//	total    the sum of many values, in double precision
//
// Anything else stays in Go: what an id addresses, arguments of maxima, a few
// numbers, and loops that run through no memory in order.
func (u *Unit) nest(r Request, k *loop.Nest, l Level) (*Body, error) {
	t, ok := shape.Plain(k)
	if !ok {
		return nil, nil
	}
	sharing := loop.SharingOf(k)
	s := t.Body[0]
	switch {
	case len(t.Body) == 1 && s.Reduce == loop.Store:
		return u.mapped(r, t.Axes(s), s, sharing, l)
	case len(t.Body) == 1 && !s.Accumulate && s.Dst.Buf.Class != loop.Local:
		if b, err := u.reducedColumns(r, t.Outer, s, sharing, l); b != nil || err != nil {
			return b, err
		}
		if len(t.Outer) == 0 {
			return u.total(r, s, l)
		}
	}
	return u.nestRows(r, t, sharing, l)
}

func isRandom(a *loop.Access) bool { return a.Buf.Class == loop.Random }
