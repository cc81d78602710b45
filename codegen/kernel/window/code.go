package window

import (
	"fmt"
	"math"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/ir/loop"
)

// taps calls body with the place of every tap, in their order.
type taps func(body func(at amd64.Place))

// write writes the function for positions with all taps, inner of them along
// the second axis, or for positions along the last axis with so many rows and
// columns of taps.
func (p *pool) write(all bool, inner int) (amd64.Stub, error) {
	axes := []loop.Axis{{N: p.rows().N}}
	used := 1
	s := amd64.Stub{Name: p.request.Name}
	if p.lane > 0 {
		s.Name += "Rest"
	}
	what := fmt.Sprintf("count positions of %d channels", p.channels)
	switch {
	case !all:
		s.Name += "Border"
		what += ", with rows x columns taps inside the image"
		if len(p.along) > 2 {
			what = fmt.Sprintf("count positions of %d channels, with planes x rows x columns taps inside the volume", p.channels)
		}
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

	l := &driver.Streams{Request: p.request}
	for _, t := range p.tensors {
		l.List = append(l.List, &driver.Stream{Operand: t.Operand, Access: loop.Access{Buf: t.Buf, Strides: t.steps[len(t.steps)-used:]}, Param: t.Param, Held: amd64.None})
	}
	s.Params = l.Params()
	if !all && len(p.along) > 2 {
		s.Params = append(s.Params, amd64.Param{Name: "planes", Type: "int"})
	}
	if !all {
		s.Params = append(s.Params, amd64.Param{Name: "rows", Type: "int"}, amd64.Param{Name: "columns", Type: "int"})
	}
	s.Params = append(s.Params, amd64.Param{Name: "count", Type: "int"})

	c := p.Function(p.level, s)
	l.Load(c)
	for i, x := range l.List {
		p.tensors[i].Base = x.Base
	}
	tail, whole := amd64.Mask{}, 1
	if rest := p.channels % p.level.Lanes(); rest > 0 {
		tail = c.FirstLanes(rest)
	}
	if !all {
		whole = 0
	}
	l.Walk(c, axes, 0, c.Pointer("count"), func() {
		c.Runs(p.channels, 1, whole, tail, func(at amd64.Place, k amd64.Mask) {
			list := p.allTaps(at)
			if !all {
				list = p.someTaps(c, at)
			}
			p.position(c, at, k, list, all)
		})
	})
	return s, c.End()
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
func (p *pool) allTaps(at amd64.Place) taps {
	return func(body func(at amd64.Place)) {
		var from func(axis, disp int)
		from = func(axis, disp int) {
			if axis == len(p.along) {
				body(amd64.Place{Index: at.Index, Disp: disp})
				return
			}
			for i := range p.along[axis].taps {
				from(axis+1, disp+i*p.along[axis].tapStep)
			}
		}
		from(0, at.Disp)
	}
}

// someTaps loops over the parameters planes, rows and columns.
func (p *pool) someTaps(c *amd64.Code, at amd64.Place) taps {
	return func(body func(at amd64.Place)) {
		row, offset, columns := c.GP64(), c.GP64(), c.GP64()
		rows := func(count amd64.GP) {
			c.Until(count, func() {
				c.MOVQ(row, offset)
				c.Load(c.Param("columns"), columns)
				c.Until(columns, func() {
					body(amd64.Place{Index: offset, Disp: at.Disp})
					c.ADDQ(amd64.I32(int32(p.along[len(p.along)-1].tapStep)), offset)
				})
				c.ADDQ(amd64.I32(int32(p.rows().tapStep)), row)
			})
		}
		begin := func(r amd64.GP) {
			c.XORQ(r, r)
			if at.Index != nil {
				c.MOVQ(at.Index, r)
			}
		}
		if len(p.along) < 3 {
			begin(row)
			rows(c.Pointer("rows"))
			return
		}
		plane, count := c.GP64(), c.GP64()
		begin(plane)
		c.Until(c.Pointer("planes"), func() {
			c.MOVQ(plane, row)
			c.Load(c.Param("rows"), count)
			rows(count)
			c.ADDQ(amd64.I32(int32(p.along[0].tapStep)), plane)
		})
	}
}

// position computes one vector of channels of one position.
func (p *pool) position(c *amd64.Code, at amd64.Place, k amd64.Mask, list taps, all bool) {
	switch {
	case p.gradient && p.window.Reduce == loop.Max:
		p.firstMaximum(c, at, k, list, all)
	case p.gradient:
		v := c.Alloc()
		c.LoadLanes(v, p.out.At(at), k)
		p.divide(c, v, all)
		list(func(tap amd64.Place) {
			if p.assign {
				c.StoreLanes(p.grad.At(tap), v, k)
				return
			}
			c.Group("tap", func() {
				t := c.Alloc()
				c.LoadLanes(t, p.grad.At(tap), k)
				c.Put(amd64.Addition, t, t, amd64.Register(v))
				c.StoreLanes(p.grad.At(tap), t, k)
				c.Release(t)
			})
		})
		c.Release(v)
	default:
		v := c.Alloc()
		c.Zero(v)
		if p.window.Reduce == loop.Max {
			c.Set(v, amd64.Number(math.Inf(-1)))
		}
		list(func(tap amd64.Place) { c.Group("tap", func() { p.reach(c, v, tap, k) }) })
		p.divide(c, v, all)
		c.StoreLanes(p.out.At(at), v, k)
		c.Release(v)
	}
}

// reach adds a tap to the sum or the maximum of a position.
func (p *pool) reach(c *amd64.Code, v amd64.Vec, tap amd64.Place, k amd64.Mask) {
	x := c.Alloc()
	c.LoadLanes(x, p.in.At(tap), k)
	if p.window.Reduce == loop.Max {
		// The first of equals; NaN stays, since what it is compared with
		// is the second source, and comes in by itself.
		c.Put(amd64.Larger, v, x, amd64.Register(v))
		m := c.Compare(amd64.Unordered, amd64.Register(x), amd64.Register(x))
		merge(c, v, m, amd64.Register(x))
		c.Forget(m)
	} else {
		c.Put(amd64.Addition, v, v, amd64.Register(x))
	}
	c.Release(x)
}

// merge writes dst = m ? x : dst.
func merge(c *amd64.Code, dst amd64.Vec, m amd64.Compared, x amd64.Source) {
	if c.Level == amd64.AVX512 && !x.Constant {
		c.VMOVAPS(c.Full(x.Reg), m.K, c.Full(dst))
		return
	}
	c.Pick(dst, m, x, amd64.Register(dst))
}

// firstMaximum finds the tap that the maximum came from, as the forward kernel
// does: one that is larger than all before it, or the first NaN. It takes the
// gradient.
func (p *pool) firstMaximum(c *amd64.Code, at amd64.Place, k amd64.Mask, list taps, all bool) {
	top, from, one := c.Alloc(), c.Alloc(), amd64.None
	c.Set(top, amd64.Number(math.Inf(-1)))
	c.Zero(from)
	// Taps are numbered from 0, at run time where they are looped over.
	count, order := amd64.None, 0
	if !all {
		one, count = c.Alloc(), c.Alloc()
		c.Set(one, amd64.Bits(1))
		c.Zero(count)
	}
	tap := func() amd64.Source {
		if all {
			return amd64.Bits(uint32(order))
		}
		return amd64.Register(count)
	}
	next := func() {
		order++
		if !all {
			c.VPADDD(c.Full(one), c.Full(count), c.Full(count))
		}
	}
	list(func(at amd64.Place) {
		c.Group("tap", func() {
			x := c.Alloc()
			c.LoadLanes(x, p.in.At(at), k)
			m := takesOver(c, x, top)
			merge(c, top, m, amd64.Register(x))
			if !all || order > 0 {
				merge(c, from, m, tap())
			}
			c.Forget(m)
			c.Release(x)
		})
		next()
	})
	d := top
	c.LoadLanes(d, p.out.At(at), k)
	order = 0
	if !all {
		c.Zero(count)
	}
	list(func(at amd64.Place) {
		c.Group("gradient", func() {
			v := c.Alloc()
			m := equalBits(c, from, tap())
			c.Pick(v, m, amd64.Register(d), amd64.Number(0))
			c.Forget(m)
			if !p.assign {
				t := c.Alloc()
				c.LoadLanes(t, p.grad.At(at), k)
				c.Put(amd64.Addition, v, t, amd64.Register(v))
				c.Release(t)
			}
			c.StoreLanes(p.grad.At(at), v, k)
			c.Release(v)
		})
		next()
	})
	c.Release(top, from)
	if !all {
		c.Release(one, count)
	}
}

// takesOver is x > top, or x is NaN and top is not.
func takesOver(c *amd64.Code, x, top amd64.Vec) amd64.Compared {
	const ordered, notLessOrEqual = 7, 22
	m := c.Compare(ordered, amd64.Register(top), amd64.Register(top))
	if c.Level == amd64.AVX512 {
		c.VCMPPS(amd64.U8(notLessOrEqual), c.Full(top), c.Full(x), m.K, m.K)
		return m
	}
	other := c.Compare(notLessOrEqual, amd64.Register(x), amd64.Register(top))
	c.Put(amd64.Conjunction, m.V, m.V, amd64.Register(other.V))
	c.Forget(other)
	return m
}

// equalBits compares 32-bit integers.
func equalBits(c *amd64.Code, a amd64.Vec, b amd64.Source) amd64.Compared {
	if c.Level == amd64.AVX512 {
		m := amd64.Compared{K: c.Opmask()}
		if b.Constant {
			c.VPCMPEQD_BCST(c.Unit.Word(b.Word), c.Full(a), m.K)
		} else {
			c.VPCMPEQD(c.Full(b.Reg), c.Full(a), m.K)
		}
		return m
	}
	m := amd64.Compared{V: c.Alloc()}
	if b.Constant {
		c.Set(m.V, b)
		b = amd64.Register(m.V)
	}
	c.VPCMPEQD(c.Full(b.Reg), c.Full(a), c.Full(m.V))
	return m
}

// divide divides by the number of taps.
func (p *pool) divide(c *amd64.Code, v amd64.Vec, all bool) {
	if !p.window.Mean {
		return
	}
	if all {
		n := 1
		for _, a := range p.along {
			n *= a.taps
		}
		c.Put(amd64.Division, v, v, amd64.Number(float64(n)))
		return
	}
	n := c.Pointer("rows")
	c.IMULQ(c.Pointer("columns"), n)
	if len(p.along) > 2 {
		c.IMULQ(c.Pointer("planes"), n)
	}
	t := c.Alloc()
	c.Zero(t)
	c.VCVTSI2SSQ(n, c.Quarter(t), c.Quarter(t))
	c.VBROADCASTSS(c.Quarter(t), c.Full(t))
	c.Put(amd64.Division, v, v, amd64.Register(t))
	c.Release(t)
}
