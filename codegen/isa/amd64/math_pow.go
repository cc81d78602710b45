package amd64

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
func pow(c *Code, dst Vec, base, exponent Source) {
	x, freshX := c.inRegister(base)
	y, freshY := c.inRegister(exponent)
	size := c.Alloc()
	c.Put(Conjunction, size, x, Bits(^uint32(signBit)))
	e, m := split(c, size)
	n := c.Alloc()
	for _, high := range []bool{true, false} {
		powHalf(c, dst, n, e, m, y, high)
	}
	scale(c, dst, dst, n)
	c.Release(e, m, n)

	// 1 to any power; the sign of x where y is odd; NaN where x is negative, but
	// not infinite, and y is no integer.
	c.choose(dst, predicates["eq"], Register(size), Number(1), Number(1), Register(dst))
	c.Release(size)
	t, whole := c.Alloc(), c.Alloc()
	c.Put(multiplication, t, y, Number(0.5))
	round(c, whole, t, roundDown)
	c.choose(t, predicates["ne"], Register(whole), Register(t), Register(x), Number(0))
	c.Put(Conjunction, t, t, Bits(signBit))
	round(c, whole, y, roundDown)
	c.choose(t, predicates["eq"], Register(whole), Register(y), Register(t), Number(0))
	c.Put(disjunction, dst, dst, Register(t))
	c.choose(t, predicates["lt"], Register(x), Number(0), Number(math.NaN()), Register(dst))
	c.choose(t, predicates["eq"], Register(x), Number(math.Inf(-1)), Register(dst), Register(t))
	c.choose(dst, predicates["eq"], Register(whole), Register(y), Register(dst), Register(t))
	// NaN to the power 0 is 1, as anything is. A NaN exponent has met whole ≠ y
	// only where x is negative.
	c.choose(dst, predicates["eq"], Register(y), Number(0), Number(1), Register(dst))
	c.Release(t, whole)
	if freshX {
		c.Release(x)
	}
	if freshY {
		c.Release(y)
	}
}

// powHalf computes y·(e + log2 m) for the lower or upper half of the lanes, as
// an integer n and two to the rest. The upper half comes first.
func powHalf(c *Code, dst, n, e, m, y Vec, high bool) {
	t, s, z, p := c.Alloc(), c.Alloc(), c.Alloc(), c.Alloc()
	Widen(c, t, m, high)
	double(c, p, 1)
	c.VSUBPD(c.Full(p), c.Full(t), c.Full(s))
	c.VADDPD(c.Full(p), c.Full(t), c.Full(t))
	c.VDIVPD(c.Full(t), c.Full(s), c.Full(s))
	c.VMULPD(c.Full(s), c.Full(s), c.Full(z))
	polynomial64(c, p, z, log2Terms)
	Widen(c, t, e, high)
	c.VFMADD231PD(c.Full(p), c.Full(s), c.Full(t))
	Widen(c, s, y, high)
	c.VMULPD(c.Full(s), c.Full(t), c.Full(s))
	// Bounds beyond which the result is 0 or infinite; NaN stays.
	double(c, t, 160)
	c.VMINPD(c.Full(s), c.Full(t), c.Full(s))
	double(c, t, -160)
	c.VMAXPD(c.Full(s), c.Full(t), c.Full(s))
	if c.Level == AVX512 {
		c.VRNDSCALEPD(operand.U8(roundNearest), c.Full(s), c.Full(z))
	} else {
		c.VROUNDPD(operand.U8(roundNearest), c.Full(s), c.Full(z))
	}
	c.VSUBPD(c.Full(z), c.Full(s), c.Full(s))
	polynomial64(c, p, s, exp2Terms)
	narrow(c, dst, p, t, high)
	narrow(c, n, z, t, high)
	c.Release(t, s, z, p)
}

// polynomial64 is Σ coefficients[i]·x^i in double precision.
func polynomial64(c *Code, p, x Vec, coefficients []float64) {
	t := c.Alloc()
	last := len(coefficients) - 1
	double(c, p, coefficients[last])
	for i := last - 1; i >= 0; i-- {
		double(c, t, coefficients[i])
		c.VFMADD213PD(c.Full(t), c.Full(x), c.Full(p))
	}
	c.Release(t)
}

// double spreads a float64 over the lanes.
func double(c *Code, v Vec, x float64) { c.VBROADCASTSD(c.Unit.double(x), c.Full(v)) }

// Widen converts one half of the lanes to float64.
func Widen(c *Code, dst, v Vec, high bool) {
	from := c.narrower(v)
	if high {
		from = c.narrower(dst)
		if c.Level == AVX512 {
			c.VEXTRACTF32X8(operand.U8(1), c.Full(v), from)
		} else {
			c.VEXTRACTF128(operand.U8(1), c.Full(v), from)
		}
	}
	c.VCVTPS2PD(from, c.Full(dst))
}

// narrow converts float64s into one half of the lanes, the upper one first.
func narrow(c *Code, dst, v, scratch Vec, high bool) {
	if c.Level == AVX512 {
		c.VCVTPD2PS(c.Full(v), c.half(scratch))
	} else {
		c.VCVTPD2PSY(c.Full(v), c.Quarter(scratch))
	}
	place := operand.U8(0)
	if high {
		place = 1
	}
	if c.Level == AVX512 {
		c.VINSERTF32X8(place, c.half(scratch), c.Full(dst), c.Full(dst))
	} else {
		c.VINSERTF128(place, c.Quarter(scratch), c.Full(dst), c.Full(dst))
	}
}

// narrower is the lower half of a register.
func (c *Registers) narrower(v Vec) reg.VecPhysical {
	if c.Level == AVX512 {
		return c.half(v)
	}
	return c.Quarter(v)
}
