package loop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Clip leaves points of a contraction out: those where Offset + Σ point[Axis]·Coef
// is outside [0, Size). It is what zero padding means: the element that would
// have been read lies outside the image. An element of the result of which
// every point is left out is the epilogue of 0.
type Clip struct {
	Terms        []ClipTerm // one or two: a position and a tap
	Offset, Size int
}

// ClipTerm is one summand of a Clip. Axis indexes Contract.Axes: B, M, N, K in
// this order. It never is the axis that counts rows.
type ClipTerm struct{ Axis, Coef int }

// maxClipTerms is how many axes a Clip ties together at most.
const maxClipTerms = 2

// Inside reports whether a point of Axes, in their order, takes part.
func (k *Contract) Inside(point []int) bool {
	for _, c := range k.Clip {
		at := c.Offset
		for _, t := range c.Terms {
			at += point[t.Axis] * t.Coef
		}
		if at < 0 || at >= c.Size {
			return false
		}
	}
	return true
}

// reach gives between which elements an operand moves along the axes that the clip ties
// together, and sets their strides to 0. Of an operand whose strides are not those of
// the image it gives 0, and leaves them: it has an element for every point.
func (c Clip) reach(axes []Axis, strides []int) (low, high int) {
	first := c.Terms[0]
	if strides[first.Axis]%first.Coef != 0 {
		return 0, 0
	}
	scale := strides[first.Axis] / first.Coef
	least, most := c.Offset, c.Offset
	for _, t := range c.Terms {
		if scale == 0 || strides[t.Axis] != scale*t.Coef {
			return 0, 0
		}
		far := t.Coef * (axes[t.Axis].N - 1)
		least, most = least+min(far, 0), most+max(far, 0)
	}
	least, most = max(least, 0), min(most, c.Size-1)
	if least > most { // every point is left out
		least, most = 0, 0
	}
	for _, t := range c.Terms {
		strides[t.Axis] = 0
	}
	a, b := scale*(least-c.Offset), scale*(most-c.Offset)
	return min(a, b), max(a, b)
}

// text prints "0<=2*y+r-1<28".
func (c Clip) text(names []string) string {
	var b strings.Builder
	b.WriteString("0<=")
	for i, t := range c.Terms {
		if i > 0 && t.Coef >= 0 {
			b.WriteByte('+')
		}
		switch t.Coef {
		case 1:
		case -1:
			b.WriteByte('-')
		default:
			b.WriteString(strconv.Itoa(t.Coef) + "*")
		}
		b.WriteString(names[t.Axis])
	}
	if c.Offset != 0 {
		fmt.Fprintf(&b, "%+d", c.Offset)
	}
	return b.String() + "<" + strconv.Itoa(c.Size)
}

// taking counts the points of the contraction that take part, for n rows.
func (k *Contract) taking(n int) int {
	axes := k.Axes()
	points := Points(axes, n)
	for _, group := range k.clipped() {
		all, some := 1, 0
		for _, a := range group {
			all *= axes[a].Extent(n)
		}
		k.runs(group, func(_ []int, _, lo, hi int) { some += hi - lo })
		points = points / all * some
	}
	return points
}

// clipped lists the axes that clips name, those that clips tie together in one
// group: whether a point is left out by one group does not depend on another.
func (k *Contract) clipped() [][]int {
	var groups [][]int
	for _, c := range k.Clip {
		var tied []int
		for _, t := range c.Terms {
			tied = append(tied, t.Axis)
		}
		groups = slices.DeleteFunc(groups, func(g []int) bool {
			meets := slices.ContainsFunc(g, func(a int) bool { return slices.Contains(tied, a) })
			if meets {
				tied = append(tied, g...)
			}
			return meets
		})
		slices.Sort(tied)
		groups = append(groups, slices.Compact(tied))
	}
	return groups
}

// longest is the axis of a group with the most points.
func (k *Contract) longest(group []int) int {
	axes := k.Axes()
	return slices.MaxFunc(group, func(a, b int) int { return axes[a].N - axes[b].N })
}

// runs calls f with every run of points of a group of clipped axes that take
// part: point lies on the other axes of the group, and the points of axis long
// from lo to hi (exclusive) complete it. Runs without points are left out.
func (k *Contract) runs(group []int, f func(point []int, long, lo, hi int)) {
	axes := k.Axes()
	long := k.longest(group)
	point := make([]int, len(axes))
	var walk func(rest []int)
	walk = func(rest []int) {
		switch {
		case len(rest) == 0:
			if lo, hi := k.interval(group, point, long); lo < hi {
				f(point, long, lo, hi)
			}
		case rest[0] == long:
			walk(rest[1:])
		default:
			for i := range axes[rest[0]].N {
				point[rest[0]] = i
				walk(rest[1:])
			}
			point[rest[0]] = 0
		}
	}
	walk(group)
}

// interval is which points of one axis take part where the others are given.
func (k *Contract) interval(group, point []int, axis int) (lo, hi int) {
	hi = k.Axes()[axis].N
	for _, c := range k.Clip {
		if !slices.Contains(group, c.Terms[0].Axis) {
			continue
		}
		at, coef := c.Offset, 0
		for _, t := range c.Terms {
			if t.Axis == axis {
				coef += t.Coef
			} else {
				at += point[t.Axis] * t.Coef
			}
		}
		switch { // 0 <= at + i·coef < Size
		case coef > 0:
			lo, hi = max(lo, ceilDiv(-at, coef)), min(hi, ceilDiv(c.Size-at, coef))
		case coef < 0:
			lo, hi = max(lo, ceilDiv(at-c.Size+1, -coef)), min(hi, ceilDiv(at+1, -coef))
		case at < 0 || at >= c.Size:
			return 0, 0
		}
	}
	return lo, hi
}

// ceilDiv is ⌈a/b⌉ for positive b.
func ceilDiv(a, b int) int {
	if a > 0 {
		return (a + b - 1) / b
	}
	return a / b
}
