package asm

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// log2Terms are the coefficients of R in log2(m) = s·R(s²), s = (m-1)/(m+1), for
// m in [3/4, 3/2], and exp2Terms those of 2^r for |r| ≤ 1/2: testdata/minimax.py.
var (
	log2Terms = []float64{2.885390081777417, 0.96179669483610486, 0.57707775324050736, 0.41222635338081393, 0.31927946265418738, 0.29089134451905424}
	exp2Terms = []float64{0.9999999999190673, 0.69314720670962937, 0.24022651505066792, 0.05550327215787601, 0.0096179945307905308, 0.0013400430687505731, 0.0001547801544066839}
)

// pow is x to the power y, with the special cases of math.Pow. The logarithm is
// multiplied by as much as 2⁷, so it is taken in double precision, for one half
// of the lanes after the other.
func (c *code) pow(dst vec, base, exponent source) {
	x, freshX := c.inRegister(base)
	y, freshY := c.inRegister(exponent)
	size := c.alloc()
	c.put(conjunction, size, x, bitsOf(^uint32(signBit)))
	e, m := c.split(size)
	n := c.alloc()
	for _, high := range []bool{true, false} {
		c.powHalf(dst, n, e, m, y, high)
	}
	c.scale(dst, dst, n)
	c.release(e, m, n)

	// 1 to any power; the sign of x where y is odd; NaN where x is negative, but
	// not infinite, and y is no integer.
	c.choose(dst, predicates["eq"], register(size), number(1), number(1), register(dst))
	c.release(size)
	t, whole := c.alloc(), c.alloc()
	c.put(multiplication, t, y, number(0.5))
	c.round(whole, t, roundDown)
	c.choose(t, predicates["ne"], register(whole), register(t), register(x), number(0))
	c.put(conjunction, t, t, bitsOf(signBit))
	c.round(whole, y, roundDown)
	c.choose(t, predicates["eq"], register(whole), register(y), register(t), number(0))
	c.put(disjunction, dst, dst, register(t))
	c.choose(t, predicates["lt"], register(x), number(0), number(math.NaN()), register(dst))
	c.choose(t, predicates["eq"], register(x), number(math.Inf(-1)), register(dst), register(t))
	c.choose(dst, predicates["eq"], register(whole), register(y), register(dst), register(t))
	// NaN to the power 0 is 1, as anything is. A NaN exponent has met whole ≠ y
	// only where x is negative.
	c.choose(dst, predicates["eq"], register(y), number(0), number(1), register(dst))
	c.release(t, whole)
	if freshX {
		c.release(x)
	}
	if freshY {
		c.release(y)
	}
}

// powHalf computes y·(e + log2 m) for the lower or upper half of the lanes, as
// an integer n and two to the rest. The upper half comes first.
func (c *code) powHalf(dst, n, e, m, y vec, high bool) {
	t, s, z, p := c.alloc(), c.alloc(), c.alloc(), c.alloc()
	c.widen(t, m, high)
	c.double(p, 1)
	c.VSUBPD(c.full(p), c.full(t), c.full(s))
	c.VADDPD(c.full(p), c.full(t), c.full(t))
	c.VDIVPD(c.full(t), c.full(s), c.full(s))
	c.VMULPD(c.full(s), c.full(s), c.full(z))
	c.polynomial64(p, z, log2Terms)
	c.widen(t, e, high)
	c.VFMADD231PD(c.full(p), c.full(s), c.full(t))
	c.widen(s, y, high)
	c.VMULPD(c.full(s), c.full(t), c.full(s))
	// Bounds beyond which the result is 0 or infinite; NaN stays.
	c.double(t, 160)
	c.VMINPD(c.full(s), c.full(t), c.full(s))
	c.double(t, -160)
	c.VMAXPD(c.full(s), c.full(t), c.full(s))
	if c.level == AVX512 {
		c.VRNDSCALEPD(operand.U8(roundNearest), c.full(s), c.full(z))
	} else {
		c.VROUNDPD(operand.U8(roundNearest), c.full(s), c.full(z))
	}
	c.VSUBPD(c.full(z), c.full(s), c.full(s))
	c.polynomial64(p, s, exp2Terms)
	c.narrow(dst, p, t, high)
	c.narrow(n, z, t, high)
	c.release(t, s, z, p)
}

// polynomial64 is Σ coefficients[i]·x^i in double precision.
func (c *code) polynomial64(p, x vec, coefficients []float64) {
	t := c.alloc()
	last := len(coefficients) - 1
	c.double(p, coefficients[last])
	for i := last - 1; i >= 0; i-- {
		c.double(t, coefficients[i])
		c.VFMADD213PD(c.full(t), c.full(x), c.full(p))
	}
	c.release(t)
}

// double spreads a float64 over the lanes.
func (c *code) double(v vec, x float64) { c.VBROADCASTSD(c.unit.double(x), c.full(v)) }

// widen converts one half of the lanes to float64.
func (c *code) widen(dst, v vec, high bool) {
	from := c.narrower(v)
	if high {
		from = c.narrower(dst)
		if c.level == AVX512 {
			c.VEXTRACTF32X8(operand.U8(1), c.full(v), from)
		} else {
			c.VEXTRACTF128(operand.U8(1), c.full(v), from)
		}
	}
	c.VCVTPS2PD(from, c.full(dst))
}

// narrow converts float64s into one half of the lanes, the upper one first.
func (c *code) narrow(dst, v, scratch vec, high bool) {
	if c.level == AVX512 {
		c.VCVTPD2PS(c.full(v), c.half(scratch))
	} else {
		c.VCVTPD2PSY(c.full(v), c.quarter(scratch))
	}
	place := operand.U8(0)
	if high {
		place = 1
	}
	if c.level == AVX512 {
		c.VINSERTF32X8(place, c.half(scratch), c.full(dst), c.full(dst))
	} else {
		c.VINSERTF128(place, c.quarter(scratch), c.full(dst), c.full(dst))
	}
}

// narrower is the lower half of a register.
func (c *registers) narrower(v vec) reg.VecPhysical {
	if c.level == AVX512 {
		return c.half(v)
	}
	return c.quarter(v)
}
