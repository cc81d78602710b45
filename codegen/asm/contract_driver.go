package asm

import (
	"fmt"
	"slices"
	"strings"
)

// driver is the Go text around the tiles of a contraction.
type driver struct {
	*plan
	script
	b     *Body
	tiles map[string]Stub // by what they compute
	part  string          // argument of the parameter part, "": there is none
	count string          // points of the block axis in this block
	w     string          // the panel
	step  string
	void  bool // at the rows of the loops so far no point takes part
}

// position is where the operands are at a point of the loops so far.
type position struct {
	out, lhs, rhs sum
	extra         []sum
}

func (a position) plus(l line, name string, most int) position {
	b := position{a.out.plus(name, l.out, most), a.lhs.plus(name, l.lhs, most), a.rhs.plus(name, l.rhs, most), slices.Clone(a.extra)}
	for e := range b.extra {
		b.extra[e] = b.extra[e].plus(name, l.extra[e], most)
	}
	return b
}

func (a position) shift(s spot) position {
	a.out.offset += s.out
	a.lhs.offset += s.lhs
	a.extra = slices.Clone(a.extra)
	for e := range a.extra {
		a.extra[e].offset += s.extra[e]
	}
	return a
}

// body writes the tiles and the Go text around them.
func (p *plan) body() (*Body, error) {
	d := &driver{plan: p, script: newScript(p.req), b: &Body{}, tiles: map[string]Stub{}}
	if p.pack != inPlace {
		points := p.panelLanes()
		for i, s := range p.sum {
			points *= p.extent(i, s)
		}
		d.b.Work = points
		if p.pack != rowsIfShared || p.around[0].n > p.height { // one sample has several rows
			d.b.RowWork = points
		}
	}
	at := position{out: sum{offset: p.out.offset}, lhs: sum{offset: p.lhs.offset}, rhs: sum{offset: p.rhs.offset}}
	for _, e := range p.extras {
		at.extra = append(at.extra, sum{offset: e.offset})
	}
	if p.streams() {
		if err := d.streamed(at); err != nil {
			return nil, err
		}
	}
	err := d.outside(at, 0)
	d.b.Lines = d.lines
	return d.b, err
}

// extent is how many points of a reduced axis a panel has at most.
func (p *plan) extent(i int, s line) int {
	switch {
	case i == p.block:
		return p.size
	case i == p.split:
		return p.piece
	case p.looped(i):
		return 1
	}
	return s.n
}

// looped reports that Go loops over a reduced axis, which the calls see one point of.
func (p *plan) looped(i int) bool { return p.split >= 0 && p.block < i && i < p.split }

// total is Go for the number of points of an axis.
func total(l line) string {
	switch {
	case !l.rows:
		return fmt.Sprint(l.n)
	case l.n == 1:
		return "n"
	}
	return fmt.Sprintf("%d*n", l.n)
}

func most(l line) int {
	if l.rows {
		return l.max - 1
	}
	return l.n - 1
}

// outside writes the loops over the batch axes, from number i on.
func (d *driver) outside(at position, i int) error {
	if i == len(d.outer) {
		return d.blocks(at)
	}
	l := d.outer[i]
	v := d.name(letter(l.name), "b")
	d.line("for %s := range %s {", v, total(l))
	defer d.line("}")
	at = at.plus(l, v, most(l))
	if k, ok := d.edges(l); ok && !d.void {
		lo, hi := k.first(l.n)
		if err := d.voidRows(fmt.Sprintf("%s < %d || %s >= %d", v, lo, v, hi), func() error { return d.outside(at, i+1) }); err != nil {
			return err
		}
	}
	return d.outside(at, i+1)
}

// blocks writes the loop over the blocks of the reduced axes.
func (d *driver) blocks(at position) error {
	if d.units {
		d.line("from, to := t.Share(%d)", d.unitsOf(d.v.n/d.width)+d.unitsOf(min(1, d.v.n%d.width)))
		d.names["from"], d.names["to"] = true, true
	}
	if d.block < 0 {
		return d.panels(at)
	}
	l := d.sum[d.block]
	v := d.name(letter(l.name), "k")
	d.line("for %s := 0; %s < %s; %s += %d {", v, v, total(l), v, d.size)
	if d.countedBlock() && !d.void {
		d.count = d.name("k", "count")
		d.line("%s := min(%d, %s-%s)", d.count, d.size, total(l), v)
	}
	d.part = "0"
	switch {
	case d.Accumulate:
		d.part = fmt.Sprint(partMore)
	default:
		d.part = "part"
		d.line("part := 0")
		d.line("if %s > 0 {", v)
		d.line("part = %d // add to what is there", partMore)
		d.line("}")
		if d.Epilogue != nil {
			d.line("if %s+%d < %s {", v, d.size, total(l))
			d.line("part |= %d // more to come", partRest)
			d.line("}")
		}
	}
	at.lhs = at.lhs.plus(v, l.lhs, most(l))
	at.rhs = at.rhs.plus(v, l.rhs, most(l))
	err := d.panels(at)
	d.line("}")
	return err
}

// countedBlock reports that blocks differ in their number of points.
func (p *plan) countedBlock() bool {
	l := p.sum[p.block]
	return p.size > 1 && (l.rows || l.n%p.size != 0)
}

// panels writes the loop over the panels, and the last one apart where it is
// narrower.
func (d *driver) panels(at position) error {
	full, rest := d.v.n/d.width, d.v.n%d.width
	if d.units {
		return d.shares(at, full, rest)
	}
	if full > 0 {
		j := ""
		to := at
		if full > 1 {
			j = d.name("j")
			d.line("for %s := 0; %s < %d; %s += %d {", j, j, full*d.width, j, d.width)
			to = at.plus(d.v, j, (full-1)*d.width)
		}
		if err := d.panel(to, d.width); err != nil {
			return err
		}
		if full > 1 {
			d.line("}")
		}
	}
	if rest > 0 {
		if full > 0 {
			d.line("{ // the last %d columns", rest)
			defer d.line("}")
		}
		return d.panel(d.last(at, full), rest)
	}
	return nil
}

// last is where the panel after full whole ones starts.
func (d *driver) last(at position, full int) position {
	n := full * d.width
	at.out.offset += n * d.v.out
	at.lhs.offset += n * d.v.lhs
	at.rhs.offset += n * d.v.rhs
	at.extra = slices.Clone(at.extra)
	for e := range at.extra {
		at.extra[e].offset += n * d.v.extra[e]
	}
	return at
}

// panel writes one panel: packing, then the rows.
func (d *driver) panel(at position, lanes int) error {
	if err := d.packed(at, lanes); err != nil {
		return err
	}
	return d.rowsAround(at, lanes, 0, nil)
}

// rangeOf writes which points of a reduced axis take part at a row.
func (d *driver) rangeOf(l line, j int, v string) (lo, hi string) {
	k, _ := d.tied(l, d.sum[j])
	lo, hi = d.name("lo"), d.name("hi")
	var from, to []string
	for i := range l.n {
		a, b := k.within(i, d.sum[j].n)
		from, to = append(from, fmt.Sprint(a)), append(to, fmt.Sprint(b))
	}
	list := func(of []string) string { return fmt.Sprintf("[...]int{%s}[%s]", strings.Join(of, ", "), v) }
	d.line("%s, %s := %s, %s // the %s that lie inside", lo, hi, list(from), list(to), d.sum[j].name)
	return lo, hi
}
