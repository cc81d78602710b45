package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// view is a part of an operand that innermost loops run over: what makes a
// pointer to it, and the index of an element of it.
type view struct {
	expr  string // empty: elements are named one by one
	index string
	elem  func() string // the element, where expr is empty
}

// at prints the element of a view that is held in a variable.
func (v view) at(name string) string {
	if v.expr == "" {
		return v.elem()
	}
	return name + v.index
}

// view is the part of an operand that the axes in run over, at the values that
// the other axes have.
func (c *conv) view(a loop.Access, in ...int) view {
	p := c.kernel.param(a.Buf, "x")
	if p.form == fixed && len(p.dims) > 1 {
		return c.shapedView(p, a, in)
	}
	base, rows := p.name, -1
	if name, ok := c.rowViews[a.Buf]; ok && c.wholeRow(a) {
		base = name
		rows = slices.IndexFunc(c.axes, isRows)
	}
	span := 1
	inner := affine{}
	for _, at := range in {
		if s := a.Strides[at]; s != 0 {
			span += s * (c.axes[at].N - 1)
			inner.terms = append(inner.terms, term{at, s, ""})
		}
	}
	from := address(c.parts(a, func(at int) bool { return at == rows || slices.Contains(in, at) }), c.vars)
	v := view{index: "[" + linear(inner, c.vars) + "]"}
	switch {
	case from == "0" && rows >= 0 && span == a.Buf.Row(), from == "0" && p.form == fixed && span == p.dims[0]:
		v.expr = base
	case from == "0":
		v.expr = fmt.Sprintf("(*[%d]%s)(%s[:])", span, c.el.of(a.Buf), base)
	default:
		v.expr = fmt.Sprintf("(*[%d]%s)(%s[%s:])", span, c.el.of(a.Buf), base, from)
	}
	return v
}

// shapedView is a view of parameters in their own shape: &w[i][j][c].
func (c *conv) shapedView(p *param, a loop.Access, in []int) view {
	pl := placed{a, c.axes}
	direct := view{elem: func() string { return c.kernel.at(pl, c.texts()) }}
	at, ok := split(pl, p.dims)
	if !ok {
		return direct
	}
	mine := func(x affine) (some, all bool) {
		all = x.offset == 0
		for _, t := range x.terms {
			is := slices.Contains(in, t.axis)
			some, all = some || is, all && is
		}
		return some, all
	}
	first := slices.IndexFunc(at, func(x affine) bool { some, _ := mine(x); return some })
	if first < 0 || slices.ContainsFunc(at[first:], func(x affine) bool { _, all := mine(x); return !all }) {
		return c.partView(p, a, at, in, direct)
	}
	prefix := p.name
	for _, x := range at[:first] {
		prefix += "[" + x.text(c.texts(), "") + "]"
	}
	v := view{expr: "&" + prefix}
	if first == 0 {
		v.expr = prefix
	}
	for _, x := range at[first:] {
		v.index += "[" + x.text(c.texts(), "") + "]"
	}
	return v
}

// partView is a view of a part of the last dimension: of one group's outputs.
func (c *conv) partView(p *param, a loop.Access, at []affine, in []int, direct view) view {
	last := len(at) - 1
	prefix := p.name
	for _, x := range at[:last] {
		if slices.ContainsFunc(x.terms, func(t term) bool { return slices.Contains(in, t.axis) }) {
			return direct
		}
		prefix += "[" + x.text(c.texts(), "") + "]"
	}
	from, inner := affine{offset: at[last].offset}, affine{}
	span := 1
	for _, t := range at[last].terms {
		if slices.Contains(in, t.axis) {
			inner.terms = append(inner.terms, t)
			span += t.coef * (c.axes[t.axis].N - 1)
		} else {
			from.terms = append(from.terms, t)
		}
	}
	start := from.text(c.texts(), "")
	if start == "0" {
		start = ""
	}
	return view{expr: fmt.Sprintf("(*[%d]%s)(%s[%s:])", span, c.el.of(a.Buf), prefix, start), index: "[" + linear(inner, c.vars) + "]"}
}

// texts are the values of the axes as text.
func (c *conv) texts() []string {
	list := make([]string, len(c.vars))
	for i, v := range c.vars {
		list[i] = v.String()
	}
	return list
}

// declare prints name := view, or nothing where elements are named one by one.
func (c *conv) declare(name string, v view) {
	if v.expr != "" {
		c.line("%s := %s", name, v.expr)
	}
}

// rowsOf lays views over the current row of operands.
func (c *conv) rowsOf(accs ...loop.Access) {
	for _, a := range accs {
		p := c.kernel.param(a.Buf, "x")
		if p.form != rowSlice || c.rowViews[a.Buf] != "" || !c.wholeRow(a) {
			continue
		}
		name := c.names.Pick(p.name + "r")
		c.rowViews[a.Buf] = name
		from := scaled(c.vars[slices.IndexFunc(c.axes, isRows)].name, a.Buf.Row(), 0)
		c.line("%s := (*[%d]%s)(%s[%s:])", name, a.Buf.Row(), c.el.of(a.Buf), p.name, from)
	}
}

// several declares a list of things, as many on a line as are good to read:
// w0, w1 := &w[i], &w[i+1].
func (c *conv) several(n int, name, value func(k int) string) {
	each := 4
	switch width := len(value(n - 1)); {
	case width > 40:
		each = 1
	case width > 20:
		each = 2
	case n <= 5:
		each = n
	}
	for lo := 0; lo < n; lo += each {
		hi := min(lo+each, n)
		c.line("%s := %s", list(hi-lo, func(k int) string { return name(lo + k) }), list(hi-lo, func(k int) string { return value(lo + k) }))
	}
}

// numbered names the elements of a block: x0, x1, ...
func numbered(letter string) func(k int) string {
	return func(k int) string { return fmt.Sprint(letter, k) }
}

// letter abbreviates a parameter: x, w, d of dy.
func letter(p *param) string { return strings.ToLower(p.name[:1]) }
