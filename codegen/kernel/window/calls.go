package window

import (
	"slices"
	"sort"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
)

// call writes the calls for one segment of each axis.
func (p *pool) call(g *imageCalls, stub amd64.Stub, list []segment, all bool) {
	starts, vars := make([]int, len(list)), make([]*gotree.Var, len(list))
	for i, s := range list {
		starts[i] = s.from
	}
	var around []gotree.Nest
	var count gotree.Expr
	each := func(axis, turns int) {
		s := list[axis]
		length := s.to - s.from
		if count = gotree.Int(min(length, turns)); turns >= length {
			return
		}
		v := g.Var(driver.Letter(p.along[axis].Name), "y")
		vars[axis], starts[axis] = v, 0
		around = append(around, &gotree.For{Var: v, From: gotree.Int(s.from), To: gotree.Int(s.to), Step: gotree.Int(turns)})
		if length%turns > 0 {
			count = driver.Left(gotree.Int(turns), gotree.Int(s.to), v)
		}
	}
	last := len(list) - 1
	for i := range last - 1 {
		each(i, 1)
	}
	switch inner := list[last].to - list[last].from; {
	case p.spans(all, inner):
		each(last-1, p.rowsOfCall(inner))
	case last == 0:
		each(0, p.positionsOfCall())
	default:
		each(last-1, 1)
		each(last, p.positionsOfCall())
	}
	var args []gotree.Expr
	for _, t := range p.tensors {
		at := p.origin(g, t)
		for i, a := range p.along {
			at = at.Ahead(starts[i] * t.steps[i])
			if vars[i] != nil {
				at = at.Step(vars[i], t.steps[i], -1)
			}
			if t.tapped {
				at = at.Ahead(list[i].first * a.tapStep)
			}
		}
		args = append(args, t.Address(at))
	}
	if !all {
		for _, s := range list {
			args = append(args, gotree.Int(s.last-s.first))
		}
		if last == 0 {
			args = append(args, gotree.Int(1))
		}
	}
	g.Inside(around, func() { g.Call(stub, append(args, count)) })
	g.Free(vars...)
}

// origin is where an operand's row begins.
func (p *pool) origin(g *imageCalls, t *tensor) driver.Index {
	return driver.Index{}.Ahead(t.Access.Offset+p.lane).Step(g.row, t.Access.Strides[0], -1)
}

// tabled writes loops over tables of segments, for windows of many taps and images of
// many parts.
func (p *pool) tabled(g *imageCalls, stub amd64.Stub, segments ...[]segment) {
	var around []gotree.Nest
	var vars, tables []*gotree.Var
	extents := slices.Repeat([]gotree.Expr{gotree.Int(1)}, max(2, len(p.along)))
	var count gotree.Expr
	for i, a := range p.along {
		list := gotree.Composite{Type: gotree.Word("[...][4]int")}
		for _, s := range segments[i] {
			list.Elems = append(list.Elems, gotree.Composite{Elems: []gotree.Expr{gotree.Int(s.from), gotree.Int(s.to), gotree.Int(s.first), gotree.Int(s.last)}})
		}
		t := g.Var("s")
		v := g.Var(driver.Letter(a.Name), "y")
		of := func(column int) gotree.Expr { return gotree.At(t, gotree.Int(column)) }
		vars, tables, extents[i] = append(vars, v), append(tables, t), gotree.Op(of(3), "-", of(2))
		around = append(around, &gotree.Range{Value: t, Over: list, Note: gotree.Say("positions of", a.Name+", and the taps inside")})
		if turns := gotree.Int(p.positionsOfCall()); i == len(p.along)-1 {
			around, count = append(around, driver.Every(v, of(0), of(1), turns)), driver.Left(turns, of(1), v)
		} else {
			around = append(around, &gotree.For{Var: v, From: of(0), To: of(1)})
		}
	}
	var args []gotree.Expr
	for _, t := range p.tensors {
		at := p.origin(g, t)
		for i, a := range p.along {
			at = at.Step(vars[i], t.steps[i], -1)
			if t.tapped {
				at = at.Step(gotree.At(tables[i], gotree.Int(2)), a.tapStep, -1)
			}
		}
		args = append(args, t.Address(at))
	}
	g.Inside(around, func() { g.Call(stub, append(append(args, extents...), count)) })
	g.Free(append(vars, tables...)...)
}

// spans reports that a function walks over whole rows of positions: there are two
// axes or more, and one row of inner positions fits a call.
func (p *pool) spans(all bool, inner int) bool {
	return all && len(p.along) > 1 && p.rowsOfCall(inner) > 0
}

// rowsOfCall is how many rows of inner positions fit a call.
func (p *pool) rowsOfCall(inner int) int {
	return sort.Search(p.rows().N, func(i int) bool { return !p.fits(i+1, inner) })
}

// rows is the axis around the innermost, or the only one.
func (p *pool) rows() poolAxis { return p.along[max(0, len(p.along)-2)] }

// positionsOfCall is how many positions along the last axis a call takes.
func (p *pool) positionsOfCall() int {
	return max(1, sort.Search(p.along[len(p.along)-1].N, func(i int) bool { return !p.fits(1, i+1) }))
}

func (p *pool) fits(rows, positions int) bool {
	size, work := p.limits(rows, positions)
	return p.Machine.Turns(work, size) > 0
}

// limits are the bytes that so many rows of positions touch and the taps that they
// look at.
func (p *pool) limits(rows, positions int) (size, work int) {
	counts := []int{1, rows, positions}[3-len(p.along):]
	taps, area := 1, 1 // area: of what their windows cover
	for i, a := range p.along {
		taps *= a.taps
		area *= min(counts[i]*a.taps, (counts[i]-1)*a.space.Stride+(a.taps-1)*a.space.Dilation+1)
	}
	for _, t := range p.tensors {
		if t.tapped {
			size += 4 * area * p.channels
		} else {
			size += 4 * rows * positions * p.channels
		}
	}
	return size, 2 * rows * positions * p.channels * taps
}
