package amd64

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// logTail are the coefficients of P in log(1+f) = f + f²·P(f) for f from -1/4
// to 1/2: testdata/minimax.py.
var logTail = []float64{-0.5, 0.333334625, -0.250001937, 0.199901357, -0.166419744, 0.144901395, -0.13220574, 0.104231782, -0.0434037261}

// log is the natural logarithm.
func log(c *Code, dst, x Vec) {
	e, m := split(c, x)
	c.Put(subtraction, m, m, Number(1))
	logarithm(c, dst, e, m)
	c.Release(e, m)
}

// log1p is log(1+x), accurate near 0. What 1+x loses by rounding is added back
// to the mantissa: T. Dekker's two-sum (1971), at the scale of the mantissa.
func log1p(c *Code, dst, x Vec) {
	u, lost := c.Alloc(), c.Alloc()
	c.Put(Addition, u, x, Number(1))
	c.Put(subtraction, lost, u, Number(1))
	c.Put(subtraction, lost, x, Register(lost))
	e, m := split(c, u)
	c.Put(subtraction, m, m, Number(1))
	// lost·2⁻ᵉ, except where 1+x is 0 or infinite and lost is neither.
	t := c.Alloc()
	if c.Level == AVX512 {
		c.Put(exclusive, t, e, Bits(signBit))
		c.VSCALEFPS(c.Full(t), c.Full(lost), c.Full(t))
		k := c.Opmask()
		zerosAndInfinities := operand.U8(0x1E)
		if c.LowHalf {
			c.VFPCLASSPSY(zerosAndInfinities, c.Full(u), k)
		} else {
			c.VFPCLASSPSZ(zerosAndInfinities, c.Full(u), k)
		}
		c.KNOTW(k, k)
		c.VADDPS(c.Full(t), c.Full(m), k, c.Full(m))
		c.masks--
	} else {
		c.VCVTPS2DQ(c.Full(e), c.Full(t))
		bound := c.Alloc()
		c.Set(bound, Bits(100)) // nothing is lost that far up
		c.VPMINSD(c.Full(bound), c.Full(t), c.Full(t))
		c.Set(bound, Bits(127))
		c.VPSUBD(c.Full(t), c.Full(bound), c.Full(t))
		c.VPSLLD(operand.U8(23), c.Full(t), c.Full(t))
		c.Put(multiplication, t, t, Register(lost))
		c.Set(bound, Number(math.Inf(1)))
		c.Put(Conjunction, bound, bound, Register(e))
		m2 := c.Compare(predicates["ne"], Register(bound), Number(math.Inf(1)))
		c.Put(Conjunction, t, t, Register(m2.V))
		c.Forget(m2)
		c.Put(Addition, m, m, Register(t))
		c.Release(bound)
	}
	c.Release(t, u, lost)
	logarithm(c, dst, e, m)
	copySign(c, dst, x) // of zero
	c.Release(e, m)
}

// logarithm is e·ln2 + log(1+f).
func logarithm(c *Code, dst, e, f Vec) {
	p := c.polynomial(f, logTail...)
	c.Put(multiplication, dst, f, Register(f))
	c.Put(multiplication, dst, dst, Register(p))
	c.addProduct(dst, e, Number(ln2Low))
	c.Put(Addition, dst, dst, Register(f))
	c.addProduct(dst, e, Number(ln2High))
	c.Release(p)
}

// split writes x as m·2ᵉ with m in [3/4, 3/2). For zero, e is -Inf; for +Inf it
// is +Inf, and m finite; where x is negative or NaN, one of them is NaN.
func split(c *Code, x Vec) (e, m Vec) {
	e, m = c.Alloc(), c.Alloc()
	if c.Level == AVX512 {
		c.VGETEXPPS(c.Full(x), c.Full(e))
		c.VGETMANTPS(operand.U8(0b1011), c.Full(x), c.Full(m)) // [3/4, 3/2), negative numbers are NaN
		k := c.Compare(predicates["lt"], Register(m), Number(1))
		c.VADDPS_BCST(c.Unit.number(1), c.Full(e), k.K, c.Full(e)) // what was above 3/2 has been halved
		c.Forget(k)
		return e, m
	}
	// Denormal numbers are made normal, 23 binary places up.
	t := c.Alloc()
	c.Put(multiplication, t, x, Number(1<<23))
	low := c.Compare(predicates["lt"], Register(x), Number(0x1p-126))
	c.Pick(m, low, Register(t), Register(x))
	c.Set(t, Number(23))
	c.Put(Conjunction, low.V, low.V, Register(t))
	// The exponent of 4/3·m, rounded down.
	c.Set(t, Number(0.75))
	c.VPSUBD(c.Full(t), c.Full(m), c.Full(e))
	c.VPSRAD(operand.U8(23), c.Full(e), c.Full(e))
	c.VPSLLD(operand.U8(23), c.Full(e), c.Full(t))
	c.VPSUBD(c.Full(t), c.Full(m), c.Full(m))
	c.VCVTDQ2PS(c.Full(e), c.Full(e))
	c.Put(subtraction, e, e, Register(low.V))
	c.Forget(low)
	c.Release(t)
	c.choose(e, predicates["eq"], Register(x), Number(0), Number(math.Inf(-1)), Register(e))
	k := c.Compare(opposite(predicates["lt"]), Register(x), Number(math.Inf(1))) // +Inf and NaN
	c.Pick(e, k, Register(x), Register(e))
	c.Pick(m, k, Number(1), Register(m))
	c.Forget(k)
	k = c.Compare(predicates["lt"], Register(x), Number(0))
	c.Put(disjunction, m, m, Register(k.V))
	c.Forget(k)
	return e, m
}
