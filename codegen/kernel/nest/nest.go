package nest

import (
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// Loops writes elementwise and reducing loops, in one of five forms:
//
//	map      one store for every point; the innermost axis lies in the lanes
//	points   several stores for every point of Outer, whose innermost axis lies in
//	         the lanes: what one makes is in a register for those after it
//	columns  one reduction; the axis of the results lies in the lanes
//	rows     several statements for every point of Outer; the innermost axis of
//	         each lies in the lanes, or, of reductions, is folded at the end
//	total    the sum of many values, in double precision
//
// Anything else stays in Go: what an id addresses, arguments of maxima, a few
// numbers, and loops that run through no memory in order.
func Loops(u *driver.Unit, r driver.Request, k *loop.Nest, l amd64.Level) (*driver.Body, error) {
	t, ok := shape.Plain(k)
	if !ok {
		return nil, nil
	}
	sharing := loop.SharingOf(k)
	s := t.Body[0]
	switch {
	case len(t.Body) == 1 && s.Reduce == loop.Store:
		return mapped(u, r, t.Axes(s), s, sharing, l)
	case len(t.Body) == 1 && !s.Accumulate && s.Dst.Buf.Class != loop.Local:
		if b, err := reducedColumns(u, r, t.Outer, s, sharing, l); b != nil || err != nil {
			return b, err
		}
		if len(t.Outer) == 0 {
			return total(u, r, s, l)
		}
	}
	if b, err := points(u, r, t, sharing, l); b != nil || err != nil {
		return b, err
	}
	return nestRows(u, r, t, sharing, l)
}

func isRandom(a *loop.Access) bool { return a.Buf.Class == loop.Random }
