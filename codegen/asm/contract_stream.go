package asm

import (
	"fmt"
	"strings"
)

// One row of a dense product does nothing but read the weights, so it reads them in
// the order in which they lie in memory: some rows of them at a time, from end to
// end, each added to the sums of the whole row of results, which stay in the cache.
// The sums have the bits that tiles give: the same products in the same order,
// begun anew with every block.

// streamRows is how many rows of the right operand are read side by side.
const streamRows = 8

// streams reports that a single row is computed so: a dense product whose right
// operand is wider than a panel and larger than what tiles keep in a cache.
func (p *plan) streams() bool {
	return p.open && !p.vectors && p.v.lhs == 0 && len(p.around) == 1 && p.around[0].n == 1 && len(p.outer) == 0 && len(p.clips) == 0 && len(p.sum) == 1 &&
		p.v.rhs == 1 && p.v.n > p.width && p.parts == 1 && !p.Accumulate && !p.units && 4*p.sum[0].n*p.v.n > p.unit.machine.PanelBytes
}

// streamTile is the tile that adds streamRows products to some columns, and to the next
// ones count times.
func (p *plan) streamTile(lanes int) *tile {
	s := p.openStrip(1)
	t, _ := p.tile(s, lanes, nil, 1)
	t.resumed, t.streamed, t.uniform, t.ahead, t.aheadX = true, true, false, 0, 0
	t.k = []reduced{{name: p.sum[0].name, lhs: p.sum[0].lhs, rhs: p.sum[0].rhs}}
	t.repeats = []repeat{{name: "the columns", out: lanes, rhs: lanes, extra: p.v.extraSteps(lanes)}}
	t.open = true
	return t
}

// streamCost is how many multiply-adds a call for so many panels takes and how many bytes
// it touches.
func (p *plan) streamCost(lanes, panels int) (mulAdds, bytes int) {
	columns := p.stridePanel(lanes) * panels
	return streamRows * columns, 4 * (columns*(streamRows+2+len(p.extras)) + streamRows)
}

// extraSteps is how far the further operands move in n steps along an axis.
func (l line) extraSteps(n int) []int { return scaled(l.extra, n) }

// streamed writes what is done for a single row.
func (d *driver) streamed(at position) error {
	k := d.sum[0]
	size := k.n
	if d.block >= 0 {
		size = d.size
	}
	d.line("if n == 1 { // the weights are read once, in their order")
	from, i, part := d.name("from"), d.name(letter(k.name), "i"), d.name("part")
	d.line("for %s := 0; %s < %d; %s += %d {", from, from, k.n, from, size)
	d.line("to := min(%s+%d, %d)", from, size, k.n)
	d.line("for %s := %s; %s < to; %s += %d {", i, from, i, i, streamRows)
	d.line("%s := 0", part)
	d.line("if %s > %s {", i, from)
	d.line("%s |= %d // the sums so far are in work", part, partChain)
	d.line("}")
	d.line("if %s+%d < to {", i, streamRows)
	d.line("%s |= %d // and stay there", part, partHold)
	d.line("} else {")
	d.line("if %s > 0 {", from)
	d.line("%s |= %d // add to what is there", part, partMore)
	d.line("}")
	if d.Epilogue != nil {
		d.line("if to < %d {", k.n)
		d.line("%s |= %d // more to come", part, partRest)
		d.line("}")
	}
	d.line("}")
	at.lhs = at.lhs.plus(i, k.lhs, k.n-1)
	at.rhs = at.rhs.plus(i, k.rhs, k.n-1)
	count := fmt.Sprintf("min(%d, to-%s)", streamRows, i)
	full, rest := d.v.n/d.width, d.v.n%d.width
	if err := d.streamCalls(at, d.width, full, count, part); err != nil {
		return err
	}
	if rest > 0 {
		if err := d.streamCalls(d.last(at, full), rest, 1, count, part); err != nil {
			return err
		}
	}
	d.line("}")
	d.line("}")
	d.line("return")
	d.line("}")
	d.b.Work, d.b.RowWork = max(d.b.Work, d.v.n), d.v.n
	for _, n := range []string{from, i, part} {
		delete(d.names, n)
	}
	return nil
}

// streamCalls writes the calls for some panels of columns.
func (d *driver) streamCalls(at position, lanes, panels int, points, part string) error {
	t := d.streamTile(lanes)
	most := max(1, d.unit.machine.Turns(d.streamCost(lanes, 1)))
	stub, err := d.routine(t, min(most, panels))
	if err != nil {
		return err
	}
	count := fmt.Sprint(panels)
	work := sum{offset: at.out.offset - d.out.offset}
	if panels > most {
		j := d.name("j")
		d.line("for %s := 0; %s < %d; %s += %d {", j, j, panels, j, most)
		defer d.line("}")
		defer delete(d.names, j)
		count = fmt.Sprintf("min(%d, %d-%s)", most, panels, j)
		step := d.v
		step.out, step.lhs, step.rhs, step.extra = lanes*step.out, lanes*step.lhs, lanes*step.rhs, step.extraSteps(lanes)
		at = at.plus(step, j, panels-1)
		work = work.plus(j, lanes, panels-1)
	}
	args := []string{d.out.address(at.out), d.lhs.address(at.lhs), d.rhs.address(at.rhs), fmt.Sprintf("&work[%v]", work)}
	for i, e := range d.extras {
		if t.extras[i].scalar {
			args = append(args, e.Name)
		} else {
			args = append(args, e.address(at.extra[i]))
		}
	}
	args = append(args, points, part)
	if t.usesRows() {
		args = append(args, "float32(n)")
	}
	d.line("%s(%s)", stub.Name, strings.Join(append(args, count), ", "))
	return nil
}
