package asm

// erfNear are the coefficients of P in erf(x) = x + x·P(x²) for |x| ≤ 1, and
// erfFar those of G in erfc(t) = exp(-t·G(t)) for t from 1 to 4, where erf
// rounds to 1: testdata/minimax.py.
var (
	erfNear = []float64{0.128379166, -0.376126289, 0.112836182, -0.026855126, 0.00519073335, -0.000803075032, 7.92030332e-5}
	erfFar  = []float64{1.12868857, 0.634991884, 0.10649547, -0.0239808038, 0.00374416169, -0.000347432913, 1.36572389e-5}
)

// erf is the error function.
func (c *code) erf(dst, x vec) {
	size := c.alloc()
	c.put(conjunction, size, x, bitsOf(^uint32(signBit)))
	t := c.constant(4)
	c.put(smaller, t, t, register(size))
	far := c.polynomial(t, erfFar...)
	c.put(multiplication, far, far, register(t))
	c.put(exclusive, far, far, bitsOf(signBit))
	c.exponential(t, far)
	c.release(far)
	c.set(dst, number(1))
	c.put(subtraction, dst, dst, register(t))
	c.copySign(dst, x)
	c.put(multiplication, t, x, register(x))
	near := c.polynomial(t, erfNear...)
	c.multiplyAdd(near, x, register(x))
	c.choose(dst, predicates["lt"], register(size), number(1), register(near), register(dst))
	c.release(near, t, size)
}
