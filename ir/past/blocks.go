package past

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// Blocks cuts what a plan computes of matrices of queries and keys, where a query counts
// only keys up to its own step. A loop takes loop.StepBlock queries in every turn, with
// the keys up to the last of them; a sum over queries, such as the gradient of a key, as
// many keys, with the queries from the first of them on. What is left out are sums of 0
// at the end of others, or at their beginning, and what nobody reads.
//
// Kernels that hand one another the rows of a turn share a loop, and a matrix that only
// such a loop uses has the rows of a turn. Sequences that are no whole number of blocks
// are left alone: the last block would be a part of one, and the sums over it added up
// in other parts than those of a step.
func Blocks(p *loop.Plan) {
	for _, steps := range lengths(p) {
		f := newSquares(p, steps)
		if len(f.cuts) == 0 {
			continue
		}
		made := map[*loop.Loop]bool{}
		p.Forward = f.loops(p.Forward, made)
		p.Backward = f.loops(p.Backward, made)
		for l := range made {
			for b, s := range f.known {
				f.local(l, b, s)
			}
		}
	}
}

// lengths are those that the sequences of a plan may have: of two blocks or more.
func lengths(p *loop.Plan) (list []int) {
	runs, _ := p.Flat()
	for _, r := range runs {
		c, ok := r.Kernel.(*loop.Contract)
		if !ok {
			continue
		}
		for _, a := range c.N {
			if n := a.N; n >= 2*loop.StepBlock && n%loop.StepBlock == 0 && !slices.Contains(list, n) {
				list = append(list, n)
			}
		}
	}
	return list
}

// turn is the kernel as a loop over blocks runs it, or nil where its buffers do not move
// as one, or it draws random numbers, which are counted from the first row of a matrix.
func (c cut) turn(k loop.Kernel, block int) loop.Kernel {
	k = loop.Copy(k)
	var axes []loop.Axis
	fixed := func(q, x *loop.Axis) { // the axis that is cut, and the one that follows the turns
		q.N, x.Turn = block, block
		if c.across {
			x.Turn = -block
		}
	}
	switch k := k.(type) {
	case *loop.Contract:
		axes = k.Axes()
		at := func(i int) *loop.Axis {
			for _, g := range [][]loop.Axis{k.B, k.M, k.N, k.K} {
				if i < len(g) {
					return &g[i]
				}
				i -= len(g)
			}
			return nil
		}
		if c.across {
			fixed(at(c.keys[0]), at(c.query))
		} else {
			fixed(at(c.query), at(c.keys[0]))
		}
	case *loop.Nest:
		c = c.apart(k)
		axes = k.Outer
		var none loop.Axis
		for i, x := range c.keys {
			switch {
			case x >= len(k.Outer):
				fixed(&k.Outer[c.query], &k.Body[i].Inner[x-len(k.Outer)])
			case x >= 0:
				fixed(&k.Outer[c.query], &k.Outer[x])
			default:
				fixed(&k.Outer[c.query], &none)
			}
		}
	}
	moves, fine := c.moves(k, axes, block)
	if !fine {
		return nil
	}
	return loop.Turned(k, moves)
}

// moves is how far the buffers of a kernel move from turn to turn.
func (c cut) moves(k loop.Kernel, axes []loop.Axis, block int) (map[*loop.Buffer]int, bool) {
	moves, fine := map[*loop.Buffer]int{}, true
	loop.EachAccess(k, func(a *loop.Access) {
		move := a.Strides[c.query] * block
		if c.across {
			move += a.Strides[c.keys[0]] * block
		}
		if was, ok := moves[a.Buf]; ok && was != move || a.Index != nil || a.Buf.Class == loop.Random && move != 0 {
			fine = false
		}
		moves[a.Buf] = move
	})
	return moves, fine
}

// apart takes the queries of a nest apart from the rows that they are one axis with.
func (c cut) apart(k *loop.Nest) cut {
	steps := 0
	for i, x := range c.keys {
		if x >= 0 {
			steps = k.Axes(k.Body[i])[x].N
		}
	}
	q := k.Outer[c.query]
	if q.N == steps && !q.Rows {
		return c
	}
	rows := q
	rows.N, rows.Max = q.N/steps, q.Max/steps
	k.Outer = slices.Replace(k.Outer, c.query, c.query+1, rows, loop.Axis{Name: "t", N: steps})
	loop.EachAccess(k, func(a *loop.Access) {
		a.Strides = slices.Insert(a.Strides, c.query, a.Strides[c.query]*steps)
	})
	c.keys = slices.Clone(c.keys)
	for i, x := range c.keys {
		if x > c.query {
			c.keys[i]++
		}
	}
	c.query++
	return c
}

// loops puts kernels that can be cut into loops, one that an earlier loop leads to into
// that loop.
func (f *squares) loops(steps []loop.Step, made map[*loop.Loop]bool) (out []loop.Step) {
	for _, s := range steps {
		r, ok := s.(*loop.Run)
		c, cut := f.cuts[r]
		if !ok || !cut {
			out = append(out, s)
			continue
		}
		turned := *r
		turned.Kernel = c.turn(r.Kernel, loop.StepBlock)
		if l := f.before(out, r, turned.Kernel, c, made); l != nil {
			l.Body = append(l.Body, &turned)
			continue
		}
		l := &loop.Loop{Axis: loop.Axis{Name: "t", N: f.steps / loop.StepBlock}, Body: []loop.Step{&turned}}
		made[l] = !c.across
		out = append(out, l)
	}
	return out
}

// before is the last loop over blocks of queries, of the same layer, into which a kernel
// may go: what comes after that loop is neither read nor written by it, nor does it
// write what is read there.
func (f *squares) before(out []loop.Step, r *loop.Run, turned loop.Kernel, c cut, made map[*loop.Loop]bool) *loop.Loop {
	if c.across {
		return nil
	}
	for _, s := range slices.Backward(out) {
		if l, ok := s.(*loop.Loop); ok && made[l] && l.Axis.N == f.steps/loop.StepBlock {
			if l.Body[0].(*loop.Run).Layer == r.Layer && handed(l, turned) {
				return l
			}
			return nil
		}
		if meets(s, r.Kernel) {
			return nil
		}
	}
	return nil
}

// meets reports that a step and a kernel touch what one of them writes.
func meets(s loop.Step, k loop.Kernel) bool {
	runs, _ := (&loop.Plan{Forward: []loop.Step{s}}).Flat()
	touches := func(list []loop.Access, w loop.Access) bool {
		return slices.ContainsFunc(list, func(a loop.Access) bool { return a.Buf == w.Buf })
	}
	for _, r := range runs {
		for _, w := range k.Writes() {
			if touches(slices.Concat(r.Kernel.Reads(), r.Kernel.Writes()), w) {
				return true
			}
		}
		for _, w := range r.Kernel.Writes() {
			if touches(k.Reads(), w) {
				return true
			}
		}
	}
	return false
}

// handed reports that of what a loop writes a kernel reads and writes the rows of the
// turn alone.
func handed(l *loop.Loop, k loop.Kernel) bool {
	moves := map[*loop.Buffer]int{}
	written := map[*loop.Buffer]bool{}
	for _, s := range l.Body {
		body := s.(*loop.Run).Kernel
		loop.EachAccess(body, func(a *loop.Access) { moves[a.Buf] = a.Strides[0] })
		for _, w := range body.Writes() {
			written[w.Buf] = true
		}
	}
	for _, w := range k.Writes() {
		written[w.Buf] = true
	}
	fine := true
	loop.EachAccess(k, func(a *loop.Access) {
		if m, met := moves[a.Buf]; met && (m != a.Strides[0] || written[a.Buf] && m == 0 && a.Buf.Class != loop.Local) {
			fine = false
		}
	})
	return fine
}

// local leaves a matrix that a loop alone uses the rows of a turn.
func (f *squares) local(l *loop.Loop, b *loop.Buffer, s square) {
	dim, after := -1, 1
	for i, n := range slices.Backward(b.Shape) {
		if n == f.steps && after == s.row {
			dim = i
		}
		after *= n
	}
	if dim < 0 || !f.may(b) || !l.Writes(b) {
		return
	}
	runs, _ := f.plan.Flat()
	inside, _ := (&loop.Plan{Forward: l.Body}).Flat()
	fits := true
	each := func(do func(a *loop.Access)) {
		for _, r := range runs {
			loop.EachAccess(r.Kernel, func(a *loop.Access) {
				if a.Buf == b {
					fits = fits && slices.Contains(inside, r)
					do(a)
				}
			})
		}
	}
	beyond := s.row * f.steps
	each(func(a *loop.Access) {
		for _, stride := range a.Strides[1:] {
			fits = fits && (stride < beyond || stride%beyond == 0)
		}
	})
	if !fits {
		return
	}
	each(func(a *loop.Access) {
		a.Strides[0] = 0
		for i, stride := range a.Strides[1:] {
			if stride >= beyond {
				a.Strides[i+1] = stride / f.steps * loop.StepBlock
			}
		}
	})
	b.Shape = slices.Clone(b.Shape)
	b.Shape[dim] = loop.StepBlock
}
