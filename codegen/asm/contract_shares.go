package asm

import (
	"fmt"
	"slices"
	"strings"
)

// shares writes the loop over this worker's units: a panel and some of the rows.
func (d *driver) shares(at position, full, rest int) error {
	if d.pack != inPlace {
		d.names["packed"] = true
		d.line("packed := -1")
	}
	each := d.unitsOf(1)
	write := func(from, to, panel string, at position, lanes int) error {
		u := d.name("u")
		d.line("for %s := %s; %s < %s; %s++ {", u, from, u, to, u)
		if panel == "" {
			panel = d.name("j")
			if d.names[panel] = true; each > 1 {
				d.line("%s := %s / %d * %d", panel, u, each, d.width)
			} else {
				d.line("%s := %s * %d", panel, u, d.width)
			}
			at = at.plus(d.v, panel, (full-1)*d.width)
		}
		if d.pack != inPlace {
			d.line("if packed != %s {", panel)
			d.line("packed = %s", panel)
			if err := d.packed(at, lanes); err != nil {
				return err
			}
			d.line("}")
		} else if err := d.packed(at, lanes); err != nil {
			return err
		}
		if err := d.share(at, lanes, u, each); err != nil {
			return err
		}
		d.line("}")
		delete(d.names, u)
		return nil
	}
	switch {
	case full == 0:
		return write("from", "to", "0", at, rest)
	case full == 1 && rest == 0:
		return write("from", "to", "0", at, d.width)
	case rest == 0:
		return write("from", "to", "", at, d.width)
	}
	panel := ""
	if full == 1 {
		panel = "0"
	}
	if err := write("from", fmt.Sprintf("min(to, %d)", full*each), panel, at, d.width); err != nil {
		return err
	}
	at = d.last(at, full)
	return write(fmt.Sprintf("max(from, %d)", full*each), "to", fmt.Sprint(full*d.width), at, rest)
}

// cutUnits decides how many tiles of the first strip a unit of work takes.
func (p *plan) cutUnits() int {
	work := len(p.strips[0].spots) * p.panelLanes() * p.points()
	return max(1, min(p.chunkOf(p.strips[0], p.width), p.unit.machine.UnitMulAdds/work))
}

// points is how many products a block sums.
func (p *plan) points() int {
	n := 1
	for i, s := range p.sum {
		n *= p.extent(i, s)
	}
	return n
}

// unitsOf is how many units some panels are.
func (p *plan) unitsOf(panels int) int {
	n := panels * ((p.strips[0].n + p.chunk - 1) / p.chunk)
	for _, a := range p.around {
		n *= a.n
	}
	return n
}

// share writes the calls of unit u: the rows are the remainder of u, the outer
// ones first.
func (d *driver) share(at position, lanes int, u string, each int) error {
	var bounds []bound
	var voids []string
	rest := each
	for i, l := range d.around {
		v := d.name(letter(l.name), "i")
		rest /= l.n
		d.line("%s := %s", v, digit(u, rest, l.n))
		at = at.plus(l, v, most(l))
		if j, ok := d.ranges[i]; ok {
			lo, hi := d.rangeOf(l, j, v)
			bounds = append(bounds, bound{j, lo, hi})
			if d.voids[i] {
				voids = append(voids, fmt.Sprintf("%s == %s", lo, hi))
			}
		}
	}
	first := ""
	if d.strips[0].n > d.chunk {
		first = d.name("i")
		d.line("%s := %s", first, digit(u, 1, rest))
	}
	if len(voids) > 0 {
		if err := d.voidRows(strings.Join(voids, " || "), func() error { return d.unitCalls(at, lanes, first, rest, bounds) }); err != nil {
			return err
		}
	}
	return d.unitCalls(at, lanes, first, rest, bounds)
}

// unitCalls writes the calls of a unit: the tiles from number first on of the
// first strip, and the other strips with the last of those.
func (d *driver) unitCalls(at position, lanes int, first string, rest int, bounds []bound) error {
	s, c := d.strips[0], d.chunk
	b, count := at, fmt.Sprint(s.n)
	if first != "" {
		b = b.plus(line{out: s.step.out * c, lhs: s.step.lhs * c, extra: scaled(s.step.extra, c)}, first, rest-1)
		if count = "1"; c > 1 {
			count = fmt.Sprintf("min(%d, %d-%s*%d)", c, s.n, first, c)
		}
	}
	if err := d.call(b, lanes, s, bounds, nil, count, min(c, s.n)); err != nil || len(d.strips) == 1 {
		return err
	}
	if first != "" {
		d.line("if %s == %d {", first, rest-1)
		defer d.line("}")
	}
	for _, s := range d.strips[1:] {
		if err := d.tilesOf(at, lanes, s, bounds); err != nil {
			return err
		}
	}
	return nil
}

// voidRows writes what is done where no point takes part: the same calls, of tiles
// that sum nothing.
func (d *driver) voidRows(condition string, calls func() error) error {
	d.line("if %s { // nothing lies inside", condition)
	was := d.void
	d.void = true
	err := calls()
	d.void = was
	d.line("continue")
	d.line("}")
	return err
}

func scaled(list []int, n int) []int {
	out := slices.Clone(list)
	for i := range out {
		out[i] *= n
	}
	return out
}

// digit is Go for u/unit%n, where u counts below all once panels are left out.
func digit(u string, unit, n int) string {
	s := u
	if unit > 1 {
		s += fmt.Sprintf(" / %d", unit)
	}
	if n == 1 {
		return "0"
	}
	return s + fmt.Sprintf(" %% %d", n)
}
