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
		return -1
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
