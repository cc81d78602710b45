package asm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// bound is the part of a reduced axis that takes part at a row: Go for its
// first point and the one behind its last.
type bound struct {
	sum    int
	lo, hi string
}

// points is Go for how many they are.
func (b bound) points() string {
	if b.lo == "0" {
		return b.hi
	}
	return b.hi + "-" + b.lo
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
			r.n = 0
		}
		if i == d.split || i == d.block && d.countedBlock() {
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
	part := d.part
	if d.split >= 0 {
		at, bounds, part = d.pieces(at, bounds)
		defer d.line("}")
		defer d.line("%s = %d", part, partMore)
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
		if b.sum == d.split {
			continue
		}
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
				args = append(args, b.points())
			}
		}
	}
	if t.resumed {
		args = append(args, part)
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

// pieces writes the loop over parts of the axis that is cut further: its bound
// becomes that of the part, and the argument part a variable.
func (d *driver) pieces(at position, bounds []bound) (position, []bound, string) {
	l := d.sum[d.split]
	lo, hi := "0", fmt.Sprint(l.n)
	bounds = slices.Clone(bounds)
	if i := slices.IndexFunc(bounds, func(b bound) bool { return b.sum == d.split }); i >= 0 {
		lo, hi = bounds[i].lo, bounds[i].hi
		bounds = slices.Delete(bounds, i, i+1)
	}
	part, v := d.name("more"), d.name(letter(l.name), "i")
	d.line("%s := %s", part, d.part)
	d.line("for %s := %s; %s < %s; %s += %d {", v, lo, v, hi, v, d.piece)
	at.lhs = at.lhs.plus(v, l.lhs, l.n-1)
	at.rhs = at.rhs.plus(v, l.rhs, l.n-1)
	return at, append(bounds, bound{d.split, "0", fmt.Sprintf("min(%d, %s-%s)", d.piece, hi, v)}), part
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
