package amd64

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// The functions of this and of the other files math_*.go, at both levels, are
// off by at most so many units in the last place of the result, as math_test.go
// holds them to, over numbers of all exponents. (The Go bodies compute in double
// precision and round: half a unit.)
//
//	exp      1       log      1.25    sqrt     0.5 (the instruction)
//	expm1    1.5     log1p    1.25    rsqrt    1.5 (a root, then a division, as in Go)
//	sigmoid  2.25    erf      1       floor, abs, neg, sign, max, min: exact
//	tanh     2.5     pow      1
//
// NaN gives NaN. Infinities, zeros with their sign, results that overflow, and
// denormal operands and results are as package math has them.

// expTail are the coefficients of Q in exp(r) = 1 + r + r²·Q(r) for |r| ≤ ln2/2:
// testdata/minimax.py.
var expTail = []float64{0.5, 0.16666539, 0.041666612, 0.0083670998, 0.00139176194}

// Ln2 in two parts: the first has the float32's own precision, since a product
// with it is not rounded within a fused multiply-add. The second is positive, so
// that an infinite multiple of both is no NaN.
const (
	ln2High = 0.693147122859954833984375
	ln2Low  = math.Ln2 - ln2High
)

// beyond is 1.5·2²³: adding it rounds a small number to an integer.
const beyond = 3 << 22

// exp is eˣ.
func exp(c *Code, dst, x Vec) {
	y := clamped(c, x, -104, 89)
	exponential(c, dst, y)
	c.Release(y)
}

// clamped is x within bounds beyond which the result no longer changes, in a
// new register. NaN stays.
func clamped(c *Code, x Vec, low, high float64) Vec {
	y := c.Alloc()
	t, fresh := c.inRegister(c.resident(Number(high)))
	c.Put(smaller, y, t, Register(x))
	if fresh {
		c.Release(t)
	}
	atLeast(c, y, low)
	return y
}

// atLeast is the larger of x and a bound. NaN stays.
func atLeast(c *Code, x Vec, bound float64) {
	t, fresh := c.inRegister(c.resident(Number(bound)))
	c.Put(Larger, x, t, Register(x))
	if fresh {
		c.Release(t)
	}
}

// exponential is exp of x in [-104, 89] or NaN, which is lost.
func exponential(c *Code, dst, x Vec) {
	n := reduced(c, x)
	p := c.polynomial(x, append([]float64{1, 1}, expTail...)...)
	scale(c, dst, p, n)
	c.Release(n, p)
}

// reduced takes the nearest multiple of ln2 off x, and returns which one:
// W. J. Cody and W. Waite, "Software manual for the elementary functions", 1980,
// chapter 6.
func reduced(c *Code, x Vec) (n Vec) {
	n = c.Alloc()
	c.Set(n, Number(math.Log2E))
	c.multiplyAdd(n, x, Number(beyond))
	c.Put(subtraction, n, n, Number(beyond))
	c.addProduct(x, n, Number(-ln2High))
	c.addProduct(x, n, Number(-ln2Low))
	return n
}

// scale is p·2ⁿ rounded once, for an integer n between -180 and 180.
func scale(c *Code, dst, p, n Vec) {
	if c.Level == AVX512 {
		c.VSCALEFPS(c.Full(n), c.Full(p), c.Full(dst))
		return
	}
	// In two steps, as 2ⁿ may lie outside of what a float32 holds.
	first, second := c.Alloc(), c.Alloc()
	c.VCVTPS2DQ(c.Full(n), c.Full(second))
	c.VPSRAD(operand.U8(1), c.Full(second), c.Full(first))
	c.VPSUBD(c.Full(first), c.Full(second), c.Full(second))
	powerOf2(c, first)
	c.Put(multiplication, dst, p, Register(first))
	powerOf2(c, second)
	c.Put(multiplication, dst, dst, Register(second))
	c.Release(first, second)
}

// powerOf2 turns a 32-bit integer n into the float32 2ⁿ.
func powerOf2(c *Code, n Vec) {
	bias := c.Alloc()
	c.Set(bias, Bits(127))
	c.VPADDD(c.Full(bias), c.Full(n), c.Full(n))
	c.VPSLLD(operand.U8(23), c.Full(n), c.Full(n))
	c.Release(bias)
}

// reducedExpm1 splits exp(x)-1 for x in [-30, 89], which is lost, as
// (1+p)·2ⁿ - 1, where p = exp(r)-1 for the reduced r.
func reducedExpm1(c *Code, x Vec) (p, n Vec) {
	n = reduced(c, x)
	p = c.polynomial(x, expTail...)
	s := c.Alloc()
	c.Put(multiplication, s, x, Register(x))
	c.multiplyAdd(p, s, Register(x))
	c.Release(s)
	return p, n
}

// expm1 is eˣ-1, accurate near 0. Half of it is computed and doubled: near the
// upper bound 2ⁿ alone would be infinite.
func expm1(c *Code, dst, x Vec) {
	y := clamped(c, x, -20, 89)
	p, n := reducedExpm1(c, y)
	half := y
	c.Set(dst, Number(0.5))
	scaleNormal(c, half, dst, n)
	c.Put(subtraction, dst, half, Number(0.5))
	c.addProduct(dst, p, Register(half))
	c.Put(Addition, dst, dst, Register(dst))
	copySign(c, dst, x)
	c.Release(p, n, half)
}

// scaleNormal is p·2ⁿ where 2ⁿ, or with p = 0.5 the product, is a normal number.
func scaleNormal(c *Code, dst, p, n Vec) {
	if c.Level == AVX512 {
		c.VSCALEFPS(c.Full(n), c.Full(p), c.Full(dst))
		return
	}
	// p is a power of 2: n is added to its exponent.
	t := c.Alloc()
	c.VCVTPS2DQ(c.Full(n), c.Full(t))
	c.VPSLLD(operand.U8(23), c.Full(t), c.Full(t))
	c.VPADDD(c.Full(t), c.Full(p), c.Full(dst))
	c.Release(t)
}

// copySign gives dst the sign of x.
func copySign(c *Code, dst, x Vec) {
	if c.Level == AVX512 {
		c.VPTERNLOGD_BCST(operand.U8(0xD8), c.Unit.Word(signBit), c.Full(x), c.Full(dst)) // the constant ? x : dst
		return
	}
	t := c.Alloc()
	c.Set(t, Bits(signBit))
	c.VANDNPS(c.Full(dst), c.Full(t), c.Full(dst))
	c.VANDPS(c.Full(x), c.Full(t), c.Full(t))
	c.VORPS(c.Full(t), c.Full(dst), c.Full(dst))
	c.Release(t)
}

// sigmoid is 1/(1+e⁻ˣ), or eˣ/(1+eˣ) where x is negative: the exponential of
// -|x| neither overflows nor loses small results.
func sigmoid(c *Code, dst, x Vec) {
	y := c.Alloc()
	c.Put(disjunction, y, x, Bits(signBit))
	atLeast(c, y, -104)
	exponential(c, dst, y)
	c.choose(y, predicates["lt"], Register(x), Number(0), Register(dst), Number(1))
	c.Put(Addition, dst, dst, Number(1))
	c.Put(Division, dst, y, Register(dst))
	c.Release(y)
}

// tanh is -m/(m+2), with m = exp(-2|x|)-1, and the sign of x.
func tanh(c *Code, dst, x Vec) {
	y := c.Alloc()
	c.Put(disjunction, y, x, Bits(signBit))
	c.Put(Addition, y, y, Register(y))
	atLeast(c, y, -20)
	p, n := reducedExpm1(c, y)
	power := y
	c.Set(dst, Number(1))
	scaleNormal(c, power, dst, n)
	c.Put(subtraction, dst, power, Number(1))
	c.addProduct(dst, p, Register(power))
	c.Put(Addition, power, dst, Number(2))
	c.Put(Division, dst, dst, Register(power))
	copySign(c, dst, x)
	c.Release(p, n, power)
}
