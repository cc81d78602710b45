package asm

import (
	"fmt"
	"strings"
)

// rowsAround writes the loops over the row axes outside the strips.
func (d *driver) rowsAround(at position, lanes, i int, bounds []bound) error {
	if d.open && i == len(d.around)-1 {
		return d.openRows(at, lanes)
	}
	if i == len(d.around) {
		for _, s := range d.strips {
			if err := d.tilesOf(at, lanes, s, bounds); err != nil {
				return err
			}
		}
		return nil
	}
	l := d.around[i]
	j, ranged := d.ranges[i]
	if i < len(d.around)-1 || d.fits(l, lanes) < 1 {
		v := d.name(letter(l.name), "i")
		d.line("for %s := range %s {", v, total(l))
		defer d.line("}")
		at = at.plus(l, v, most(l))
		if ranged && !d.void {
			lo, hi := d.rangeOf(l, j, v)
			bounds = append(bounds[:len(bounds):len(bounds)], bound{j, lo, hi})
			if d.voids[i] {
				if err := d.voidRows(fmt.Sprintf("%s == %s", lo, hi), func() error { return d.rowsAround(at, lanes, i+1, nil) }); err != nil {
					return err
				}
			}
		}
		return d.rowsAround(at, lanes, i+1, bounds)
	}
	if ranged && !d.void {
		return d.runs(at, lanes, l, j, bounds)
	}
	m := d.fits(l, lanes)
	count := total(l)
	if l.rows && l.max == 0 || max(l.n, l.max) > m {
		v := d.name(letter(l.name), "i")
		d.line("for %s := 0; %s < %s; %s += %d {", v, v, total(l), v, m)
		defer d.line("}")
		count = fmt.Sprintf("min(%d, %s-%s)", m, total(l), v)
		at = at.plus(l, v, most(l))
	} else {
		m = max(l.n, l.max)
	}
	for _, s := range d.strips {
		if err := d.call(at, lanes, s, bounds, &l, count, m); err != nil {
			return err
		}
	}
	return nil
}

// runs writes the loop over runs of rows at which the same range of a reduced
// axis takes part.
func (d *driver) runs(at position, lanes int, l line, j int, bounds []bound) error {
	k, _ := d.tied(l, d.sum[j])
	m := d.fits(l, lanes)
	var list []string
	var from, lo, hi int
	longest, empty := 0, false
	flush := func(to int) {
		for ; from < to; from += m {
			n := min(m, to-from)
			list = append(list, fmt.Sprintf("{%d, %d, %d, %d}", from, n, lo, hi))
			longest = max(longest, n)
		}
		from = to
	}
	for i := range l.n {
		a, b := k.within(i, d.sum[j].n)
		if i > 0 && (a != lo || b != hi) {
			flush(i)
		}
		lo, hi = a, b
		empty = empty || lo == hi
	}
	flush(l.n)
	v, count, a, b := d.name(letter(l.name), "i"), d.name("count"), d.name("lo"), d.name("hi")
	r := d.name("r", "s")
	d.line("for _, %s := range [...][4]int{%s} { // %s, how many, and which %s lie inside", r, strings.Join(list, ", "), l.name, d.sum[j].name)
	d.line("%s, %s, %s, %s := %s[0], %s[1], %s[2], %s[3]", v, count, a, b, r, r, r, r)
	defer d.line("}")
	at = at.plus(l, v, most(l))
	calls := func(bounds []bound) error {
		for _, s := range d.strips {
			if err := d.call(at, lanes, s, bounds, &l, count, longest); err != nil {
				return err
			}
		}
		return nil
	}
	if empty {
		if err := d.voidRows(fmt.Sprintf("%s == %s", a, b), func() error { return calls(nil) }); err != nil {
			return err
		}
	}
	return calls(append(bounds[:len(bounds):len(bounds)], bound{j, a, b}))
}

// tilesOf writes the calls for a strip by itself, some tiles a call.
func (d *driver) tilesOf(at position, lanes int, s strip, bounds []bound) error {
	c := d.chunkOf(s, lanes)
	count := fmt.Sprint(s.n)
	if s.n > c {
		v := d.name("i")
		d.line("for %s := 0; %s < %d; %s += %d {", v, v, s.n, v, c)
		defer d.line("}")
		count = fmt.Sprintf("min(%d, %d-%s)", c, s.n, v)
		at = at.plus(line{out: s.step.out, lhs: s.step.lhs, extra: s.step.extra}, v, s.n-1)
	}
	return d.call(at, lanes, s, bounds, nil, count, min(c, s.n))
}

// openRows writes the loops over rows of the batch: tiles of the full height,
// then one of each lower height that is needed.
func (d *driver) openRows(at position, lanes int) error {
	l := d.around[len(d.around)-1]
	v := d.name("r", "i")
	n := total(l)
	here := at.plus(l, v, most(l))
	d.line("%s := 0", v)
	s := d.openStrip(d.height)
	m := d.chunkOf(strip{spots: s.spots, n: 1 << 20, step: s.step}, lanes)
	count := d.name("count")
	if all := l.max / d.height; l.max > 0 && all <= m {
		m = max(all, 1)
		d.line("if %s := %s / %d; %s > 0 {", count, n, d.height, count)
	} else {
		d.line("for %s+%d <= %s {", v, d.height, n)
		d.line("%s := min(%d, (%s-%s)/%d)", count, m, n, v, d.height)
	}
	s.n = m + 1
	if err := d.call(here, lanes, s, nil, nil, count, m); err != nil {
		return err
	}
	d.line("%s += %s * %d", v, count, d.height)
	d.line("}")
	for h := 8; h > 0; h /= 2 {
		if h >= d.height {
			continue
		}
		d.line("if %s-%s >= %d {", n, v, h)
		if err := d.call(here, lanes, d.openStrip(h), nil, nil, "", 1); err != nil {
			return err
		}
		if h > 1 {
			d.line("%s += %d", v, h)
		}
		d.line("}")
	}
	return nil
}

// openStrip is one tile of so many rows of the batch.
func (p *plan) openStrip(height int) strip {
	l := p.around[len(p.around)-1]
	s := strip{n: 1, from: p.spot(), step: p.along(p.spot(), l, height)}
	for i := range height {
		s.spots = append(s.spots, p.along(p.spot(), l, i))
	}
	return s
}
