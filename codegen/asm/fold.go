package asm

import (
	"github.com/mmcloughlin/avo/operand"

	"github.com/nngen-go/nngen/ir/scalar"
)

// combine adds a value to a reduction: sum, or largest with NaN above all.
func (c *code) combine(r scalar.Reduction, acc, v vec) {
	if r == scalar.Sum {
		c.put(addition, acc, acc, register(v))
		return
	}
	t := c.alloc()
	c.extreme(true, t, register(acc), register(v))
	c.move(acc, t)
	c.release(t)
}

// fold reduces the lanes of a register into each of them: halves, quarters,
// pairs and neighbours are exchanged, so that all lanes get the same bits.
func (c *code) fold(r scalar.Reduction, v vec) { c.foldSome(r, v, c.level.Lanes()) }

// foldSome is fold where only the first n lanes hold values, and the others what
// changes no result. Of up to four lanes these alone get the result.
func (c *code) foldSome(r scalar.Reduction, v vec, n int) {
	t, u, acc := c.alloc(), none, v
	combine := func() {
		if r == scalar.Sum {
			c.put(addition, acc, acc, register(t))
			return
		}
		if u == none {
			u = c.alloc()
		}
		c.extreme(true, u, register(acc), register(t))
		acc, u = u, acc
	}
	switch {
	case n <= 4:
	case c.level == AVX512:
		c.VSHUFF32X4(operand.U8(0x4E), c.full(acc), c.full(acc), c.full(t))
		combine()
		c.VSHUFF32X4(operand.U8(0xB1), c.full(acc), c.full(acc), c.full(t))
		combine()
	default:
		c.VPERM2F128(operand.U8(1), c.full(acc), c.full(acc), c.full(t))
		combine()
	}
	for _, how := range []operand.U8{0x4E, 0xB1} {
		c.VPERMILPS(how, c.full(acc), c.full(t))
		combine()
	}
	c.move(v, acc)
	if acc != v {
		u = acc
	}
	if u != none {
		c.release(u)
	}
	c.release(t)
}

// foldDoubles adds up the lanes of a register into its first one.
func (c *code) foldDoubles(v, t vec) {
	if c.level == AVX512 {
		c.VEXTRACTF64X4(operand.U8(1), c.full(v), c.half(t))
		c.VADDPD(c.half(t), c.half(v), c.half(v))
	}
	c.VEXTRACTF128(operand.U8(1), ymm[v], c.quarter(t))
	c.VADDPD(c.quarter(t), c.quarter(v), c.quarter(v))
	c.VPERMILPD(operand.U8(1), c.quarter(v), c.quarter(t))
	c.VADDPD(c.quarter(t), c.quarter(v), c.quarter(v))
}
