package asm

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// bound is the part of a reduced axis that takes part at a row: Go for its
// first point and the one behind its last.
type bound struct {
	sum    int
	lo, hi string
}

// packed writes what brings the right operand's panel into place.
func (d *driver) packed(at position, lanes int) error {
	d.w, d.step = "", ""
	switch d.pack {
	case inPlace:
		return nil
	case rowsIfShared:
		last := d.sum[len(d.sum)-1]
		d.line("panel, step := %s, %d", d.rhs.address(at.rhs), 4*last.rhs)
		d.line("if %s > %d { // more than one tile reads it", total(d.around[0]), d.height)
		if err := d.packPoints(at, lanes); err != nil {
			return err
		}
		d.line("panel, step = &work[0], %d", 4*d.stridePanel(lanes))
		d.line("}")
		d.w, d.step = "panel", "step"
		return nil
	}
	return d.packPoints(at, lanes)
}

// stridePanel is how far points lie apart in a panel of some lanes.
func (d *driver) stridePanel(lanes int) int {
	l := d.level.Lanes()
	return (lanes + l - 1) / l * l
}

// panelStrides are the steps of the reduced axes within a panel.
func (d *driver) panelStrides(lanes int) []int {
	s := make([]int, len(d.sum))
	n := d.stridePanel(lanes)
	for i := len(d.sum) - 1; i >= 0; i-- {
		s[i] = n
		n *= d.extent(i, d.sum[i])
	}
	return s
}

// pointsOf is Go for the number of points of a reduced axis in a block.
func (d *driver) pointsOf(i int) string {
	if i == d.block && d.countedBlock() {
		return d.count
	}
	return fmt.Sprint(d.extent(i, d.sum[i]))
}

// packPoints writes the loops that pack.
func (d *driver) packPoints(at position, lanes int) error {
	strides := d.panelStrides(lanes)
	dst := sum{}
	open := 0
	inner := len(d.sum) - 1
	counts := []string{d.pointsOf(inner)}
	if d.pack != byColumns {
		for inner > 0 && d.sum[inner-1].rhs == d.sum[inner].rhs*d.sum[inner].n && inner != d.block {
			inner--
			counts = append([]string{d.pointsOf(inner)}, counts...)
		}
	}
	for i, l := range d.sum[:inner] {
		v := d.name(letter(l.name), "k")
		d.line("for %s := range %s {", v, d.pointsOf(i))
		at = at.plus(l, v, d.extent(i, l)-1)
		dst = dst.plus(v, strides[i], d.extent(i, l)-1)
		open++
	}
	bytes := 8 * lanes
	for i := inner; i < len(d.sum); i++ {
		bytes *= d.extent(i, d.sum[i])
	}
	switch d.pack {
	case byColumns:
		s, isNew, err := d.unit.packColumns(d.level, lanes, d.sum[inner].n)
		if err != nil {
			return err
		}
		d.keep(s, isNew, bytes)
		d.line("%s(&work[%v], %s, %d)", s.Name, dst, d.rhs.address(at.rhs), 4*d.v.rhs)
	case byElement:
		last := d.sum[len(d.sum)-1]
		k, v := d.name("k"), d.name("o")
		d.line("for %s := range %s {", k, strings.Join(counts, "*"))
		d.line("for %s := range %d {", v, lanes)
		to := dst.plus(k, d.stridePanel(lanes), -1).plus(v, 1, -1)
		from := at.rhs.plus(k, last.rhs, d.extent(len(d.sum)-1, last)-1).plus(v, d.v.rhs, lanes-1)
		d.line("work[%v] = %s", to, d.rhs.address(from)[1:])
		d.line("}")
		d.line("}")
	default:
		s, isNew, err := d.unit.packRows(d.level, lanes)
		if err != nil {
			return err
		}
		d.keep(s, isNew, bytes)
		d.line("%s(&work[%v], %s, %d, %s)", s.Name, dst, d.rhs.address(at.rhs), 4*d.sum[len(d.sum)-1].rhs, strings.Join(counts, "*"))
	}
	for range open {
		d.line("}")
	}
	return nil
}

// keep adds a routine that kernels share to the body that brings it in.
func (d *driver) keep(s Stub, isNew bool, bytes int) {
	if isNew {
		s.Bytes = bytes
		d.b.Stubs = append(d.b.Stubs, s)
	}
}

// rowsAround writes the loops over the row axes outside the strips.
func (d *driver) rowsAround(at position, lanes, i int, bounds []bound) error {
	if d.open && i == len(d.around)-1 {
		return d.openRows(at, lanes)
	}
	if i == len(d.around) {
		for _, s := range d.strips {
			if err := d.pieces(at, lanes, s, bounds); err != nil {
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
		if ranged {
			lo, hi := d.rangeOf(l, j, v)
			bounds = append(bounds[:len(bounds):len(bounds)], bound{j, lo, hi})
		}
		err := d.rowsAround(at.plus(l, v, most(l)), lanes, i+1, bounds)
		d.line("}")
		return err
	}
	if ranged {
		return d.runs(at, lanes, l, j, bounds)
	}
	m := d.fits(l, lanes)
	count := total(l)
	if l.rows || l.n > m {
		v := d.name(letter(l.name), "i")
		d.line("for %s := 0; %s < %s; %s += %d {", v, v, total(l), v, m)
		defer d.line("}")
		count = fmt.Sprintf("min(%d, %s-%s)", m, total(l), v)
		at = at.plus(l, v, most(l))
	} else {
		m = l.n
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
	longest := 0
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
	}
	flush(l.n)
	v, count, a, b := d.name(letter(l.name), "i"), d.name("count"), d.name("lo"), d.name("hi")
	r := d.name("r", "s")
	d.line("for _, %s := range [...][4]int{%s} { // %s, how many, and which %s lie inside", r, strings.Join(list, ", "), l.name, d.sum[j].name)
	d.line("%s, %s, %s, %s := %s[0], %s[1], %s[2], %s[3]", v, count, a, b, r, r, r, r)
	bounds = append(bounds[:len(bounds):len(bounds)], bound{j, a, b})
	for _, s := range d.strips {
		if err := d.call(at.plus(l, v, most(l)), lanes, s, bounds, &l, count, longest); err != nil {
			return err
		}
	}
	d.line("}")
	return nil
}

// pieces writes the calls for a strip by itself, some tiles a call.
func (d *driver) pieces(at position, lanes int, s strip, bounds []bound) error {
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
	here := at.plus(l, v, -1)
	tile := func(h int) strip {
		s := strip{n: 1, from: d.spot(), step: d.along(d.spot(), l, h)}
		for i := range h {
			s.spots = append(s.spots, d.along(d.spot(), l, i))
		}
		return s
	}
	d.line("%s := 0", v)
	s := tile(d.height)
	m := d.chunkOf(strip{spots: s.spots, n: 1 << 20, step: s.step}, lanes)
	count := d.name("count")
	d.line("for %s+%d <= %s {", v, d.height, n)
	d.line("%s := min(%d, (%s-%s)/%d)", count, m, n, v, d.height)
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
		if err := d.call(here, lanes, tile(h), nil, nil, "", 1); err != nil {
			return err
		}
		if h > 1 {
			d.line("%s += %d", v, h)
		}
		d.line("}")
	}
	return nil
}

// chunkOf is how many tiles of a strip one call may take.
func (d *driver) chunkOf(s strip, lanes int) int {
	n := 1
	for 2*n <= s.n && d.allowed(d.tile(s, lanes, nil, 2*n)) {
		n *= 2
	}
	for n+1 <= s.n && d.allowed(d.tile(s, lanes, nil, n+1)) {
		n++
	}
	return n
}

// fits is how many steps along a row axis one call may take, each of them all
// tiles of a strip.
func (d *driver) fits(l line, lanes int) int {
	most := 0
	for i, s := range d.strips {
		n := 0
		for n < 1<<16 && d.allowed(d.tile(s, lanes, &l, n+max(n, 1))) {
			n += max(n, 1)
		}
		if i == 0 || n < most {
			most = n
		}
	}
	return most
}

func (d *driver) allowed(t *tile, count int) bool {
	m, b := d.cost(t, count)
	return m <= Limit && b <= LimitBytes
}

// cost is how many multiply-adds a call takes at most and how many bytes it touches.
func (d *driver) cost(t *tile, count int) (mulAdds, bytes int) {
	lanes := d.stridePanel(t.lanes)
	points, spots := d.points(), len(t.spots)
	turns, span := 1, 1
	reach := func(n, stride int) { span += max((n-1)*stride, (1-n)*stride) }
	for i, r := range t.repeats {
		n := r.n
		if t.open && i == len(t.repeats)-1 {
			n = count
		}
		turns *= n
		reach(n, r.lhs)
	}
	for i, s := range d.sum {
		reach(d.extent(i, s), s.lhs)
	}
	reach(2, t.spots[spots-1].lhs)
	mulAdds = points * spots * lanes * turns
	left := points * spots * turns
	if t.vectors {
		left *= lanes
		span += lanes
	}
	results := 1
	for _, e := range t.extras {
		if !e.scalar && !e.fixed {
			results++
		}
	}
	return mulAdds, 4 * (min(left, span) + points*lanes + results*spots*turns*lanes)
}

// tile describes the routine for a strip: its tiles one after the other, or all
// of them at every step along l.
func (d *driver) tile(s strip, lanes int, l *line, count int) (*tile, int) {
	t := &tile{features: d.level, spots: s.spots, lanes: lanes, uniform: d.pack == rowsIfShared, vectors: d.vectors, parts: d.parts,
		resumed: d.part != "", accumulate: d.Accumulate, epilogue: d.Epilogue, long: d.long, takes: s.takes}
	if s.positive != 0 {
		t.spots = nil
		for _, p := range s.spots {
			p.lhs -= s.positive
			t.spots = append(t.spots, p)
		}
	}
	strides := d.panelStrides(lanes)
	for i, a := range d.sum {
		r := reduced{n: d.extent(i, a), name: a.name, lhs: a.lhs, rhs: a.rhs, taps: i == d.taps}
		if d.pack != inPlace {
			r.rhs = strides[i]
		}
		if d.ranged(i) {
			r.n, r.empty = 0, true
		}
		if i == d.block && d.countedBlock() {
			r.n = 0
		}
		if r.n != 1 || len(d.sum) == 1 {
			t.k = append(t.k, r)
		}
	}
	if stride := d.stridePanel(lanes); d.level == AVX512 && stride <= 32 && d.pack != rowsIfShared && 4*d.points()*stride > nearBytes {
		t.ahead = 8 * stride
	}
	if far := d.sum[len(d.sum)-1].lhs; max(far, -far) >= lineFloats && !d.vectors {
		t.aheadX = 4 * far
	}
	for i, e := range d.Extra {
		x := extra{scalar: e.Buf.Class == loop.Scalar, spread: d.v.extra[i] == 0, fixed: true}
		for _, p := range s.spots {
			x.fixed = x.fixed && p.extra[i] == 0
		}
		t.extras = append(t.extras, x)
	}
	inner := repeat{n: s.n, name: "the rows", out: s.step.out, lhs: s.step.lhs, extra: s.step.extra}
	switch {
	case l != nil:
		if s.n > 1 {
			t.repeats = append(t.repeats, inner)
		}
		t.repeats = append(t.repeats, repeat{name: l.name, out: l.out, lhs: l.lhs, extra: l.extra})
		t.open = true
	case s.n > 1:
		t.repeats, t.open = append(t.repeats, inner), true
	}
	return t, count
}

// call writes the call of a tile for a strip; count steps along l, or count
// tiles of the strip, at most times.
func (d *driver) call(at position, lanes int, s strip, bounds []bound, l *line, count string, most int) error {
	t, _ := d.tile(s, lanes, l, most)
	stub, err := d.routine(t, most)
	if err != nil {
		return err
	}
	at = at.shift(s.from)
	at.lhs.offset += s.positive
	w := d.w
	if d.pack != inPlace && w == "" {
		w = "&work[0]"
	}
	panel := sum{}
	strides := d.panelStrides(lanes)
	for _, b := range bounds {
		at.lhs = at.lhs.plus(b.lo, d.sum[b.sum].lhs, d.sum[b.sum].n-1)
		at.rhs = at.rhs.plus(b.lo, d.sum[b.sum].rhs, d.sum[b.sum].n-1)
		panel = panel.plus(b.lo, strides[b.sum], d.sum[b.sum].n-1)
	}
	switch {
	case d.pack == inPlace:
		w = d.rhs.address(at.rhs)
	case len(bounds) > 0:
		w = fmt.Sprintf("&work[%v]", panel)
	}
	args := []string{d.out.address(at.out), d.lhs.address(at.lhs), w}
	for i, e := range d.extras {
		if t.extras[i].scalar {
			args = append(args, e.Name)
		} else {
			args = append(args, e.address(at.extra[i]))
		}
	}
	if t.uniform {
		args = append(args, d.step)
	}
	for i := range d.sum {
		if i == d.block && d.countedBlock() {
			args = append(args, d.count)
		}
		for _, b := range bounds {
			if b.sum == i {
				args = append(args, b.hi+"-"+b.lo)
			}
		}
	}
	if t.resumed {
		args = append(args, d.part)
	}
	if t.usesRows() {
		args = append(args, "float32(n)")
	}
	if t.open {
		args = append(args, count)
	}
	d.line("%s(%s)", stub.Name, strings.Join(args, ", "))
	return nil
}

// routine is the assembly for a tile, written when first asked for.
func (d *driver) routine(t *tile, count int) (Stub, error) {
	text := fmt.Sprintf("%v", *t)
	if t.takes != nil {
		text = fmt.Sprintf("%s %d", text[:strings.LastIndex(text, " ")], len(d.tiles)) // every strip has its own
	}
	if s, ok := d.tiles[text]; ok {
		for i := range d.b.Stubs {
			if d.b.Stubs[i].Name == s.Name {
				m, b := d.cost(t, count)
				d.b.Stubs[i].MulAdds, d.b.Stubs[i].Bytes = max(d.b.Stubs[i].MulAdds, m), max(d.b.Stubs[i].Bytes, b)
			}
		}
		return s, nil
	}
	name := fmt.Sprintf("%sTile%dx%d", d.req.Name, len(t.spots), t.lanes)
	suffix := ""
	for c := 'B'; !d.unit.once(name + suffix + d.level.String()); c++ {
		suffix = string(c)
	}
	t.name = name + suffix + d.level.String()
	t.what = d.describe(t)
	s, err := t.write(d.unit)
	if err != nil {
		return s, err
	}
	s.MulAdds, s.Bytes = d.cost(t, count)
	d.tiles[text] = s
	d.b.Stubs = append(d.b.Stubs, s)
	return s, nil
}

// describe says what a tile computes.
func (d *driver) describe(t *tile) string {
	s := fmt.Sprintf("computes %d by %d elements of y, sums of %d products of x and w", len(t.spots), t.lanes, d.points())
	if len(t.spots) == 1 {
		s = fmt.Sprintf("computes %d elements of y, sums of %d products of x and w", t.lanes, d.points())
	}
	if t.resumed {
		s = strings.Replace(s, "sums of", "sums of up to", 1)
	}
	if d.Word != "" {
		s += ", then " + d.Word
	}
	if t.open {
		s += ", count times"
	}
	return s + "."
}
