package gosrc

import (
	"fmt"
	"slices"
)

// fewUnits is how many points of an axis are too few to be shared out evenly.
const fewUnits = 8

// shareOut chooses the axis of a gradient of parameters that workers share, and
// prints which part of it is this worker's. Every element is computed by one of
// them, over all rows.
func (c *conv) shareOut() {
	c.divide = -1
	if !c.reducing || c.Out.Buf.Rows {
		return
	}
	switch {
	case c.share >= 0 && (c.axes[c.share].N >= fewUnits || len(c.outer) == 0):
		c.divide = c.share
	case len(c.outer) > 0: // what lies furthest apart: it is cleared at once
		c.divide = slices.MaxFunc(c.outer, func(a, b int) int { return c.Out.Strides[a] - c.Out.Strides[b] })
	default:
		return
	}
	c.kernel.divided = true
	v := c.vars[c.divide]
	c.line("%[1]s0, %[1]s1 := t.Share(%[2]d)", v, c.axes[c.divide].N)
}

// whole is the range of an axis of the result: all of it, or this worker's part.
func (c *conv) whole(at int) (lo, hi string) {
	if at == c.divide && c.sums != nil && c.sums.tile < c.sums.rows {
		return "from", "to"
	}
	if at == c.divide {
		v := c.vars[at].name
		return v + "0", v + "1"
	}
	return "0", fmt.Sprint(c.axes[at].N)
}

// zeroShared clears this worker's part of the result, where it is a run of
// elements of one dimension. The compiler knows the limits for valid behind it.
func (c *conv) zeroShared(in []int) bool {
	if len(in) == 0 {
		return false
	}
	v := c.view(c.Out, in...)
	if p := c.kernel.param(c.Out.Buf, "dw"); len(p.dims) < 2 || v.expr == "" || !c.contiguous(in) {
		return false
	}
	lo, hi := c.whole(c.divide)
	c.line("clear(%s[%s:%s])", dereferenced(v.expr), lo, hi)
	return true
}
