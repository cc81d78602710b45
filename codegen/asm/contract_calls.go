package asm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
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
func (p *plan) chunkOf(s strip, lanes int) int {
	n := 1
	for 2*n <= s.n && p.callAllowed(p.tile(s, lanes, nil, 2*n)) {
		n *= 2
	}
	for n+1 <= s.n && p.callAllowed(p.tile(s, lanes, nil, n+1)) {
		n++
	}
	return n
}

// fits is how many steps along a row axis one call may take, each of them all
// tiles of a strip.
func (p *plan) fits(l line, lanes int) int {
	most := 0
	for i, s := range p.strips {
		n := 0
		for n < 1<<16 && p.callAllowed(p.tile(s, lanes, &l, n+max(n, 1))) {
			n += max(n, 1)
		}
		if i == 0 || n < most {
			most = n
		}
	}
	return most
}

func (p *plan) callAllowed(t *tile, count int) bool {
	m, b := p.cost(t, count)
	return m <= p.unit.machine.CallMulAdds && b <= p.unit.machine.CallBytes
}

// allowed reports that one tile of every strip fits a call.
func (p *plan) allowed() bool {
	strips := p.strips
	if p.open {
		strips = []strip{p.openStrip(p.height)}
	}
	for _, s := range strips {
		s.n = 1
		if !p.callAllowed(p.tile(s, p.width, nil, 1)) {
			return false
		}
	}
	return true
}

// cost is how many multiply-adds a call takes at most and how many bytes it touches.
func (p *plan) cost(t *tile, count int) (mulAdds, bytes int) {
	if t.streamed {
		return p.streamCost(t.lanes, count)
	}
	lanes := p.stridePanel(t.lanes)
	points, spots := p.points(), len(t.spots)
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
	for i, s := range p.sum {
		reach(p.extent(i, s), s.lhs)
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
func (p *plan) tile(s strip, lanes int, l *line, count int) (*tile, int) {
	t := &tile{features: p.level, spots: s.spots, lanes: lanes, uniform: p.pack == rowsIfShared, vectors: p.vectors, parts: p.parts,
		resumed: p.block >= 0, accumulate: p.Accumulate, epilogue: p.Epilogue, long: p.long, takes: s.takes}
	if s.positive != 0 {
		t.spots = slices.Clone(s.spots)
		for i := range t.spots {
			t.spots[i].lhs -= s.positive
		}
	}
	t.k = p.nestOf(lanes)
	if stride := p.stridePanel(lanes); p.level == AVX512 && stride <= 32 && p.pack != rowsIfShared && 4*p.points()*stride > p.unit.machine.NearBytes {
		t.ahead = 8 * stride
	}
	if far := p.sum[len(p.sum)-1].lhs; max(far, -far) >= machine.LineFloats && !p.vectors {
		t.aheadX = 4 * far
	}
	for i, e := range p.Extra {
		x := extra{scalar: e.Buf.Class == loop.Scalar, spread: p.v.extra[i] == 0, fixed: true}
		for _, r := range s.spots {
			x.fixed = x.fixed && r.extra[i] == 0
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

// nestOf is the loops of a tile over the reduced axes.
func (p *plan) nestOf(lanes int) []reduced {
	var list []reduced
	strides := p.panelStrides(lanes)
	for i, a := range p.sum {
		r := reduced{n: p.extent(i, a), name: a.name, lhs: a.lhs, rhs: a.rhs, taps: i == p.taps}
		if p.pack != inPlace {
			r.rhs = strides[i]
		}
		switch {
		case p.looped(i):
			continue
		case p.ranged(i), i == p.split, i == p.block && p.countedBlock():
			r.n = 0
		}
		if r.n != 1 || r.taps {
			list = append(list, r)
		}
	}
	return list
}

// sumsNothing turns a tile into one for rows at which no point takes part.
func (t *tile) sumsNothing() {
	t.void, t.uniform, t.k, t.takes, t.parts, t.ahead, t.aheadX = true, false, nil, nil, 1, 0, 0
}

// call writes the call of a tile for a strip; count steps along l, or count
// tiles of the strip, at most times.
func (d *driver) call(at position, lanes int, s strip, bounds []bound, l *line, count string, most int) error {
	t, _ := d.tile(s, lanes, l, most)
	if d.nothing(s) {
		t.sumsNothing()
		bounds = nil
	}
	stub, err := d.routine(t, most)
	if err != nil {
		return err
	}
	part := d.part
	if d.split >= 0 && !t.void {
		var open int
		at, bounds, part, open = d.pieces(at, bounds)
		defer func() {
			d.line("%s = %d", part, partMore)
			for range open {
				d.line("}")
			}
		}()
	}
	at = at.shift(s.from)
	at.lhs.offset += s.positive
	x, w := d.operandsOf(&at, lanes, bounds)
	if t.void {
		x, w = d.lhs.pointer(""), d.rhs.pointer("")
	}
	args := []string{d.out.address(at.out), x, w}
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
		if i == d.block && d.countedBlock() && !t.void {
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

// nothing reports that no point takes part at the rows of a strip.
func (d *driver) nothing(s strip) bool { return d.void || d.contraction.void || s.void }

// operandsOf is Go for where a tile begins to read, at the first points of the
// bounds.
func (d *driver) operandsOf(at *position, lanes int, bounds []bound) (x, w string) {
	panel := sum{}
	strides := d.panelStrides(lanes)
	for _, b := range bounds {
		if b.sum == d.split { // at is there already
			continue
		}
		most := d.sum[b.sum].n - 1
		at.lhs = at.lhs.plus(b.lo, d.sum[b.sum].lhs, most)
		at.rhs = at.rhs.plus(b.lo, d.sum[b.sum].rhs, most)
		panel = panel.plus(b.lo, strides[b.sum], most)
	}
	switch {
	case d.pack == inPlace:
		w = d.rhs.address(at.rhs)
	case len(panel.terms) > 0:
		w = fmt.Sprintf("&work[%v]", panel)
	case d.w != "":
		w = d.w
	default:
		w = "&work[0]"
	}
	return d.lhs.address(at.lhs), w
}

// pieces writes the loops over the axes outside the one that is cut further, and over
// its parts: its bound becomes that of the part, and the argument part a variable.
// It returns how many loops there are.
func (d *driver) pieces(at position, bounds []bound) (position, []bound, string, int) {
	part := d.name("more")
	d.line("%s := %s", part, d.part)
	bounds = slices.Clone(bounds)
	for i := d.block + 1; i <= d.split; i++ {
		l := d.sum[i]
		lo, hi := "0", fmt.Sprint(l.n)
		if j := slices.IndexFunc(bounds, func(b bound) bool { return b.sum == i }); j >= 0 {
			lo, hi = bounds[j].lo, bounds[j].hi
			bounds = slices.Delete(bounds, j, j+1)
		}
		v := d.name(letter(l.name), "i")
		at.lhs = at.lhs.plus(v, l.lhs, l.n-1)
		at.rhs = at.rhs.plus(v, l.rhs, l.n-1)
		if i < d.split {
			d.line("for %s := %s; %s < %s; %s++ {", v, lo, v, hi, v)
			continue
		}
		d.line("for %s := %s; %s < %s; %s += %d {", v, lo, v, hi, v, d.piece)
		bounds = append(bounds, bound{d.split, "0", fmt.Sprintf("min(%d, %s-%s)", d.piece, hi, v)})
	}
	return at, bounds, part, d.split - d.block
}

// routine is the assembly for a tile, written when first asked for.
func (d *driver) routine(t *tile, count int) (Stub, error) {
	plain := *t
	plain.takes = nil
	text := fmt.Sprintf("%v", plain)
	if t.takes != nil {
		text += fmt.Sprint(" ", len(d.tiles)) // every strip has its own
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
	switch {
	case t.void:
		s = strings.Replace(s, fmt.Sprintf("sums of %d products of x and w", d.points()), "sums of nothing", 1)
	case t.resumed:
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
