package amd64

// erfNear are the coefficients of P in erf(x) = x + x·P(x²) for |x| ≤ 1, and
// erfFar those of G in erfc(t) = exp(-t·G(t)) for t from 1 to 4, where erf
// rounds to 1: testdata/minimax.py.
var (
	erfNear = []float64{0.128379166, -0.376126289, 0.112836182, -0.026855126, 0.00519073335, -0.000803075032, 7.92030332e-5}
	erfFar  = []float64{1.12868857, 0.634991884, 0.10649547, -0.0239808038, 0.00374416169, -0.000347432913, 1.36572389e-5}
)

// erf is the error function.
func erf(c *Code, dst, x Vec) {
	size := c.Alloc()
	c.Put(Conjunction, size, x, Bits(^uint32(signBit)))
	t := c.constant(4)
	c.Put(smaller, t, t, Register(size))
	far := c.polynomial(t, erfFar...)
	c.Put(multiplication, far, far, Register(t))
	c.Put(exclusive, far, far, Bits(signBit))
	exponential(c, t, far)
	c.Release(far)
	c.Set(dst, Number(1))
	c.Put(subtraction, dst, dst, Register(t))
	copySign(c, dst, x)
	c.Put(multiplication, t, x, Register(x))
	near := c.polynomial(t, erfNear...)
	c.multiplyAdd(near, x, Register(x))
	c.choose(dst, predicates["lt"], Register(size), Number(1), Register(near), Register(dst))
	c.Release(near, t, size)
}
