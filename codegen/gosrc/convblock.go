package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// shareLoop is the loop over the positions that share a block: its limits, and
// whether the block stores where others add.
type shareLoop struct {
	lo, hi string
	stored bool
}

func (c *conv) openShare(s shareLoop) {
	if c.share < 0 {
		return
	}
	v := c.vars[c.share]
	if s.lo == "0" && s.hi == fmt.Sprint(c.axes[c.share].N) {
		c.line("for %s := range %s {", v, s.hi)
		return
	}
	c.line("for %[1]s := %[2]s; %[1]s < %[3]s; %[1]s++ {", v, s.lo, s.hi)
}

func (c *conv) closeShare() {
	if c.share >= 0 {
		c.line("}")
	}
}

// point sets the axis of blocks to element k of the block that starts at
// base+from.
func (c *conv) point(base string, from, k int) {
	if c.run >= 0 {
		c.vars[c.run] = ix{base, from + k}
	}
}

// block prints count points of the run from base+from on.
func (c *conv) block(base string, from, count int, share shareLoop) {
	if c.dots {
		c.dotsBlock(base, from, count, share)
		return
	}
	rights := c.views(c.Rhs, base, from, count, c.vec)
	right := letter(c.w)
	c.declareAll(right, rights)
	left := letter(c.x)
	var lefts []view
	between := c.reducing && !c.rows() && c.share >= 0
	if between { // rows of Lhs, of which each position takes one element
		lefts = c.views(c.Lhs, base, from, count, []int{c.share})
		c.declareAll(left, lefts)
	}
	c.openShare(share)
	factor := numbered(left)
	switch {
	case between:
		factor = numbered("a")
		c.several(count, factor, func(k int) string { return lefts[k].at(fmt.Sprint(left, k)) })
	case c.rows():
		lefts = c.views(c.Lhs, base, from, count, c.vec)
		c.declareAll(left, lefts)
		factor = func(k int) string { return lefts[k].at(fmt.Sprint(left, k)) }
	default:
		c.elements(left, base, from, count)
	}
	out, name := c.result()
	sum := func() string {
		return products(count, func(k int) string { return c.times(factor(k), rights[k].at(fmt.Sprint(right, k))) })
	}
	c.eachElement(c.vec, func() {
		at := out.at(name)
		switch {
		case share.stored:
			c.line("%s = %s", at, sum())
		default:
			c.line("%s += %s", at, sum())
		}
	})
	c.closeShare()
}

// views are the parts of an operand at the points of a block.
func (c *conv) views(a loop.Access, base string, from, count int, in []int) []view {
	list := make([]view, count)
	for k := range list {
		c.point(base, from, k)
		list[k] = c.view(a, in...)
		at := slices.Clone(c.vars)
		if elem := list[k].elem; elem != nil { // asked for when the block has moved on
			list[k].elem = func() string {
				now := c.vars
				c.vars = at
				defer func() { c.vars = now }()
				return elem()
			}
		}
	}
	return list
}

func (c *conv) declareAll(letter string, views []view) {
	if len(views) > 0 && views[0].expr != "" {
		c.several(len(views), numbered(letter), func(k int) string { return views[k].expr })
	}
}

// elements declares the elements of Lhs at the points of a block: x0, x1, ...
func (c *conv) elements(left, base string, from, count int) {
	if count == 1 {
		c.point(base, from, 0)
		v := c.view(c.Lhs)
		c.line("%s0 := %s", left, element(v))
		return
	}
	stride := c.Lhs.Strides[c.run]
	c.point(base, from, 0)
	v := c.view(c.Lhs)
	name := c.x.name + "v"
	if c.share >= 0 {
		name = c.x.name + c.vars[c.share].name
	}
	c.line("%s := %s", name, strings.Replace(v.expr, "(*[1]", fmt.Sprintf("(*[%d]", (count-1)*stride+1), 1))
	c.several(count, numbered(left), func(k int) string { return fmt.Sprintf("%s[%d]", name, k*stride) })
}

// element turns a view of one element into that element: xr[p*28+q].
func element(v view) string {
	if v.expr == "" {
		return v.elem()
	}
	if isName(v.expr) {
		return v.expr + "[0]"
	}
	_, rest, _ := strings.Cut(v.expr, ")(")
	rest = strings.TrimSuffix(rest, ":])")
	if strings.HasSuffix(rest, "[") {
		rest += "0"
	}
	return rest + "]"
}

// dotsBlock forms the products of a row of Lhs with count rows of Rhs.
func (c *conv) dotsBlock(base string, from, count int, share shareLoop) {
	rights := c.views(c.Rhs, base, from, count, c.vec)
	right := letter(c.w)
	c.declareAll(right, rights)
	c.openShare(share)
	lhs := c.view(c.Lhs, c.vec...)
	left := c.hold(c.Lhs, lhs)
	c.point(base, from, 0)
	start := c.view(c.Out)
	out := c.y.name + "o"
	if c.share >= 0 {
		out = c.y.name + c.vars[c.share].name
	}
	c.line("%s := %s", out, strings.Replace(start.expr, "(*[1]", fmt.Sprintf("(*[%d]", count), 1))
	s, at := numbered("s"), c.vars[c.vec[0]]
	op := "+="
	if share.stored {
		op = "="
	}
	n := c.axes[c.vec[0]].N
	if count == 1 && n >= 4*pass { // four partial sums: one would wait for itself
		float := c.sumType(n / 4)
		c.line("var s0, s1, s2, s3 %s", float)
		c.line("for %[1]s := 0; %[1]s < %[2]d; %[1]s += 4 {", at, n-n%4)
		for j := range 4 {
			c.vars[c.vec[0]] = ix{at.name, j}
			c.line("s%d += %s", j, c.widened(float, c.view(c.Lhs, c.vec...).at(left)+"*"+c.oneOf(right)))
		}
		c.line("}")
		for j := n - n%4; j < n; j++ {
			c.vars[c.vec[0]] = ix{"", j}
			c.line("s%d += %s", j%4, c.widened(float, c.view(c.Lhs, c.vec...).at(left)+"*"+c.oneOf(right)))
		}
		c.vars[c.vec[0]] = at
		total := "(s0 + s1) + (s2 + s3)"
		if float != c.el.float {
			total = c.el.convert(total, float)
		}
		c.line("%s[0] %s %s", out, op, total)
		c.closeShare()
		return
	}
	float := c.sumType(n / 2)
	c.line("var %s %s", list(count, s), float)
	c.line("for %s, d := range %s {", at, left)
	for k := range count {
		c.line("%s += %s", s(k), c.widened(float, "d * "+rights[k].at(fmt.Sprint(right, k))))
	}
	c.line("}")
	for k := range count {
		c.line("%s[%d] %s %s", out, k, op, c.el.convert(s(k), float))
	}
	c.closeShare()
}

// oneOf is an element of the single row of Rhs that a block of one has.
func (c *conv) oneOf(right string) string { return c.view(c.Rhs, c.vec...).at(right + "0") }

// written prints a sum of few products as one expression for every element.
func (c *conv) written() {
	ends := len(c.outer)
	for _, at := range c.outer {
		c.loop(at, bounds{static: true, to: c.axes[at].N})
		if c.axes[at].Rows {
			c.rowsOf(append([]loop.Access{c.Out, c.Lhs}, c.Extra...)...)
		}
	}
	c.openShare(shareLoop{"0", fmt.Sprint(c.axes[max(c.share, 0)].N), true})
	left := letter(c.x)
	points := c.points()
	var lefts []view
	for _, at := range points {
		copy(c.vars[len(c.vars)-len(c.K):], at)
		if c.rows() {
			lefts = append(lefts, c.view(c.Lhs, c.vec...))
		} else {
			lefts = append(lefts, c.view(c.Lhs))
		}
	}
	if c.rows() {
		c.declareAll(left, lefts)
	} else {
		c.several(len(points), numbered(left), func(k int) string { return element(lefts[k]) })
	}
	out, name := c.result()
	args := c.extraParts()
	e := c.Epilogue
	if e == nil {
		e = loopSum
	}
	c.eachElement(c.vec, func() {
		sum := products(len(points), func(k int) string {
			copy(c.vars[len(c.vars)-len(c.K):], points[k])
			x := fmt.Sprint(left, k)
			if c.rows() {
				x += lefts[k].index
			}
			return c.times(x, c.kernel.at(placed{c.Rhs, c.axes}, c.texts()))
		})
		at := out.at(name)
		if c.dense.short() {
			c.sumFirst = true
			c.assign(at, "=", e, append([]string{sum}, args()...), c.Word)
			c.sumFirst = false
			return
		}
		c.line("%s = %s", at, sum)
		c.assign(at, "=", e, append([]string{at}, args()...), c.Word)
	})
	c.closeShare()
	c.close(ends)
}

// points are the values of the reduced axes, in order.
func (c *conv) points() [][]ix {
	points := [][]ix{nil}
	for _, a := range c.K {
		var next [][]ix
		for _, p := range points {
			for i := range a.N {
				next = append(next, append(slices.Clone(p), ix{"", i}))
			}
		}
		points = next
	}
	return points
}
