package lane

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// Index is an element of an operand: Offset + Σ value(Axis)·Coef.
type Index struct {
	Offset gotree.Number
	Terms  []Term
}

// Term is one summand of an Index.
type Term struct {
	Axis int
	Coef gotree.Number
}

// Value is what an axis stands at: a variable, a number, or both.
type Value struct {
	Name string
	Plus int
}

func (v Value) String() string {
	return Index{gotree.Literal(0), []Term{{0, gotree.Literal(1)}}}.Text([]Value{v})
}

// Text prints the index at the values of the axes, what is subtracted last.
func (x Index) Text(at []Value) string {
	offset := x.Offset
	var plus, minus strings.Builder
	far := slices.Clone(x.Terms)
	slices.SortStableFunc(far, func(a, b Term) int { return cmp.Compare(b.Coef.Value, a.Coef.Value) })
	for _, t := range far {
		v := at[t.Axis]
		offset = offset.Plus(t.Coef.Times(gotree.Literal(v.Plus)))
		if v.Name == "" {
			continue
		}
		to, sign, c := &plus, "+", t.Coef
		if c.Known() && c.Value < 0 {
			to, sign, c = &minus, "-", gotree.Literal(-c.Value)
		}
		to.WriteString(sign + v.Name)
		if !c.Is(1) {
			to.WriteString("*" + c.String())
		}
	}
	text := strings.TrimPrefix(plus.String(), "+")
	switch {
	case text == "" && (minus.Len() == 0 || !offset.Is(0)):
		return offset.String() + minus.String()
	case offset.Is(0):
		return text + minus.String()
	case offset.Known():
		return text + minus.String() + fmt.Sprintf("%+d", offset.Value)
	}
	return text + minus.String() + "+" + offset.String()
}

// negated is the index with the other sign.
func (x Index) negated() Index {
	n := Index{Offset: gotree.Literal(0).Minus(x.Offset)}
	for _, t := range x.Terms {
		n.Terms = append(n.Terms, Term{t.Axis, gotree.Literal(0).Minus(t.Coef)})
	}
	return n
}

// Range is a part of an axis, as text and, where it is known, as numbers.
type Range struct {
	Lo, Hi   string
	Static   bool // it is from From to To; else these are its least and its largest
	From, To int
}

// Whole is the range of all points of an axis that are said to be so many.
func (f *Form) Whole(at int, extent string) Range {
	a := f.Axes[at]
	return Range{"0", extent, a.N.Known() && !a.Rows, 0, a.N.Value}
}

// Bounds cuts a range of an axis to the points that every clip leaves which known
// axes decide together with it.
func (f *Form) Bounds(at int, r Range, known []bool, values []Value) Range {
	low, high := []string{}, []string{}
	above, below := true, true // nothing lies outside the range as it is
	from, to := r.From, r.To
	for _, c := range f.Clips {
		x, coef, mine := Index{Offset: c.Offset}, 0, true
		for _, t := range c.Terms {
			if t.Axis == at {
				coef = t.Coef.Value
			} else {
				x.Terms = append(x.Terms, t)
				mine = mine && known[t.Axis]
			}
		}
		if coef == 0 || !mine {
			continue
		}
		// 0 <= x + i·coef < Size: from ⌈-x/coef⌉ to ⌈(Size-x)/coef⌉, or, where coef
		// is negative, from ⌈(x-Size+1)/-coef⌉ to ⌊x/-coef⌋+1. The quotients that
		// Go rounds the other way are below 0 and do not matter.
		lo, hi := x.negated(), x.negated()
		hi.Offset = hi.Offset.Plus(c.Size)
		if coef < 0 {
			lo, hi = x, x
			lo.Offset = lo.Offset.Minus(c.Size).Plus(gotree.Literal(1))
			hi.Offset = hi.Offset.Plus(gotree.Literal(1))
			coef = -coef
		}
		up := gotree.Literal(coef - 1)
		lo.Offset, hi.Offset = lo.Offset.Plus(up), hi.Offset.Plus(up)
		div := func(v int) int { return max(v, 0) / coef }
		if least, most := f.extremes(lo); least == most {
			from = max(from, div(least))
		} else if div(most) > r.From {
			low, above = append(low, quotient(lo.Text(values), coef)), above && least >= 0
		}
		if least, most := f.extremes(hi); least == most {
			to = min(to, div(least))
		} else if div(least) < r.To {
			high, below = append(high, quotient(hi.Text(values), coef)), below && div(most) <= r.To
		}
	}
	if r.Static && len(low)+len(high) == 0 {
		return Range{fmt.Sprint(from), fmt.Sprint(max(from, to)), true, from, max(from, to)}
	}
	switch {
	case from > r.From:
		low = append(low, fmt.Sprint(from))
	case !above:
		low = append(low, r.Lo)
	}
	switch {
	case to < r.To:
		high = append(high, fmt.Sprint(to))
	case !below:
		high = append(high, r.Hi)
	}
	if !r.Static {
		low, high = append(low, r.Lo), append(high, r.Hi)
	}
	return Range{Lo: bound("max", low, r.Lo), Hi: bound("min", high, r.Hi), From: from, To: to}
}

// bound is the largest or the least of some, or what there is without any.
func bound(fn string, args []string, otherwise string) string {
	if args = slices.Compact(args); len(args) < 2 {
		return append(args, otherwise)[0]
	}
	return fn + "(" + strings.Join(args, ", ") + ")"
}

func quotient(text string, by int) string {
	if by == 1 {
		return text
	}
	return fmt.Sprintf("(%s)/%d", text, by)
}

// Guard is the condition under which the values of known axes leave anything
// that no other axis decides; empty: they always do.
func (f *Form) Guard(known []bool, values []Value) string {
	var conds []string
	for _, c := range f.Clips {
		if slices.ContainsFunc(c.Terms, func(t Term) bool { return !known[t.Axis] }) {
			continue
		}
		least, most := f.extremes(c.Index)
		if least < 0 {
			conds = append(conds, c.Index.Text(values)+" >= 0")
		}
		if most >= c.Size.Value {
			conds = append(conds, c.Index.Text(values)+" < "+c.Size.String())
		}
	}
	return strings.Join(conds, " && ")
}
