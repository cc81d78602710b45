package window

import (
	"fmt"
	"sort"
	"strings"

	"github.com/nngen-go/nngen/codegen/kernel/driver"
)

// call prints the calls for one segment of each axis.
func (p *pool) call(g *driver.Calls, function string, s, s1 segment, all bool) {
	starts, vars := []int{s.from, s1.from}, []string{"", ""}
	count, ends := "", 0
	each := func(axis int, s segment, turns int) {
		length := s.to - s.from
		if count = fmt.Sprint(min(length, turns)); turns >= length {
			return
		}
		v := g.Name(driver.Letter(p.along[axis].Name), "y")
		step := fmt.Sprintf("%s += %d", v, turns)
		if turns == 1 {
			step = v + "++"
		}
		g.Line("for %s := %d; %s < %d; %s {", v, s.from, v, s.to, step)
		vars[axis], starts[axis] = v, 0
		ends++
		if length%turns > 0 {
			count = fmt.Sprintf("min(%d, %d-%s)", turns, s.to, v)
		}
	}
	switch inner := s1.to - s1.from; {
	case p.spans(all, inner):
		each(0, s, p.rowsOfCall(inner))
	case len(p.along) == 1:
		each(0, s, p.positionsOfCall())
	default:
		each(0, s, 1)
		each(1, s1, p.positionsOfCall())
	}
	var args []string
	for _, t := range p.tensors {
		at := p.origin(t)
		for i, a := range p.along {
			at.Offset += starts[i] * t.steps[i]
			if vars[i] != "" {
				at = at.Plus(vars[i], t.steps[i], -1)
			}
			if t.tapped {
				at.Offset += []segment{s, s1}[i].first * a.tapStep
			}
		}
		args = append(args, t.Address(at))
	}
	if !all {
		args = append(args, fmt.Sprint(s.last-s.first), fmt.Sprint(s1.last-s1.first))
	}
	g.Line("%s(%s)", function, strings.Join(append(args, count), ", "))
	for _, v := range vars {
		delete(g.Names, v)
	}
	for range ends {
		g.Line("}")
	}
}

// origin is where an operand's row r begins.
func (p *pool) origin(t *tensor) driver.Sum {
	return driver.Sum{Offset: t.Access.Offset + p.lane}.Plus("r", t.Access.Strides[0], -1)
}

// tabled prints loops over tables of segments, for windows of many taps and images of
// many parts.
func (p *pool) tabled(g *driver.Calls, function string, segments ...[]segment) {
	ends := 0
	vars, tables := []string{"", ""}, []string{"", ""}
	extents := []string{"1", "1"}
	last := len(p.along) - 1
	count := ""
	for i, a := range p.along {
		var list []string
		for _, s := range segments[i] {
			list = append(list, fmt.Sprintf("{%d, %d, %d, %d}", s.from, s.to, s.first, s.last))
		}
		t, v := g.Name("s"), g.Name(driver.Letter(a.Name), "y")
		vars[i], tables[i], extents[i] = v, t, fmt.Sprintf("%s[3]-%s[2]", t, t)
		g.Line("for _, %s := range [...][4]int{%s} { // positions of %s, and the taps inside", t, strings.Join(list, ", "), a.Name)
		if turns := p.positionsOfCall(); i == last {
			g.Line("for %s := %s[0]; %s < %s[1]; %s += %d {", v, t, v, t, v, turns)
			count = fmt.Sprintf("min(%d, %s[1]-%s)", turns, t, v)
		} else {
			g.Line("for %s := %s[0]; %s < %s[1]; %s++ {", v, t, v, t, v)
		}
		ends += 2
	}
	var args []string
	for _, t := range p.tensors {
		at := p.origin(t)
		for i, a := range p.along {
			at = at.Plus(vars[i], t.steps[i], -1)
			if t.tapped {
				at = at.Plus(tables[i]+"[2]", a.tapStep, -1)
			}
		}
		args = append(args, t.Address(at))
	}
	g.Line("%s(%s)", function, strings.Join(append(args, extents[0], extents[1], count), ", "))
	for i := range vars {
		delete(g.Names, vars[i])
		delete(g.Names, tables[i])
	}
	for range ends {
		g.Line("}")
	}
}

// spans reports that a function walks over whole rows of positions: there are two
// axes, and one row of inner positions fits a call.
func (p *pool) spans(all bool, inner int) bool {
	return all && len(p.along) > 1 && p.rowsOfCall(inner) > 0
}

// rowsOfCall is how many rows of inner positions fit a call.
func (p *pool) rowsOfCall(inner int) int {
	return sort.Search(p.along[0].N, func(i int) bool { return !p.fits(i+1, inner) })
}

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
	counts := []int{rows, positions}[2-len(p.along):]
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
