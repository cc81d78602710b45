package gosrc

import (
	"fmt"
	"strings"
)

// add prints the loops over the taps around a block.
func (c *conv) add(known []bool, stored bool) {
	guards := 0
	if cond := c.guard(known); cond != "" {
		c.line("if %s {", cond)
		guards++
	}
	var ends []int
	for _, at := range c.taps {
		ends = append(ends, c.openTap(at, c.bounds(at, known)))
		known[at] = true
		if c.axes[at].Rows {
			c.rowsOf(c.Lhs, c.Rhs)
		}
	}
	var lo, hi string
	if c.share >= 0 {
		lo, hi = c.whole(c.share)
		if c.share != c.divide {
			lo, hi = c.limits(c.share, c.bounds(c.share, known))
		}
	}
	share := shareLoop{lo, hi, stored}
	if c.run < 0 {
		c.block("", 0, 1, share)
		c.closeTaps(ends)
		c.close(guards)
		return
	}
	b := c.bounds(c.run, known)
	v := c.vars[c.run]
	switch {
	case c.sums != nil && c.sums.axis == c.run:
		c.runs(v.name, b, share)
	case b.static:
		c.blocks(v.name, b.from, b.to, share)
	default:
		_, end := c.rangeOf(v.name, b)
		c.clippedBlocks(v.name, end, share)
	}
	c.vars[c.run] = v
	c.closeTaps(ends)
	c.close(guards)
}

// rangeOf declares the variable of a loop over a range, and its end where that
// is no number.
func (c *conv) rangeOf(v string, b bounds) (from, end string) {
	if b.hi == fmt.Sprint(b.to) {
		c.line("%s := %s", v, b.lo)
		return v, b.hi
	}
	c.line("%[1]s, %[1]s1 := %[2]s, %[3]s", v, b.lo, b.hi)
	return v, v + "1"
}

// blocks prints a range of a known length: whole blocks, then what is left.
func (c *conv) blocks(v string, from, to int, share shareLoop) {
	n := to - from
	whole := n - n%pass
	if whole == pass {
		c.block("", from, pass, share)
	} else if whole > 0 {
		c.line("for %[1]s := %[2]d; %[1]s < %[3]d; %[1]s += %[4]d {", v, from, from+whole, pass)
		c.block(v, 0, pass, share)
		c.line("}")
	}
	if rest := n - whole; rest > 0 {
		if whole > 0 {
			c.line("{ // the last %d", rest)
		}
		c.block("", from+whole, rest, share)
		if whole > 0 {
			c.line("}")
		}
	}
}

// guard is the condition under which the loops around the result leave
// anything to add, where clips tie them to nothing else.
func (c *conv) guard(known []bool) string {
	var conds []string
	for _, l := range c.Clip {
		x := affine{offset: l.Offset}
		all := true
		for _, t := range l.Terms {
			x.terms = append(x.terms, term{t.Axis, t.Coef, ""})
			all = all && known[t.Axis]
		}
		if !all {
			continue
		}
		least, most := c.extremes(x)
		if least < 0 {
			conds = append(conds, linear(x, c.vars)+" >= 0")
		}
		if most >= l.Size {
			conds = append(conds, fmt.Sprintf("%s < %d", linear(x, c.vars), l.Size))
		}
	}
	return strings.Join(conds, " && ")
}
