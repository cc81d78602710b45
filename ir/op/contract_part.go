package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
)

// part is one part of a contraction's result in the form that kernels have: Out
// names every element of it exactly once, and which points are left out is said
// by bounds instead of by indices that leave their tensor.
type part struct {
	Contract
	bounds []bound
	// empty says that no point reaches it: it is the epilogue of 0.
	empty bool
}

// bound leaves out the points at which an index is outside [0, size).
type bound struct {
	Index
	size int
}

// parts brings a contraction into the form of kernels, one for each part of
// the result that the same points reach. Where an element of the result is
// named by several points, as in the gradient of a convolution by its input,
//
//	out[s·y + d·r - p] += lhs[y] · rhs[r]
//
// the position in the result takes the place of the position y: for each phase
// φ < s and Y = s·q + φ, only the taps with (φ + p - d·r) divisible by s reach
// the phase, and they come from y = q + (φ + p - d·r)/s, which must lie inside.
func (k *Contract) parts(lhs, rhs ir.Shape) ([]part, error) {
	first := part{Contract: Contract{Axes: slices.Clone(k.Axes), Lhs: k.Lhs, Rhs: k.Rhs, Out: k.Out, Shape: k.Shape}}
	first.tidy()
	list := []part{first}
	for i := range k.Out {
		var next []part
		for _, p := range list {
			if p.empty {
				next = append(next, p)
				continue
			}
			parts, err := p.solve(i)
			if err != nil {
				return nil, err
			}
			next = append(next, parts...)
		}
		list = next
	}
	for i := range list {
		p := &list[i]
		for _, t := range []struct {
			index []Index
			shape ir.Shape
		}{{p.Lhs, lhs}, {p.Rhs, rhs}} {
			for j, x := range t.index {
				if t.shape[j] != ir.Batch { // Infer holds that one to the batch axis alone
					p.bounds = append(p.bounds, bound{x, t.shape[j]})
				}
			}
		}
		if err := p.settle(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// tidy drops the terms that are always 0 and joins those of one axis.
func (p *part) tidy() {
	p.rewrite(func(x Index) Index {
		y := Index{Offset: x.Offset}
		for _, t := range x.Terms {
			if p.Axes[t.Axis].Extent == 1 || t.Coef == 0 {
				continue
			}
			if j := slices.IndexFunc(y.Terms, func(u Term) bool { return u.Axis == t.Axis }); j >= 0 {
				y.Terms[j].Coef += t.Coef
			} else {
				y.Terms = append(y.Terms, t)
			}
		}
		y.Terms = slices.DeleteFunc(y.Terms, func(t Term) bool { return t.Coef == 0 })
		slices.SortFunc(y.Terms, func(t, u Term) int { return t.Axis - u.Axis })
		return y
	})
}

// rewrite replaces every index of the part.
func (p *part) rewrite(f func(x Index) Index) {
	for _, list := range []*[]Index{&p.Lhs, &p.Rhs, &p.Out} {
		out := make([]Index, len(*list))
		for i, x := range *list {
			out[i] = f(x)
		}
		*list = out
	}
	bounds := make([]bound, len(p.bounds))
	for i, b := range p.bounds {
		bounds[i] = bound{f(b.Index), b.size}
	}
	p.bounds = bounds
}

// put writes an index over the new axes wherever a list of old ones occurs.
func (p *part) put(old []int, as []Index) {
	p.rewrite(func(x Index) Index {
		y := Index{Offset: x.Offset}
		for _, t := range x.Terms {
			i := slices.Index(old, t.Axis)
			if i < 0 {
				y.Terms = append(y.Terms, t)
				continue
			}
			y.Offset += t.Coef * as[i].Offset
			for _, u := range as[i].Terms {
				y.Terms = append(y.Terms, Term{u.Axis, t.Coef * u.Coef})
			}
		}
		return y
	})
}

// clone is a copy that shares no axes and no bounds.
func (p *part) clone() part {
	c := *p
	c.Axes, c.Out, c.bounds = slices.Clone(p.Axes), slices.Clone(p.Out), slices.Clone(p.bounds)
	return c
}

// solve makes axis i of the result one that is named once, in phases.
func (p *part) solve(i int) ([]part, error) {
	x, size := p.Out[i], p.Shape[i]
	if size == ir.Batch || p.covers(i) {
		return []part{*p}, nil
	}
	if len(x.Terms) == 0 { // one element of several
		return p.around(i, x.Offset), nil
	}
	at := p.position(x)
	s, axis := x.Terms[at].Coef, x.Terms[at].Axis
	var tap *Term
	if len(x.Terms) == 2 {
		tap = &x.Terms[1-at]
	}
	for _, t := range x.Terms {
		for j, other := range p.Out {
			if j != i && slices.ContainsFunc(other.Terms, func(u Term) bool { return u.Axis == t.Axis }) {
				return nil, fmt.Errorf("a contraction that stores by axis %s on two axes of its result is not lowered", p.Axes[t.Axis].Name)
			}
		}
	}
	if len(x.Terms) > 2 {
		return nil, fmt.Errorf("a contraction that stores by %s, an index of more than a position and a tap, is not lowered", p.index(x))
	}
	sign := 1
	if s < 0 {
		s, sign = -s, -1
	}
	var out []part
	for phase := range min(s, size) {
		out = append(out, p.phase(i, axis, sign, s, phase, tap))
	}
	return out, nil
}

// phase is the part of the result at phase + s·q along axis i, by the taps that
// reach it; sign·s is the coefficient of the axis that q takes the place of.
func (p *part) phase(i, axis, sign, s, phase int, tap *Term) part {
	count := (p.Shape[i] - phase + s - 1) / s
	rest := phase - p.Out[i].Offset // = sign·s·y + d·r - s·q
	first, period, taps := 0, 1, 1
	if tap != nil {
		period = s / gcd(s, abs(tap.Coef))
		extent := p.Axes[tap.Axis].Extent
		for first < extent && (rest-tap.Coef*first)%s != 0 {
			first++
		}
		if first >= extent {
			return p.nothing(i, s, phase, count)
		}
		taps = (extent - first + period - 1) / period
		rest -= tap.Coef * first
	} else if rest%s != 0 {
		return p.nothing(i, s, phase, count)
	}
	c := p.clone()
	y := Index{Terms: []Term{{axis, sign}}, Offset: sign * rest / s}
	old, as := []int{axis}, []Index{y}
	if tap != nil {
		as[0].Terms = append(as[0].Terms, Term{tap.Axis, -sign * tap.Coef * period / s})
		old, as = append(old, tap.Axis), append(as, Index{Terms: []Term{{tap.Axis, period}}, Offset: first})
		c.Axes[tap.Axis].Extent = taps
	}
	c.put(old, as)
	c.bounds = append(c.bounds, bound{as[0], p.Axes[axis].Extent})
	c.Axes[axis].Extent = count
	c.Out[i] = Index{Terms: []Term{{axis, s}}, Offset: phase}
	return c
}

// nothing is the part of the result at offset + step·q along axis i, which no
// point reaches.
func (p *part) nothing(i, step, offset, count int) part {
	c := p.clone()
	c.empty = true
	names := loops(c.Shape)
	for j := i; j < len(c.Out); j++ {
		x := Index{Terms: []Term{{len(c.Axes), 1}}}
		extent := c.Shape[j]
		if j == i {
			x.Terms[0].Coef, x.Offset, extent = step, offset, count
		}
		c.Axes, c.Out[j] = append(c.Axes, Axis{names[j].Name, extent}), x
	}
	return c
}

// around is one element of axis i of the result and what lies around it.
func (p *part) around(i, at int) []part {
	size := p.Shape[i]
	if at < 0 || at >= size {
		return []part{p.nothing(i, 1, 0, size)}
	}
	out := []part{*p}
	if at > 0 {
		out = append(out, p.nothing(i, 1, 0, at))
	}
	if at+1 < size {
		out = append(out, p.nothing(i, 1, at+1, size-at-1))
	}
	return out
}

// position is the term of an index of the result that a position in the result
// can replace: one of an axis of the left operand, which gradients of
// convolutions by the input have as the gradient of the output, and of these
// the one that goes farthest.
func (p *part) position(x Index) int {
	inLhs, inRhs := p.names(p.Lhs), p.names(p.Rhs)
	best, reach := 0, -1
	for i, t := range x.Terms {
		far := abs(t.Coef) * p.Axes[t.Axis].Extent
		if inLhs[t.Axis] && !inRhs[t.Axis] {
			far += ir.MaxElements
		}
		if far > reach {
			best, reach = i, far
		}
	}
	return best
}

// covers reports whether axis i of the result is named once and in full: by the
// digits of its index, of which the groups and the channels of a group are the
// common case. A position and a tap of a window are not digits, even where
// windows do not overlap.
func (p *part) covers(i int) bool {
	x := p.Out[i]
	terms := slices.SortedFunc(slices.Values(x.Terms), func(t, u Term) int { return t.Coef - u.Coef })
	inLhs, inRhs := p.names(p.Lhs), p.names(p.Rhs)
	span, left, right := 1, false, false
	for _, t := range terms {
		if t.Coef != span {
			return false
		}
		span *= p.Axes[t.Axis].Extent
		left, right = left || !inRhs[t.Axis], right || !inLhs[t.Axis]
		for j, other := range p.Out {
			if j != i && slices.ContainsFunc(other.Terms, func(u Term) bool { return u.Axis == t.Axis }) {
				return false
			}
		}
	}
	return x.Offset == 0 && span == p.Shape[i] && !(left && right)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func abs(x int) int { return max(x, -x) }
