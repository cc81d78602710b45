package gosrc

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// shortSum is how many products a sum has at most that is written out for all
// the positions of an image.
const shortSum = 12

// conv is a contraction over the positions of an image and the taps of a kernel
// on its way to text: a convolution, its gradients, and whatever else has a
// contiguous axis to run along innermost. Each axis has one of these roles.
type conv struct {
	*dense
	axes []loop.Axis
	vars []ix // of every axis
	// outer are the loops around a part of the result, taps the reduced loops
	// around a block, both from the outside in.
	outer, taps []int
	run         int   // the axis of which a block takes several points at once, -1: none
	share       int   // the axis of the result whose points share a block, -1: none
	vec         []int // the innermost loops
	divide      int   // the axis of the result that workers share, -1: none
	// dots tells that vec is reduced and that run is an axis of the result:
	// sums are held in variables, and not added to the result in memory.
	dots bool
	// reducing tells that rows are reduced: a gradient of parameters.
	reducing bool

	space    []int                   // of every axis: the dimension that it is a position or a tap of, -1: none
	rowViews map[*loop.Buffer]string // the current row of a buffer
	part     *held                   // of the result, where one variable holds it throughout
	sums     *partials               // nil: blocks are added to the result
}

// held is a view in a variable.
type held struct {
	view
	name string
}

// convolution prints the function, or reports that the contraction is none of
// the forms that are known.
func (d *dense) convolution() bool {
	c, ok := d.roles()
	if !ok {
		return false
	}
	if c.reducing {
		left, right := "x", "dy"
		if c.turned() {
			left, right = right, left
		}
		d.y, d.x, d.w = d.kernel.param(d.Out.Buf, "dw"), d.kernel.param(d.Lhs.Buf, left), d.kernel.param(d.Rhs.Buf, right)
		d.extras("w")
	} else {
		d.operands()
	}
	full := *d
	full.Contract = unjoined(d.Contract, 1)
	if doc, ok := full.roles(); ok {
		doc.letters()
		doc.title()
	}
	c.letters()
	c.print()
	return true
}

// roles gives every axis of a contraction its role.
func (d *dense) roles() (*conv, bool) {
	c := &conv{dense: d, axes: d.Axes(), run: -1, share: -1, divide: -1, rowViews: map[*loop.Buffer]string{}}
	if d.Accumulate && d.Epilogue != nil || d.Lhs.Buf.DType != loop.F32 || d.Rhs.Buf.DType != loop.F32 || d.Lhs.Index != nil || d.Rhs.Index != nil || d.Out.Index != nil {
		return nil, false
	}
	c.reducing = slices.ContainsFunc(d.K, isRows)
	if !c.depthwise() && !c.streams() {
		c.dots = true
		if c.reducing || !c.products() {
			return nil, false
		}
	}
	c.chooseRun()
	c.chooseShare()
	for at, a := range c.axes {
		switch {
		case at == c.run || at == c.share || slices.Contains(c.vec, at):
		case c.reduced(at):
			c.taps = append(c.taps, at)
		case a.Rows:
			c.outer = slices.Insert(c.outer, 0, at)
		default:
			c.outer = append(c.outer, at)
		}
	}
	return c, true
}

// group is the range of positions among the axes that a nest has.
func (c *conv) group(nest int) (from, to int) {
	sizes := [...]int{len(c.B), len(c.M), len(c.N), len(c.K)}
	for _, n := range sizes[:nest] {
		from += n
	}
	return from, from + sizes[nest]
}

const (
	inB = iota
	inM
	inN
	inK
)

func (c *conv) reduced(at int) bool { return at >= len(c.axes)-len(c.K) }

// clipped reports an axis that takes part in clipping.
func (c *conv) clipped(at int) bool {
	return slices.ContainsFunc(c.Clip, func(l loop.Clip) bool {
		return slices.ContainsFunc(l.Terms, func(t loop.ClipTerm) bool { return t.Axis == at })
	})
}

// free reports an axis that neither counts rows nor is clipped.
func (c *conv) free(at int) bool { return !c.axes[at].Rows && !c.clipped(at) }

// depthwise finds channels that run through all three operands, alone or
// with a multiplier beside them.
func (c *conv) depthwise() bool {
	from, to := c.group(inB)
	ch := to - 1
	if ch < from || !c.free(ch) {
		return false
	}
	if all := [...]loop.Access{c.Out, c.Lhs, c.Rhs}; !slices.ContainsFunc(all[:], func(a loop.Access) bool { return a.Strides[ch] != 1 }) {
		c.vec = []int{ch}
		return true
	}
	for m := ch + 1; m < len(c.axes); m++ {
		n := c.axes[m].N
		along := func(a loop.Access) bool {
			return a.Strides[ch] == n && a.Strides[m] == 1 || a.Strides[ch] == 1 && a.Strides[m] == 0
		}
		if c.free(m) && along(c.Out) && along(c.Lhs) && along(c.Rhs) {
			c.vec = []int{ch, m}
			return true
		}
	}
	return false
}

// streams finds the axis along which rows of Rhs are added to rows of the
// result, each times an element of Lhs.
func (c *conv) streams() bool {
	from, to := c.group(inN)
	for at := from; at < to; at++ {
		if c.free(at) && c.Out.Strides[at] == 1 && c.Rhs.Strides[at] == 1 && c.Lhs.Strides[at] == 0 {
			c.vec = []int{at}
			return true
		}
	}
	return false
}

// products finds the axis along which rows of Lhs are multiplied with rows of
// Rhs.
func (c *conv) products() bool {
	from, to := c.group(inK)
	for at := from; at < to; at++ {
		if c.free(at) && c.Lhs.Strides[at] == 1 && c.Rhs.Strides[at] == 1 {
			c.vec = []int{at}
			return true
		}
	}
	return false
}

// rows reports that a block reads rows of Lhs, not elements.
func (c *conv) rows() bool { return c.Lhs.Strides[c.vec[0]] != 0 }

func (c *conv) chooseRun() {
	from, to := c.group(inK)
	if c.dots { // columns of the result
		from, to = c.group(inN)
	}
	for at := to - 1; at >= from; at-- {
		stride := c.Lhs.Strides[at]
		switch {
		case slices.Contains(c.vec, at) || c.axes[at].Rows:
		case c.dots:
			if c.free(at) && c.Out.Strides[at] == 1 {
				c.run = at
			}
		case c.reducing: // positions, whether clipped or not
			if c.run < 0 && (stride > 0 || c.rows()) {
				c.run = at
			}
		case c.free(at) && (c.rows() || stride > 0):
			if c.run < 0 || stride == 1 && !c.rows() && c.Lhs.Strides[c.run] != 1 {
				c.run = at
			}
		}
	}
}

func (c *conv) chooseShare() {
	from, to := c.group(inM)
	for at := to - 1; at >= from; at-- {
		if c.axes[at].Rows {
			continue
		}
		if !c.reducing || !c.rows() && c.free(at) && c.Lhs.Strides[at] == 1 {
			c.share = at
			return
		}
	}
}

// short reports a sum of few products, all of which always take part: it is
// written out as one expression.
func (c *conv) short() bool {
	if c.dots || c.reducing || c.Accumulate || len(c.Clip) > 0 || len(c.vec) > 1 && c.reduced(c.vec[1]) {
		return false
	}
	n := 1
	for at := range c.axes {
		if c.reduced(at) {
			n *= c.axes[at].N
		}
	}
	for _, a := range []loop.Access{c.Out, c.Lhs} {
		if a.Buf.Rows && !c.wholeRow(a) {
			return false
		}
	}
	return n <= shortSum
}

// wholeRow reports an access of which one axis steps from row to row of its
// buffer: that row can be had as an array.
func (c *conv) wholeRow(a loop.Access) bool {
	for at, x := range c.axes {
		if x.Rows && a.Strides[at] != 0 {
			return x.N == 1 && a.Strides[at] == a.Buf.Row()
		}
	}
	return false
}

// never reports a contraction of which clipping leaves nothing: its sums are 0.
func (c *conv) never() bool {
	for _, l := range c.Clip {
		low, high := l.Offset, l.Offset
		for _, t := range l.Terms {
			far := t.Coef * (c.axes[t.Axis].N - 1)
			low, high = low+min(far, 0), high+max(far, 0)
		}
		if high < 0 || low >= l.Size {
			return true
		}
	}
	return false
}
