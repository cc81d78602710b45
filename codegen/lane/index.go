package lane

import (
	"cmp"
	"slices"

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

// Value is what an axis stands at: a variable, a number (of no variable), or both.
type Value struct {
	Of   gotree.Expr
	Plus int
}

func (v Value) expr() gotree.Expr {
	return Index{gotree.Literal(0), []Term{{0, gotree.Literal(1)}}}.At([]Value{v})
}

// At is the index at the values of the axes, what is subtracted last.
func (x Index) At(at []Value) gotree.Expr {
	far := slices.Clone(x.Terms)
	slices.SortStableFunc(far, func(a, b Term) int { return cmp.Compare(b.Coef.Value, a.Coef.Value) })
	sum := gotree.Sum{Offset: x.Offset}
	for _, t := range far {
		v := at[t.Axis]
		sum = sum.Plus(gotree.Literal(v.Plus), t.Coef)
		if v.Of != nil {
			sum = sum.Plus(v.Of, t.Coef)
		}
	}
	return sum.Expr()
}

// negated is the index with the other sign.
func (x Index) negated() Index {
	n := Index{Offset: gotree.Literal(0).Minus(x.Offset)}
	for _, t := range x.Terms {
		n.Terms = append(n.Terms, Term{t.Axis, gotree.Literal(0).Minus(t.Coef)})
	}
	return n
}

// Range is a part of an axis, as Go and, where it is known, as numbers.
type Range struct {
	Lo, Hi   gotree.Expr
	Static   bool // it is from From to To; else these are its least and its largest
	From, To int
}

// Whole is the range of all points of an axis that are said to be so many.
func (f *Form) Whole(at int, extent gotree.Number) Range {
	a := f.Axes[at]
	return Range{gotree.Int(0), extent, a.N.Known() && !a.Rows, 0, a.N.Value}
}

// Bounds cuts a range of an axis to the points that every clip leaves which known
// axes decide together with it.
func (f *Form) Bounds(at int, r Range, known []bool, values []Value) Range {
	var low, high []gotree.Expr
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
			low, above = append(low, quotient(lo.At(values), coef)), above && least >= 0
		}
		if least, most := f.extremes(hi); least == most {
			to = min(to, div(least))
		} else if div(least) < r.To {
			high, below = append(high, quotient(hi.At(values), coef)), below && div(most) <= r.To
		}
	}
	if r.Static && len(low)+len(high) == 0 {
		return Range{gotree.Int(from), gotree.Int(max(from, to)), true, from, max(from, to)}
	}
	switch {
	case from > r.From:
		low = append(low, gotree.Int(from))
	case !above:
		low = append(low, r.Lo)
	}
	switch {
	case to < r.To:
		high = append(high, gotree.Int(to))
	case !below:
		high = append(high, r.Hi)
	}
	if !r.Static {
		low, high = append(low, r.Lo), append(high, r.Hi)
	}
	return Range{Lo: bound("max", low, r.Lo), Hi: bound("min", high, r.Hi), From: from, To: to}
}

// bound is the largest or the least of some, or what there is without any.
func bound(fn string, args []gotree.Expr, otherwise gotree.Expr) gotree.Expr {
	if args = slices.CompactFunc(args, gotree.Equal); len(args) < 2 {
		return append(args, otherwise)[0]
	}
	return gotree.CallOf(fn, args...)
}

func quotient(x gotree.Expr, by int) gotree.Expr {
	if by == 1 {
		return x
	}
	return gotree.Binary{X: gotree.Paren{X: x}, Op: "/", Y: gotree.Int(by)}
}

// Guard is the condition under which the values of known axes leave anything
// that no other axis decides; nil: they always do.
func (f *Form) Guard(known []bool, values []Value) gotree.Expr {
	var all gotree.Expr
	add := func(x gotree.Expr, op string, limit gotree.Number) {
		var cond gotree.Expr = gotree.Binary{X: x, Op: op, Y: limit}
		if all != nil {
			cond = gotree.Binary{X: all, Op: "&&", Y: cond}
		}
		all = cond
	}
	for _, c := range f.Clips {
		if slices.ContainsFunc(c.Terms, func(t Term) bool { return !known[t.Axis] }) {
			continue
		}
		least, most := f.extremes(c.Index)
		if least < 0 {
			add(c.Index.At(values), ">=", gotree.Literal(0))
		}
		if most >= c.Size.Value {
			add(c.Index.At(values), "<", c.Size)
		}
	}
	return all
}
