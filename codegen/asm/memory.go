package asm

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// at is the float32 at p + 4·i.
func at(p reg.Register, i int) operand.Mem { return operand.Mem{Base: p, Disp: 4 * i} }

// load reads float32s; lanes outside the mask become zero and are not read.
func (c *routine) load(v vec, m operand.Mem, k mask) {
	switch {
	case !k.set:
		c.VMOVUPS(m, c.full(v))
	case c.level == AVX512:
		c.VMOVUPS_Z(m, k.k, c.full(v))
	default:
		c.VMASKMOVPS(m, c.full(k.v), c.full(v))
	}
}

// store writes float32s; lanes outside the mask are not touched.
func (c *routine) store(m operand.Mem, v vec, k mask) {
	switch {
	case !k.set:
		c.VMOVUPS(c.full(v), m)
	case c.level == AVX512:
		c.VMOVUPS(c.full(v), k.k, m)
	default:
		c.VMASKMOVPS(c.full(v), c.full(k.v), m)
	}
}

// broadcast spreads one float32 over all lanes.
func (c *routine) broadcast(v vec, m operand.Mem) { c.VBROADCASTSS(m, c.full(v)) }

// constant spreads a number over all lanes of a new register.
func (c *routine) constant(x float64) vec {
	v := c.alloc()
	c.broadcast(v, c.unit.number(x))
	return v
}

// zero clears a register.
func (c *routine) zero(v vec) {
	if c.level == AVX512 { // VXORPS of the low lanes cannot name registers above 15
		c.VPXORD(c.full(v), c.full(v), c.full(v))
		return
	}
	c.VXORPS(c.full(v), c.full(v), c.full(v))
}

// fma adds x·y to acc, rounded once.
func (c *routine) fma(acc, x, y vec) { c.VFMADD231PS(c.full(x), c.full(y), c.full(acc)) }
