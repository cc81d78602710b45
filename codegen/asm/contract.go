package asm

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// contraction is a loop.Contract in the form that tiles take: loops of one turn
// are gone, neighbours that are one run of elements are one loop, and the
// lanes run along the axis that is contiguous in the result.
type contraction struct {
	*loop.Contract
	unit  *Unit
	level Level
	req   Request

	b, m, n, k []line
	v          line // the lanes
	clips      []clip
	void       bool // every point lies outside: sums of nothing
	out        end
	lhs, rhs   end
	extras     []end
	// vectors: the lanes run along a batch axis, so that both factors have them.
	vectors bool
}

// line is an axis with the steps of all operands along it.
type line struct {
	name          string
	n             int
	rows          bool
	max           int // of rows: loop.Axis.Max
	id            int // its place among the kernel's axes
	out, lhs, rhs int
	extra         []int
}

// end is an operand: a parameter and the element of it that all axes start at.
type end struct {
	Operand
	offset int
}

// clip is a loop.Clip: a position a·coef + a tap must lie in [0, size).
type clip struct {
	terms        []loop.ClipTerm // axes by id
	offset, size int
}

// contract writes a contraction. Shapes that tiles do not fit are left to the
// portable body.
func (u *Unit) contract(r Request, k *loop.Contract, l Level) (*Body, error) {
	c := &contraction{Contract: k, unit: u, level: l, req: r}
	if !c.read() || !c.orient() {
		return nil, nil
	}
	c.fuse()
	p := newPlan(c)
	if p == nil {
		return nil, nil
	}
	return p.body()
}

// read takes the kernel apart.
func (c *contraction) read() bool {
	axes := c.Axes()
	find := func(a loop.Access) (end, bool) {
		o, ok := c.req.operand(a.Buf)
		return end{o, a.Offset}, ok && len(a.Strides) == len(axes) && a.Index == nil && a.Buf.DType == loop.F32
	}
	var ok [3]bool
	c.out, ok[0] = find(c.Out)
	c.lhs, ok[1] = find(c.Lhs)
	c.rhs, ok[2] = find(c.Rhs)
	if slices.Contains(ok[:], false) {
		return false
	}
	for _, a := range c.Extra {
		e, ok := find(a)
		if !ok || a.Buf.Class == loop.Random {
			return false
		}
		c.extras = append(c.extras, e)
	}
	clips, ok1 := c.readClips()
	if !ok1 {
		return false
	}
	id := 0
	for _, g := range []struct {
		axes []loop.Axis
		to   *[]line
	}{{c.B, &c.b}, {c.M, &c.m}, {c.N, &c.n}, {c.K, &c.k}} {
		for _, a := range g.axes {
			l := line{name: a.Name, n: a.N, rows: a.Rows, max: a.Max, id: id, out: c.Out.Strides[id], lhs: c.Lhs.Strides[id], rhs: c.Rhs.Strides[id]}
			for _, e := range c.Extra {
				l.extra = append(l.extra, e.Strides[id])
			}
			clipped := slices.ContainsFunc(clips, func(k clip) bool { return k.names(id) })
			if a.N > 1 || a.Rows || clipped && g.to == &c.k {
				*g.to = append(*g.to, l)
			}
			id++
		}
	}
	for _, k := range clips {
		c.shorten(k)
	}
	if c.void {
		c.k, c.clips = nil, nil
	}
	return true
}

// readClips lists the clips that leave anything out, each between an axis of the
// result and a reduced one.
func (c *contraction) readClips() ([]clip, bool) {
	axes := c.Axes()
	reduced := len(axes) - len(c.K)
	var list []clip
	for _, k := range c.Clip {
		at := clip{offset: k.Offset, size: k.Size}
		low, high := at.offset, at.offset
		for _, t := range k.Terms {
			far := t.Coef * (axes[t.Axis].N - 1)
			low, high = low+min(far, 0), high+max(far, 0)
		}
		if low >= 0 && high < at.size {
			continue
		}
		for _, t := range k.Terms {
			if t.Axis >= reduced || axes[t.Axis].N > 1 {
				at.terms = append(at.terms, t)
			}
		}
		if len(at.terms) > 1 && at.terms[0].Axis >= reduced {
			at.terms[0], at.terms[1] = at.terms[1], at.terms[0]
		}
		if n := len(at.terms); n == 1 && at.terms[0].Axis < reduced {
			// A reduced axis of one point goes with it.
			at.terms = append(at.terms, loop.ClipTerm{Axis: len(axes) + len(list)})
		} else if n == 0 || n > 2 || at.terms[n-1].Axis < reduced || n == 2 && at.terms[0].Axis >= reduced {
			return nil, false
		}
		list = append(list, at)
	}
	return list, true
}

// shorten takes over a clip. One over a reduced axis alone is the range of it that
// lies inside.
func (c *contraction) shorten(k clip) {
	if len(k.terms) == 2 {
		c.clips = append(c.clips, k)
		c.void = c.void || !c.meets(k)
		if id := k.terms[1].Axis; id >= len(c.Out.Strides) {
			at := 0
			if len(c.k) > 0 && c.k[0].rows {
				at = 1
			}
			c.k = slices.Insert(c.k, at, c.point(id))
		}
		return
	}
	i := slices.IndexFunc(c.k, func(l line) bool { return l.id == k.terms[0].Axis })
	l := &c.k[i]
	k.terms = []loop.ClipTerm{{}, k.terms[0]}
	lo, hi := k.within(0, l.n)
	l.n = hi - lo
	c.lhs.offset += lo * l.lhs
	c.rhs.offset += lo * l.rhs
	if l.n == 0 {
		c.void = true
	}
}

// meets reports whether a clip leaves any position a tap.
func (c *contraction) meets(k clip) bool {
	axes, taps := c.Axes(), 1
	if id := k.terms[1].Axis; id < len(axes) {
		taps = axes[id].N
	}
	for i := range axes[k.terms[0].Axis].N {
		if lo, hi := k.within(i, taps); lo < hi {
			return true
		}
	}
	return false
}

// point is a reduced axis of one point.
func (c *contraction) point(id int) line {
	return line{name: "k", n: 1, id: id, extra: make([]int, len(c.extras))}
}

func (k clip) names(axis int) bool {
	return slices.ContainsFunc(k.terms, func(t loop.ClipTerm) bool { return t.Axis == axis })
}

// orient makes the axis along which the result is contiguous the lanes.
func (c *contraction) orient() bool {
	unit := func(g []line) int {
		return slices.IndexFunc(g, func(l line) bool { return l.out == 1 && !l.rows && !c.clipped(l) })
	}
	if unit(c.n) < 0 && unit(c.m) >= 0 {
		c.m, c.n = c.n, c.m
		c.lhs, c.rhs = c.rhs, c.lhs
		for _, g := range [][]line{c.b, c.m, c.n, c.k} {
			for i := range g {
				g[i].lhs, g[i].rhs = g[i].rhs, g[i].lhs
			}
		}
	}
	group := &c.n
	i := unit(c.n)
	if i < 0 {
		if i = unit(c.b); i < 0 || c.b[i].lhs != 1 || c.b[i].rhs != 1 {
			return false
		}
		group, c.vectors = &c.b, true
	}
	c.v = (*group)[i]
	*group = slices.Delete(slices.Clone(*group), i, i+1)
	if slices.ContainsFunc(c.v.extra, func(s int) bool { return s != 0 && s != 1 }) {
		return false
	}
	return !slices.ContainsFunc(c.n, func(l line) bool { return l.rows })
}

func (c *contraction) clipped(l line) bool {
	return slices.ContainsFunc(c.clips, func(k clip) bool { return k.names(l.id) })
}

// fuse makes one loop of neighbours of which the outer continues the inner.
func (c *contraction) fuse() {
	for _, g := range []*[]line{&c.b, &c.m, &c.n, &c.k} {
		for i := 0; i+1 < len(*g); {
			o, in := (*g)[i], (*g)[i+1]
			if in.rows || c.clipped(o) || c.clipped(in) || !continues(o, in) {
				i++
				continue
			}
			in.name, in.n, in.rows, in.max, in.id = o.name+"·"+in.name, o.n*in.n, o.rows, o.max*in.n, o.id
			*g = slices.Replace(*g, i, i+2, in)
			i = max(i-1, 0)
		}
	}
}

func continues(o, in line) bool {
	for e := range o.extra {
		if o.extra[e] != in.extra[e]*in.n {
			return false
		}
	}
	return o.out == in.out*in.n && o.lhs == in.lhs*in.n && o.rhs == in.rhs*in.n
}

// tied finds the clip between two axes.
func (c *contraction) tied(a, b line) (clip, bool) {
	for _, k := range c.clips {
		if k.terms[0].Axis == a.id && k.terms[1].Axis == b.id {
			return k, true
		}
	}
	return clip{}, false
}

// edges finds the clip that an axis has by itself, whatever the reduced axes.
func (c *contraction) edges(a line) (clip, bool) {
	for _, k := range c.clips {
		if k.terms[0].Axis == a.id && k.terms[1].Coef == 0 {
			return k, true
		}
	}
	return clip{}, false
}

// first is which points of the first axis, of n, take part at the first of the second.
func (k clip) first(n int) (lo, hi int) {
	k.terms = []loop.ClipTerm{k.terms[1], k.terms[0]}
	return k.within(0, n)
}

// within is which points of the second axis, of n, take part at point i of the first.
func (k clip) within(i, n int) (lo, hi int) {
	at, coef := k.offset+i*k.terms[0].Coef, k.terms[1].Coef
	for lo < n && (at+lo*coef < 0 || at+lo*coef >= k.size) {
		lo++
	}
	for hi = lo; hi < n && at+hi*coef >= 0 && at+hi*coef < k.size; {
		hi++
	}
	return lo, hi
}
