package gosrc

import (
	"fmt"
	"slices"
	"strings"
)

// partials says how a contraction over many points keeps partial sums: of step
// turns of one reduced axis, and all turns of those inside it.
type partials struct {
	axis, step int
	rows, tile int // positions that share blocks: all, and those that have partial sums at a time
	open       bool
}

// planPartials decides whether partial sums are kept, which have to fit into an
// array. Where they do not, blocks of eight products are added to the result.
func (c *conv) planPartials() *partials {
	if c.dots || c.terms(c.K) <= c.em.sums.long || slices.ContainsFunc(c.vec, c.reduced) {
		return nil
	}
	p := &partials{axis: -1, step: 1, rows: 1}
	columns := 1
	for _, at := range c.columns() {
		columns *= c.axes[at].N
	}
	if c.share >= 0 {
		p.rows = c.axes[c.share].N
	}
	tile, ok := c.em.sums.partialDims(p.rows, columns)
	if ok && tile < p.rows && (!c.reducing || c.divide != c.share) { // only what workers share is cut into tiles
		tile, ok = p.rows, p.rows*columns <= c.em.sums.most
	}
	if !ok {
		return nil
	}
	p.tile = tile
	loops := slices.Clone(c.taps)
	if c.run >= 0 {
		loops = append(loops, c.run)
	}
	inside := 1
	for _, at := range slices.Backward(loops) {
		n := c.terms(c.axes[at : at+1])
		p.axis, p.step = at, max(1, c.em.sums.partial/inside)
		if inside *= n; inside > c.em.sums.partial {
			break
		}
	}
	return p
}

// tiles opens the loop over the tiles of what workers share.
func (c *conv) tiles() (ends int) {
	p := c.sums
	if p == nil || p.tile == p.rows {
		return 0
	}
	lo, hi := c.vars[c.share].name+"0", c.vars[c.share].name+"1"
	c.line("for from := %s; from < %s; from += %d { // a part of %s at a time", lo, hi, p.tile, c.y.name)
	c.line("to := min(from+%d, %s)", p.tile, hi)
	return 1
}

// partial declares partial sums, which blocks then add to.
func (c *conv) partial() {
	dims := ""
	if c.share >= 0 {
		dims = fmt.Sprintf("[%d]", c.sums.tile)
	}
	for _, at := range c.columns() {
		dims += fmt.Sprintf("[%d]", c.axes[at].N)
	}
	c.line("var sum %s%s", dims, c.el.float)
	c.sums.open = true
}

// partialResult is the part of the partial sums at the current position.
func (c *conv) partialResult() (view, string) {
	index := ""
	for _, at := range c.columns() {
		index += "[" + c.vars[at].name + "]"
	}
	name := "sum"
	if c.share >= 0 {
		name = "s"
		c.line("s := &sum[%s]", slot(c.vars[c.share].name, c.sums.tile, c.sums.rows))
	}
	return view{expr: name, index: index}, name
}

// flush adds the partial sums to the result.
func (c *conv) flush() {
	c.eachPart(func(s view, from string) {
		c.sums.open = false
		out, name := c.result()
		c.eachElement(c.columns(), func() { c.line("%s += %s", out.at(name), s.at(from)) })
		c.sums.open = true
	})
	c.sums.open = false
}

// openTap opens the loop over a reduced axis, and the one over its blocks where
// these have partial sums.
func (c *conv) openTap(at int, b bounds) (ends int) {
	if c.sums == nil || at != c.sums.axis {
		c.loop(at, b)
		return 1
	}
	hi, from := c.extent(c.axes[at]), "0"
	if !c.axes[at].Rows {
		from, hi = c.limits(at, b)
	}
	v := c.vars[at]
	if c.sums.step == 1 {
		c.loopOver(v.name, from, hi)
		c.partial()
		return 1
	}
	start := v.name + "s"
	c.line("for %[1]s := %[2]s; %[1]s < %[3]s; %[1]s += %[4]d { // each block has sums of its own", start, from, hi, c.sums.step)
	c.partial()
	end := fmt.Sprintf("min(%s+%d, %s)", start, c.sums.step, hi)
	c.line("for %[1]s := %[2]s; %[1]s < %[3]s; %[1]s++ {", v, start, end)
	return 2
}

func (c *conv) loopOver(v, from, end string) {
	if from == "0" {
		c.line("for %s := range %s {", v, end)
		return
	}
	c.line("for %[1]s := %[2]s; %[1]s < %[3]s; %[1]s++ {", v, from, end)
}

// closeTaps ends the loops over the reduced axes. Where the partial sums belong
// to one of them they are added to the result after the loops inside.
func (c *conv) closeTaps(ends []int) {
	for i, at := range slices.Backward(c.taps[:len(ends)]) {
		if c.sums == nil || at != c.sums.axis {
			c.close(ends[i])
			continue
		}
		c.close(ends[i] - 1)
		c.flush()
		c.close(1)
	}
}

// runs prints a long run of positions, the blocks of a part of it at a time.
func (c *conv) runs(v string, b bounds, share shareLoop) {
	if b.static {
		end := b.from + (b.to-b.from)/c.sums.step*c.sums.step
		start := v + "s"
		c.line("for %[1]s := %[2]d; %[1]s < %[3]d; %[1]s += %[4]d { // each run has sums of its own", start, b.from, end, c.sums.step)
		c.partial()
		c.line("for %[1]s := %[2]s; %[1]s < %[2]s+%[3]d; %[1]s += %[4]d {", v, start, c.sums.step, pass)
		c.block(v, 0, pass, share)
		c.line("}")
		c.flush()
		c.line("}")
		if end < b.to {
			c.blocks(v, end, b.to, share)
		}
		return
	}
	_, end := c.rangeOf(v, b)
	c.line("for %s < %s { // each run has sums of its own", v, end)
	c.partial()
	last := strings.TrimSuffix(v, "1") + "s"
	c.line("%s := min(%s+%d, %s)", last, v, c.sums.step, end)
	c.clippedBlocks(v, last, share)
	c.flush()
	c.line("}")
}

// clippedBlocks prints a range whose length depends on the tap.
func (c *conv) clippedBlocks(v, end string, share shareLoop) {
	c.line("for ; %[1]s+%[2]d <= %[3]s; %[1]s += %[2]d {", v, clippedPass, end)
	c.block(v, 0, clippedPass, share)
	c.line("}")
	c.line("for ; %[1]s < %[2]s; %[1]s++ {", v, end)
	c.block(v, 0, 1, share)
	c.line("}")
}
