package asm

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// The functions of this and of the other files math*.go, at both levels, are
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
func (c *code) exp(dst, x vec) {
	y := c.clamped(x, -104, 89)
	c.exponential(dst, y)
	c.release(y)
}

// clamped is x within bounds beyond which the result no longer changes, in a
// new register. NaN stays.
func (c *code) clamped(x vec, low, high float64) vec {
	y := c.alloc()
	t, fresh := c.inRegister(c.resident(number(high)))
	c.put(smaller, y, t, register(x))
	if fresh {
		c.release(t)
	}
	c.atLeast(y, low)
	return y
}

// atLeast is the larger of x and a bound. NaN stays.
func (c *code) atLeast(x vec, bound float64) {
	t, fresh := c.inRegister(c.resident(number(bound)))
	c.put(larger, x, t, register(x))
	if fresh {
		c.release(t)
	}
}

// exponential is exp of x in [-104, 89] or NaN, which is lost.
func (c *code) exponential(dst, x vec) {
	n := c.reduced(x)
	p := c.polynomial(x, append([]float64{1, 1}, expTail...)...)
	c.scale(dst, p, n)
	c.release(n, p)
}

// reduced takes the nearest multiple of ln2 off x, and returns which one:
// W. J. Cody and W. Waite, "Software manual for the elementary functions", 1980,
// chapter 6.
func (c *code) reduced(x vec) (n vec) {
	n = c.alloc()
	c.set(n, number(math.Log2E))
	c.multiplyAdd(n, x, number(beyond))
	c.put(subtraction, n, n, number(beyond))
	c.addProduct(x, n, number(-ln2High))
	c.addProduct(x, n, number(-ln2Low))
	return n
}

// scale is p·2ⁿ rounded once, for an integer n between -180 and 180.
func (c *code) scale(dst, p, n vec) {
	if c.level == AVX512 {
		c.VSCALEFPS(c.full(n), c.full(p), c.full(dst))
		return
	}
	// In two steps, as 2ⁿ may lie outside of what a float32 holds.
	first, second := c.alloc(), c.alloc()
	c.VCVTPS2DQ(c.full(n), c.full(second))
	c.VPSRAD(operand.U8(1), c.full(second), c.full(first))
	c.VPSUBD(c.full(first), c.full(second), c.full(second))
	c.powerOf2(first)
	c.put(multiplication, dst, p, register(first))
	c.powerOf2(second)
	c.put(multiplication, dst, dst, register(second))
	c.release(first, second)
}

// powerOf2 turns a 32-bit integer n into the float32 2ⁿ.
func (c *code) powerOf2(n vec) {
	bias := c.alloc()
	c.set(bias, bitsOf(127))
	c.VPADDD(c.full(bias), c.full(n), c.full(n))
	c.VPSLLD(operand.U8(23), c.full(n), c.full(n))
	c.release(bias)
}

// reducedExpm1 splits exp(x)-1 for x in [-30, 89], which is lost, as
// (1+p)·2ⁿ - 1, where p = exp(r)-1 for the reduced r.
func (c *code) reducedExpm1(x vec) (p, n vec) {
	n = c.reduced(x)
	p = c.polynomial(x, expTail...)
	s := c.alloc()
	c.put(multiplication, s, x, register(x))
	c.multiplyAdd(p, s, register(x))
	c.release(s)
	return p, n
}

// expm1 is eˣ-1, accurate near 0. Half of it is computed and doubled: near the
// upper bound 2ⁿ alone would be infinite.
func (c *code) expm1(dst, x vec) {
	y := c.clamped(x, -20, 89)
	p, n := c.reducedExpm1(y)
	half := y
	c.set(dst, number(0.5))
	c.scaleNormal(half, dst, n)
	c.put(subtraction, dst, half, number(0.5))
	c.addProduct(dst, p, register(half))
	c.put(addition, dst, dst, register(dst))
	c.copySign(dst, x)
	c.release(p, n, half)
}

// scaleNormal is p·2ⁿ where 2ⁿ, or with p = 0.5 the product, is a normal number.
func (c *code) scaleNormal(dst, p, n vec) {
	if c.level == AVX512 {
		c.VSCALEFPS(c.full(n), c.full(p), c.full(dst))
		return
	}
	// p is a power of 2: n is added to its exponent.
	t := c.alloc()
	c.VCVTPS2DQ(c.full(n), c.full(t))
	c.VPSLLD(operand.U8(23), c.full(t), c.full(t))
	c.VPADDD(c.full(t), c.full(p), c.full(dst))
	c.release(t)
}

// copySign gives dst the sign of x.
func (c *code) copySign(dst, x vec) {
	if c.level == AVX512 {
		c.VPTERNLOGD_BCST(operand.U8(0xD8), c.unit.word(signBit), c.full(x), c.full(dst)) // the constant ? x : dst
		return
	}
	t := c.alloc()
	c.set(t, bitsOf(signBit))
	c.VANDNPS(c.full(dst), c.full(t), c.full(dst))
	c.VANDPS(c.full(x), c.full(t), c.full(t))
	c.VORPS(c.full(t), c.full(dst), c.full(dst))
	c.release(t)
}

// sigmoid is 1/(1+e⁻ˣ), or eˣ/(1+eˣ) where x is negative: the exponential of
// -|x| neither overflows nor loses small results.
func (c *code) sigmoid(dst, x vec) {
	y := c.alloc()
	c.put(disjunction, y, x, bitsOf(signBit))
	c.atLeast(y, -104)
	c.exponential(dst, y)
	c.choose(y, predicates["lt"], register(x), number(0), register(dst), number(1))
	c.put(addition, dst, dst, number(1))
	c.put(division, dst, y, register(dst))
	c.release(y)
}

// tanh is -m/(m+2), with m = exp(-2|x|)-1, and the sign of x.
func (c *code) tanh(dst, x vec) {
	y := c.alloc()
	c.put(disjunction, y, x, bitsOf(signBit))
	c.put(addition, y, y, register(y))
	c.atLeast(y, -20)
	p, n := c.reducedExpm1(y)
	power := y
	c.set(dst, number(1))
	c.scaleNormal(power, dst, n)
	c.put(subtraction, dst, power, number(1))
	c.addProduct(dst, p, register(power))
	c.put(addition, power, dst, number(2))
	c.put(division, dst, dst, register(power))
	c.copySign(dst, x)
	c.release(p, n, power)
}
