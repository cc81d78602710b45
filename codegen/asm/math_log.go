package asm

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// logTail are the coefficients of P in log(1+f) = f + f²·P(f) for f from -1/4
// to 1/2: testdata/minimax.py.
var logTail = []float64{-0.5, 0.333334625, -0.250001937, 0.199901357, -0.166419744, 0.144901395, -0.13220574, 0.104231782, -0.0434037261}

// log is the natural logarithm.
func (c *code) log(dst, x vec) {
	e, m := c.split(x)
	c.put(subtraction, m, m, number(1))
	c.logarithm(dst, e, m)
	c.release(e, m)
}

// log1p is log(1+x), accurate near 0. What 1+x loses by rounding is added back
// to the mantissa: T. Dekker's two-sum (1971), at the scale of the mantissa.
func (c *code) log1p(dst, x vec) {
	u, lost := c.alloc(), c.alloc()
	c.put(addition, u, x, number(1))
	c.put(subtraction, lost, u, number(1))
	c.put(subtraction, lost, x, register(lost))
	e, m := c.split(u)
	c.put(subtraction, m, m, number(1))
	// lost·2⁻ᵉ, except where 1+x is 0 or infinite and lost is neither.
	t := c.alloc()
	if c.level == AVX512 {
		c.put(exclusive, t, e, bitsOf(signBit))
		c.VSCALEFPS(c.full(t), c.full(lost), c.full(t))
		k := c.opmask()
		zerosAndInfinities := operand.U8(0x1E)
		if c.lowHalf {
			c.VFPCLASSPSY(zerosAndInfinities, c.full(u), k)
		} else {
			c.VFPCLASSPSZ(zerosAndInfinities, c.full(u), k)
		}
		c.KNOTW(k, k)
		c.VADDPS(c.full(t), c.full(m), k, c.full(m))
		c.masks--
	} else {
		c.VCVTPS2DQ(c.full(e), c.full(t))
		bound := c.alloc()
		c.set(bound, bitsOf(100)) // nothing is lost that far up
		c.VPMINSD(c.full(bound), c.full(t), c.full(t))
		c.set(bound, bitsOf(127))
		c.VPSUBD(c.full(t), c.full(bound), c.full(t))
		c.VPSLLD(operand.U8(23), c.full(t), c.full(t))
		c.put(multiplication, t, t, register(lost))
		c.set(bound, number(math.Inf(1)))
		c.put(conjunction, bound, bound, register(e))
		m2 := c.compare(predicates["ne"], register(bound), number(math.Inf(1)))
		c.put(conjunction, t, t, register(m2.v))
		c.forget(m2)
		c.put(addition, m, m, register(t))
		c.release(bound)
	}
	c.release(t, u, lost)
	c.logarithm(dst, e, m)
	c.copySign(dst, x) // of zero
	c.release(e, m)
}

// logarithm is e·ln2 + log(1+f).
func (c *code) logarithm(dst, e, f vec) {
	p := c.polynomial(f, logTail...)
	c.put(multiplication, dst, f, register(f))
	c.put(multiplication, dst, dst, register(p))
	c.addProduct(dst, e, number(ln2Low))
	c.put(addition, dst, dst, register(f))
	c.addProduct(dst, e, number(ln2High))
	c.release(p)
}

// split writes x as m·2ᵉ with m in [3/4, 3/2). For zero, e is -Inf; for +Inf it
// is +Inf, and m finite; where x is negative or NaN, one of them is NaN.
func (c *code) split(x vec) (e, m vec) {
	e, m = c.alloc(), c.alloc()
	if c.level == AVX512 {
		c.VGETEXPPS(c.full(x), c.full(e))
		c.VGETMANTPS(operand.U8(0b1011), c.full(x), c.full(m)) // [3/4, 3/2), negative numbers are NaN
		k := c.compare(predicates["lt"], register(m), number(1))
		c.VADDPS_BCST(c.unit.number(1), c.full(e), k.k, c.full(e)) // what was above 3/2 has been halved
		c.forget(k)
		return e, m
	}
	// Denormal numbers are made normal, 23 binary places up.
	t := c.alloc()
	c.put(multiplication, t, x, number(1<<23))
	low := c.compare(predicates["lt"], register(x), number(0x1p-126))
	c.pick(m, low, register(t), register(x))
	c.set(t, number(23))
	c.put(conjunction, low.v, low.v, register(t))
	// The exponent of 4/3·m, rounded down.
	c.set(t, number(0.75))
	c.VPSUBD(c.full(t), c.full(m), c.full(e))
	c.VPSRAD(operand.U8(23), c.full(e), c.full(e))
	c.VPSLLD(operand.U8(23), c.full(e), c.full(t))
	c.VPSUBD(c.full(t), c.full(m), c.full(m))
	c.VCVTDQ2PS(c.full(e), c.full(e))
	c.put(subtraction, e, e, register(low.v))
	c.forget(low)
	c.release(t)
	c.choose(e, predicates["eq"], register(x), number(0), number(math.Inf(-1)), register(e))
	k := c.compare(opposite(predicates["lt"]), register(x), number(math.Inf(1))) // +Inf and NaN
	c.pick(e, k, register(x), register(e))
	c.pick(m, k, number(1), register(m))
	c.forget(k)
	k = c.compare(predicates["lt"], register(x), number(0))
	c.put(disjunction, m, m, register(k.v))
	c.forget(k)
	return e, m
}
