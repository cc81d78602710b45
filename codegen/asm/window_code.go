package asm

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"

	"github.com/nngen-go/nngen/ir/loop"
)

// taps calls body with the place of every tap, in their order.
type taps func(body func(at place))

// write writes the function for positions with all taps, inner of them along
// the second axis, or for positions along the last axis with so many rows and
// columns of taps.
func (p *pool) write(all bool, inner int) (Stub, error) {
	axes := []loop.Axis{{N: p.along[0].N}}
	used := 1
	s := Stub{Name: p.request.Name}
	if p.lane > 0 {
		s.Name += "Rest"
	}
	what := fmt.Sprintf("count positions of %d channels", p.channels)
	switch {
	case !all:
		s.Name += "Border"
		what += ", with rows x columns taps inside the image"
	case p.spans(all, inner):
		used = 2
		axes = append(axes, loop.Axis{N: inner})
		what = fmt.Sprintf("count rows of %d positions of %d channels", inner, p.channels)
	}
	s.Name += p.level.String()
	s.Doc = p.verb() + " " + what
	if used == 2 {
		s.Bytes, s.MulAdds = p.limits(p.rowsOfCall(inner), inner)
	} else {
		s.Bytes, s.MulAdds = p.limits(1, p.positionsOfCall())
	}

	l := &streams{request: p.request}
	for _, t := range p.tensors {
		l.list = append(l.list, &stream{Operand: t.Operand, access: loop.Access{Buf: t.Buf, Strides: t.steps[len(t.steps)-used:]}, name: t.name, held: none})
	}
	s.Params = l.params()
	if !all {
		s.Params = append(s.Params, Param{"rows", "int"}, Param{"columns", "int"})
	}
	s.Params = append(s.Params, Param{"count", "int"})

	c := p.function(p.level, s)
	l.load(c)
	for i, x := range l.list {
		p.tensors[i].ptr = x.ptr
	}
	tail, whole := mask{}, 1
	if rest := p.channels % p.level.Lanes(); rest > 0 {
		tail = c.lanes(rest)
	}
	if !all {
		whole = 0
	}
	l.walk(c, axes, 0, c.pointer("count"), func() {
		c.runs(p.channels, 1, whole, tail, func(at place, k mask) {
			list := p.allTaps(at)
			if !all {
				list = p.someTaps(c, at)
			}
			p.position(c, at, k, list, all)
		})
	})
	return s, c.end()
}

func (p *pool) verb() string {
	switch {
	case p.gradient && p.window.Reduce == loop.Max:
		return "gives gradients to the first maximum of the windows of"
	case p.gradient:
		return "spreads gradients over the windows of"
	case p.window.Reduce == loop.Max:
		return "finds the largest in the windows of"
	}
	return "averages the windows of"
}

// allTaps has every tap written out.
func (p *pool) allTaps(at place) taps {
	return func(body func(at place)) {
		for i := range p.along[0].taps {
			from := place{at.index, at.disp + i*p.along[0].tapStep}
			if len(p.along) == 1 {
				body(from)
				continue
			}
			for j := range p.along[1].taps {
				body(place{at.index, from.disp + j*p.along[1].tapStep})
			}
		}
	}
}

// someTaps loops over the parameters rows and columns.
func (p *pool) someTaps(c *code, at place) taps {
	return func(body func(at place)) {
		row, offset, columns := c.GP64(), c.GP64(), c.GP64()
		c.XORQ(row, row)
		if at.index != nil {
			c.MOVQ(at.index, row)
		}
		c.until(c.pointer("rows"), func() {
			c.MOVQ(row, offset)
			c.Load(c.Param("columns"), columns)
			c.until(columns, func() {
				body(place{offset, at.disp})
				c.ADDQ(operand.I32(int32(p.along[len(p.along)-1].tapStep)), offset)
			})
			c.ADDQ(operand.I32(int32(p.along[0].tapStep)), row)
		})
	}
}

// position computes one vector of channels of one position.
func (p *pool) position(c *code, at place, k mask, list taps, all bool) {
	switch {
	case p.gradient && p.window.Reduce == loop.Max:
		p.firstMaximum(c, at, k, list, all)
	case p.gradient:
		v := c.alloc()
		c.load(v, p.out.at(at), k)
		p.divide(c, v, all)
		list(func(tap place) {
			if p.assign {
				c.store(p.grad.at(tap), v, k)
				return
			}
			c.group("tap", func() {
				t := c.alloc()
				c.load(t, p.grad.at(tap), k)
				c.put(addition, t, t, register(v))
				c.store(p.grad.at(tap), t, k)
				c.release(t)
			})
		})
		c.release(v)
	default:
		v := c.alloc()
		c.zero(v)
		if p.window.Reduce == loop.Max {
			c.set(v, number(math.Inf(-1)))
		}
		list(func(tap place) { c.group("tap", func() { p.reach(c, v, tap, k) }) })
		p.divide(c, v, all)
		c.store(p.out.at(at), v, k)
		c.release(v)
	}
}

// reach adds a tap to the sum or the maximum of a position.
func (p *pool) reach(c *code, v vec, tap place, k mask) {
	x := c.alloc()
	c.load(x, p.in.at(tap), k)
	if p.window.Reduce == loop.Max {
		// The first of equals; NaN stays, since what it is compared with
		// is the second source, and comes in by itself.
		c.put(larger, v, x, register(v))
		m := c.compare(unordered, register(x), register(x))
		c.merge(v, m, register(x))
		c.forget(m)
	} else {
		c.put(addition, v, v, register(x))
	}
	c.release(x)
}

// merge writes dst = m ? x : dst.
func (c *code) merge(dst vec, m compared, x source) {
	if c.level == AVX512 && !x.constant {
		c.VMOVAPS(c.full(x.reg), m.k, c.full(dst))
		return
	}
	c.pick(dst, m, x, register(dst))
}

// firstMaximum finds the tap that the maximum came from, as the forward kernel
// does: one that is larger than all before it, or the first NaN. It takes the
// gradient.
func (p *pool) firstMaximum(c *code, at place, k mask, list taps, all bool) {
	top, from, one := c.alloc(), c.alloc(), none
	c.set(top, number(math.Inf(-1)))
	c.zero(from)
	// Taps are numbered from 0, at run time where they are looped over.
	count, order := none, 0
	if !all {
		one, count = c.alloc(), c.alloc()
		c.set(one, bitsOf(1))
		c.zero(count)
	}
	tap := func() source {
		if all {
			return bitsOf(uint32(order))
		}
		return register(count)
	}
	next := func() {
		order++
		if !all {
			c.VPADDD(c.full(one), c.full(count), c.full(count))
		}
	}
	list(func(at place) {
		c.group("tap", func() {
			x := c.alloc()
			c.load(x, p.in.at(at), k)
			m := c.takesOver(x, top)
			c.merge(top, m, register(x))
			if !all || order > 0 {
				c.merge(from, m, tap())
			}
			c.forget(m)
			c.release(x)
		})
		next()
	})
	d := top
	c.load(d, p.out.at(at), k)
	order = 0
	if !all {
		c.zero(count)
	}
	list(func(at place) {
		c.group("gradient", func() {
			v := c.alloc()
			m := c.equalBits(from, tap())
			c.pick(v, m, register(d), number(0))
			c.forget(m)
			if !p.assign {
				t := c.alloc()
				c.load(t, p.grad.at(at), k)
				c.put(addition, v, t, register(v))
				c.release(t)
			}
			c.store(p.grad.at(at), v, k)
			c.release(v)
		})
		next()
	})
	c.release(top, from)
	if !all {
		c.release(one, count)
	}
}

// takesOver is x > top, or x is NaN and top is not.
func (c *code) takesOver(x, top vec) compared {
	const ordered, notLessOrEqual = 7, 22
	m := c.compare(ordered, register(top), register(top))
	if c.level == AVX512 {
		c.VCMPPS(operand.U8(notLessOrEqual), c.full(top), c.full(x), m.k, m.k)
		return m
	}
	other := c.compare(notLessOrEqual, register(x), register(top))
	c.put(conjunction, m.v, m.v, register(other.v))
	c.forget(other)
	return m
}

// equalBits compares 32-bit integers.
func (c *code) equalBits(a vec, b source) compared {
	if c.level == AVX512 {
		m := compared{k: c.opmask()}
		if b.constant {
			c.VPCMPEQD_BCST(c.unit.word(b.word), c.full(a), m.k)
		} else {
			c.VPCMPEQD(c.full(b.reg), c.full(a), m.k)
		}
		return m
	}
	m := compared{v: c.alloc()}
	if b.constant {
		c.set(m.v, b)
		b = register(m.v)
	}
	c.VPCMPEQD(c.full(b.reg), c.full(a), c.full(m.v))
	return m
}

// divide divides by the number of taps.
func (p *pool) divide(c *code, v vec, all bool) {
	if !p.window.Mean {
		return
	}
	if all {
		n := 1
		for _, a := range p.along {
			n *= a.taps
		}
		c.put(division, v, v, number(float64(n)))
		return
	}
	n := c.pointer("rows")
	c.IMULQ(c.pointer("columns"), n)
	t := c.alloc()
	c.zero(t)
	c.VCVTSI2SSQ(n, c.quarter(t), c.quarter(t))
	c.VBROADCASTSS(c.quarter(t), c.full(t))
	c.put(division, v, v, register(t))
	c.release(t)
}
