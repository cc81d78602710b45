package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// merge makes one nest of neighbours that walk the same rows for the same layer
// and hand each other nothing but the current row: a softmax becomes one loop
// with a statement each for maximum, exponential, sum and quotient. A number
// per row that only such a nest uses becomes a local variable.
func merge(u *unit) error {
	m := merger{header: u.header}
	again := turns(u.plan)
	u.plan.Forward = m.steps(u.plan.Forward)
	u.plan.Backward = m.steps(u.plan.Backward)
	m.localise(u.plan)
	again()
	collect(u.plan)
	return nil
}

// merger knows the ports of the program, and with them how far an id reaches.
type merger struct {
	header *loop.Program
	// turn: the steps are those of a loop over time, where what is stored side by side
	// is stored by one kernel. Elsewhere parts of a whole come from kernels far apart.
	turn bool
}

func (m merger) steps(steps []loop.Step) []loop.Step {
	var out []loop.Step
	for _, s := range steps {
		if l, ok := s.(*loop.Loop); ok {
			l.Body = merger{m.header, true}.steps(l.Body)
		}
		// What has grown may fit what stands before it.
		for len(out) > 0 {
			both := m.runs(out[len(out)-1], s)
			if both == nil {
				break
			}
			out, s = out[:len(out)-1], both
		}
		out = append(out, s)
	}
	return out
}

// runs is one step that does a and then b, or nil.
func (m merger) runs(a, b loop.Step) loop.Step {
	ra, ok := a.(*loop.Run)
	rb, ok2 := b.(*loop.Run)
	if !ok || !ok2 || ra.Layer != rb.Layer {
		return nil
	}
	na, ok := ra.Kernel.(*loop.Nest)
	nb, ok2 := rb.Kernel.(*loop.Nest)
	if !ok || !ok2 {
		return nil
	}
	for _, outer := range [][]loop.Axis{na.Outer, nb.Outer} {
		if len(outer) == 0 || !outer[0].Rows {
			continue
		}
		x, y := reshapeNest(na, outer, nb), reshapeNest(nb, outer, na)
		if x == nil || y == nil {
			continue
		}
		// Strangers share a loop only where neither has to change for it.
		related, local := m.rowLocal(x, y)
		if local && (related || slices.Equal(na.Outer, nb.Outer)) {
			return &loop.Run{Layer: ra.Layer, Pos: ra.Pos, Kernel: &loop.Nest{Outer: outer, Body: slices.Concat(x.Body, y.Body)}}
		}
	}
	return nil
}

// reshapeNest is k with the given outer loops, the rest of its axes within its
// statements; nil where they do not come out. Axes that a statement gains are
// named as those of the same extent in like.
func reshapeNest(k *loop.Nest, outer []loop.Axis, like *loop.Nest) *loop.Nest {
	out := &loop.Nest{Outer: outer}
	for _, s := range k.Body {
		axes := k.Outer
		if s.Reduce == loop.Store {
			axes = k.Axes(s)
		}
		parts, ok := align(axes, outer)
		if !ok || s.Reduce != loop.Store && len(parts) != len(outer) {
			return nil
		}
		remap := func(a loop.Access) loop.Access {
			strides := make([]int, len(parts))
			for i, p := range parts {
				strides[i] = a.Strides[p.axis] * p.factor
			}
			a.Strides = append(strides, a.Strides[len(axes):]...)
			return a
		}
		access := func(a loop.Access) loop.Access {
			if a.Index != nil {
				index := remap(*a.Index)
				a.Index = &index
			}
			return remap(a)
		}
		c := s
		c.Dst = access(s.Dst)
		c.Srcs = nil
		for _, a := range s.Srcs {
			c.Srcs = append(c.Srcs, access(a))
		}
		if s.Reduce == loop.Store {
			c.Inner = nil
			for _, p := range parts[len(outer):] {
				if p.split {
					p.Axis.Name = nameLike(p.Axis, like)
				}
				c.Inner = append(c.Inner, p.Axis)
			}
		}
		out.Body = append(out.Body, c)
	}
	return out
}

// part is an axis, or a factor of one: a step along it is so many along the
// original.
type part struct {
	loop.Axis
	axis, factor int
	split        bool
}

// align splits axes so that they begin with outer. An axis of extent a·b is two
// of extents a and b, with strides b times its own and its own.
func align(axes, outer []loop.Axis) ([]part, bool) {
	var done []part
	rest := make([]part, len(axes))
	for i, a := range axes {
		rest[i] = part{Axis: a, axis: i, factor: 1}
	}
	for _, o := range outer {
		if len(rest) == 0 {
			return nil, false
		}
		p := rest[0]
		if p.Rows != o.Rows || p.N%o.N != 0 {
			return nil, false
		}
		q := p.N / o.N
		done = append(done, part{Axis: o, axis: p.axis, factor: p.factor * q})
		if q == 1 {
			rest = rest[1:]
			continue
		}
		rest = slices.Clone(rest)
		rest[0].N, rest[0].Rows, rest[0].split = q, false, true
	}
	return append(done, rest...), true
}

func nameLike(a loop.Axis, like *loop.Nest) string {
	for _, s := range like.Body {
		for _, b := range like.Axes(s) {
			if b.N == a.N && !b.Rows {
				return b.Name
			}
		}
	}
	return "i"
}

// rowLocal reports whether y, of the same outer loops as x, depends on x, and
// whether it does so within single turns of these only.
func (m merger) rowLocal(x, y *loop.Nest) (related, local bool) {
	for _, s := range x.Body {
		for _, t := range y.Body {
			for _, a := range m.touched(s) {
				for _, b := range m.touched(t) {
					if a.Buf != b.Buf || !a.write && !b.write || m.turn && apart(x.Outer, a, b) {
						continue
					}
					if !sameTurn(x.Outer, a, b) {
						return true, false
					}
					related = true
				}
			}
		}
	}
	return related, true
}

// reached is an access of a statement with the elements that it reaches within
// one turn of the outer loops.
type reached struct {
	loop.Access
	low, high int
	write     bool
	anywhere  bool // what it reaches is not known
}

func (m merger) touched(s loop.Stmt) []reached {
	var out []reached
	var add func(a loop.Access, write bool)
	add = func(a loop.Access, write bool) {
		r := reached{Access: a, low: a.Offset, high: a.Offset, write: write}
		outer := len(a.Strides) - len(s.Inner)
		for i, x := range s.Inner {
			far := a.Strides[outer+i] * (x.N - 1)
			r.low, r.high = r.low+min(far, 0), r.high+max(far, 0)
			r.anywhere = r.anywhere || x.Rows && a.Strides[outer+i] != 0
		}
		if a.Index != nil {
			limit := m.limit(a.Index.Buf)
			r.high += (limit - 1) * a.IndexStride
			r.anywhere = r.anywhere || limit == 0
			add(*a.Index, false)
		}
		out = append(out, r)
	}
	add(s.Dst, true)
	for _, a := range s.Srcs {
		add(a, false)
	}
	return out
}

// limit is the bound of the ids that a port holds; 0 where there is none.
func (m merger) limit(b *loop.Buffer) int {
	switch b.Class {
	case loop.Input:
		if in := m.header.Inputs[b.Port]; in.Least == 0 {
			return in.Limit
		}
	case loop.Target:
		return m.header.Targets[b.Port].Limit
	}
	return 0
}

// sameTurn reports whether two accesses touch a common element in the same turn
// of the outer loops only: their blocks move alike, and blocks do not meet.
func sameTurn(outer []loop.Axis, a, b reached) bool {
	n := len(outer)
	if a.anywhere || b.anywhere || !slices.Equal(a.Strides[:n], b.Strides[:n]) {
		return false
	}
	block := max(a.high, b.high) - min(a.low, b.low) + 1
	var order []int
	for i, x := range outer {
		if x.N > 1 || x.Rows {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return a.Strides[i] - a.Strides[j] })
	for i, x := range order {
		if a.Strides[x] < block || outer[x].Rows && i != len(order)-1 {
			return false
		}
		block = a.Strides[x] * outer[x].N
	}
	return true
}

// apart reports that two accesses touch no common element in any turns: they run
// through parts of a row that lie side by side.
func apart(outer []loop.Axis, a, b reached) bool {
	n := len(outer)
	if a.anywhere || b.anywhere || !slices.Equal(a.Strides[:n], b.Strides[:n]) {
		return false
	}
	span, row := 0, 0
	for i, x := range outer {
		switch s := a.Strides[i]; {
		case s < 0 || x.Rows && (row > 0 || x.N > 1):
			return false
		case x.Rows:
			row = s
		default:
			span += s * (x.N - 1)
		}
	}
	low, high := min(a.low, b.low), max(a.high, b.high)+span
	return (a.high+span < b.low || b.high+span < a.low) && low >= 0 && high < row
}

// localise turns arena buffers with one element per turn of a nest, which
// nothing outside the nest touches, into local variables.
func (m merger) localise(p *loop.Plan) {
	users := map[*loop.Buffer]int{}
	runs, _ := p.Flat()
	for _, r := range runs {
		seen := map[*loop.Buffer]bool{}
		for _, a := range slices.Concat(r.Kernel.Reads(), r.Kernel.Writes()) {
			if !seen[a.Buf] {
				seen[a.Buf] = true
				users[a.Buf]++
			}
		}
	}
	for _, b := range p.Results() {
		users[b]++
	}
	for _, r := range runs {
		nest, ok := r.Kernel.(*loop.Nest)
		if !ok || len(nest.Outer) == 0 || !nest.Outer[0].Rows {
			continue
		}
		for _, s := range nest.Body {
			if b := s.Dst.Buf; b.Class == loop.Arena && users[b] == 1 && m.perTurn(nest, b) {
				makeLocal(nest, b)
			}
		}
	}
}

// numbered is a nest and the number of its step, as spans count.
type numbered struct {
	*loop.Nest
	step int
}

// nests lists the nests of a plan that are no part of a loop over time.
func nests(p *loop.Plan) []numbered {
	var out []numbered
	for i, s := range slices.Concat(p.Forward, p.Backward) {
		if r, ok := s.(*loop.Run); ok {
			if n, ok := r.Kernel.(*loop.Nest); ok {
				out = append(out, numbered{n, i})
			}
		}
	}
	return out
}

// perTurn reports whether each turn of the nest has one element of b to itself.
func (m merger) perTurn(nest *loop.Nest, b *loop.Buffer) bool {
	if b.Len(1) != loop.Points(nest.Outer, 1) || b.Len(2) != loop.Points(nest.Outer, 2) {
		return false
	}
	var first *reached
	for _, s := range nest.Body {
		for _, a := range m.touched(s) {
			switch {
			case a.Buf != b:
			case a.anywhere || a.Index != nil || a.low != a.high || a.write && s.Accumulate:
				return false
			case first == nil:
				first = &a
			}
			if a.Buf == b && !sameTurn(nest.Outer, *first, a) {
				return false
			}
		}
	}
	return true
}

func makeLocal(nest *loop.Nest, b *loop.Buffer) {
	b.Class, b.Rows, b.Shape = loop.Local, false, nil
	local := func(a *loop.Access) {
		for ; a != nil; a = a.Index {
			if a.Buf == b {
				a.Offset, a.Strides = 0, make([]int, len(a.Strides))
			}
		}
	}
	for i := range nest.Body {
		local(&nest.Body[i].Dst)
		for j := range nest.Body[i].Srcs {
			local(&nest.Body[i].Srcs[j])
		}
	}
}
