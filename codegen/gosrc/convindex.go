package gosrc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// part is the index along one dimension of a buffer, of which a step is unit
// elements.
type part struct {
	unit int
	affine
}

// parts writes an access as one index for each dimension: of the image
// (p+i-1, q+j-1, c). Axes that skip reports are left out. The sum of the parts
// is the address, whatever the buffer's shape.
func (c *conv) parts(a loop.Access, skip func(at int) bool) []part {
	units := c.units(a)
	list := make([]part, len(units))
	for i, u := range units {
		list[i].unit = u
	}
	for at, s := range a.Strides {
		if s == 0 || skip(at) {
			continue
		}
		i := slices.IndexFunc(units, func(u int) bool { return s%u == 0 })
		list[i].terms = append(list[i].terms, term{at, s / units[i], ""})
	}
	rest := a.Offset
	known := make([]bool, len(list))
	for i := range list {
		if off, ok := c.padding(list[i].terms); ok {
			list[i].offset, known[i] = off, true
			rest -= off * units[i]
		}
	}
	for i, u := range units {
		if known[i] {
			continue
		}
		n := rest / u
		if rest < 0 { // to the nearest: -29 is a row up and a column back
			n = -((-rest + u/2) / u)
		}
		list[i].offset = n
		rest -= n * u
	}
	list[len(list)-1].offset += rest
	return list
}

// units are the steps of the dimensions of an access, the largest first.
func (c *conv) units(a loop.Access) []int {
	units := append(shapeStrides(c.shape(a)), 1)
	return slices.Compact(units)
}

// padding is the offset of the index that a clip holds inside its image.
func (c *conv) padding(terms []term) (int, bool) {
	for _, l := range c.Clip {
		same := len(l.Terms) == len(terms)
		for _, t := range l.Terms {
			same = same && slices.Contains(terms, term{t.Axis, t.Coef, ""})
		}
		if same {
			return l.Offset, true
		}
	}
	return 0, false
}

// ix is the value of an axis: a variable, a number, or a variable and a number.
type ix struct {
	name string
	plus int
}

func (x ix) String() string {
	switch {
	case x.name == "":
		return strconv.Itoa(x.plus)
	case x.plus == 0:
		return x.name
	}
	return fmt.Sprintf("%s+%d", x.name, x.plus)
}

// linear prints offset + Σ coef·value: positions before taps, and what is
// subtracted behind what is added.
func linear(x affine, at []ix) string {
	x = folded(x, at)
	slices.SortStableFunc(x.terms, func(a, b term) int { return rank(at[a.axis]) - rank(at[b.axis]) })
	var plus, minus []string
	for _, t := range x.terms {
		text := at[t.axis].name
		if n := max(t.coef, -t.coef); n != 1 {
			text += fmt.Sprintf("*%d", n)
		}
		if t.coef > 0 {
			plus = append(plus, text)
		} else {
			minus = append(minus, text)
		}
	}
	number := ""
	switch {
	case len(plus) == 0 && (x.offset != 0 || len(minus) == 0):
		plus = append(plus, strconv.Itoa(x.offset))
	case x.offset != 0:
		number = fmt.Sprintf("%+d", x.offset)
	}
	text := strings.Join(plus, "+")
	for _, m := range minus {
		text += "-" + m
	}
	return text + number
}

// rank orders positions before everything else.
func rank(v ix) int {
	if v.name == "p" || v.name == "q" {
		return 0
	}
	return 1
}

// address prints the sum of parts: (p+i-1)*896+(q+j-1)*32+c.
func address(list []part, at []ix) string {
	text := ""
	number := 0
	for _, p := range list {
		x := folded(p.affine, at)
		var s string
		switch {
		case len(x.terms) == 0:
			number += x.offset * p.unit
			continue
		case len(x.terms) == 1 && x.offset == 0 && x.terms[0].coef > 0:
			s = at[x.terms[0].axis].name
			if n := x.terms[0].coef * p.unit; n != 1 {
				s += fmt.Sprintf("*%d", n)
			}
		case p.unit == 1:
			s = linear(p.affine, at)
		default:
			s = fmt.Sprintf("(%s)*%d", linear(p.affine, at), p.unit)
		}
		if text != "" && !strings.HasPrefix(s, "-") {
			text += "+"
		}
		text += s
	}
	switch {
	case text == "":
		return strconv.Itoa(number)
	case number != 0:
		text += fmt.Sprintf("%+d", number)
	}
	return text
}

// folded is an index with the numbers among the values made part of its offset.
func folded(x affine, at []ix) affine {
	f := affine{offset: x.offset}
	for _, t := range x.terms {
		v := at[t.axis]
		f.offset += t.coef * v.plus
		if v.name != "" {
			f.terms = append(f.terms, t)
		}
	}
	return f
}

// bounds are the first value of a loop and the one behind its last, as text
// and, where they are numbers, as such.
type bounds struct {
	lo, hi string
	static bool
	from   int
	to     int
}

// bounds are the values of an axis at which every clip is kept that known axes
// decide together with it.
func (c *conv) bounds(at int, known []bool) bounds {
	b := bounds{static: true, to: c.axes[at].N}
	var low, high []string
	above, below := true, true // nothing lies outside the loop as it is
	for _, l := range c.Clip {
		x, coef, mine := affine{offset: l.Offset}, 0, true
		for _, t := range l.Terms {
			if t.Axis == at {
				coef = t.Coef
			} else {
				x.terms = append(x.terms, term{t.Axis, t.Coef, ""})
				mine = mine && known[t.Axis]
			}
		}
		if coef == 0 || !mine {
			continue
		}
		// 0 <= x + i·coef < Size: from ⌈-x/coef⌉ to ⌈(Size-x)/coef⌉, or, where coef
		// is negative, from ⌈(x-Size+1)/-coef⌉ to ⌊x/-coef⌋+1. The quotients that
		// Go rounds the other way are below 0 and do not matter.
		from, to := negated(x), negated(x)
		to.offset += l.Size
		up := coef - 1
		if coef < 0 {
			from, to = x, x
			from.offset -= l.Size - 1
			to.offset++
			coef = -coef
			up = coef - 1
		}
		from.offset += up
		to.offset += up
		div := func(v int) int {
			if v <= 0 {
				return 0
			}
			return v / coef
		}
		if least, most := c.extremes(from); div(most) > b.from || div(least) > b.from {
			if least == most {
				b.from = max(b.from, div(least))
			} else {
				low = append(low, quotient(linear(from, c.vars), coef))
				above = above && least >= 0
			}
		}
		if least, most := c.extremes(to); div(least) < b.to {
			if least == most {
				b.to = min(b.to, div(least))
			} else {
				high = append(high, quotient(linear(to, c.vars), coef))
				below = below && div(most) <= c.axes[at].N
			}
		}
	}
	b.lo, b.hi = strconv.Itoa(b.from), strconv.Itoa(b.to)
	if len(low) > 0 {
		if !above || b.from > 0 {
			low = append(low, b.lo)
		}
		b.lo, b.static = call("max", low), false
	}
	if len(high) > 0 {
		if !below || b.to < c.axes[at].N {
			high = append(high, b.hi)
		}
		b.hi, b.static = call("min", high), false
	}
	return b
}

func call(fn string, args []string) string {
	if len(args) == 1 {
		return args[0]
	}
	return fn + "(" + strings.Join(args, ", ") + ")"
}

func negated(x affine) affine {
	n := affine{offset: -x.offset}
	for _, t := range x.terms {
		n.terms = append(n.terms, term{t.axis, -t.coef, ""})
	}
	return n
}

func quotient(text string, by int) string {
	if by == 1 {
		return text
	}
	return fmt.Sprintf("(%s)/%d", text, by)
}

// extremes are the least and the largest value of an index.
func (c *conv) extremes(x affine) (least, most int) {
	least, most = x.offset, x.offset
	for _, t := range x.terms {
		far := t.coef * (c.axes[t.axis].N - 1)
		least, most = least+min(far, 0), most+max(far, 0)
	}
	return least, most
}
