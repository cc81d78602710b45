package amd64

import (
	"github.com/mmcloughlin/avo/operand"

	"github.com/nngen-go/nngen/ir/scalar"
)

// Combine adds a value to a reduction: sum, or largest with NaN above all.
func Combine(c *Code, r scalar.Reduction, acc, v Vec) {
	if r == scalar.Sum {
		c.Put(Addition, acc, acc, Register(v))
		return
	}
	t := c.Alloc()
	c.extreme(true, t, Register(acc), Register(v))
	c.Move(acc, t)
	c.Release(t)
}

// Fold reduces the lanes of a register into each of them: halves, quarters,
// pairs and neighbours are exchanged, so that all lanes get the same bits.
func Fold(c *Code, r scalar.Reduction, v Vec) { FoldSome(c, r, v, c.Level.Lanes()) }

// FoldSome is fold where only the first n lanes hold values, and the others what
// changes no result. Of up to four lanes these alone get the result.
func FoldSome(c *Code, r scalar.Reduction, v Vec, n int) {
	name := "foldMax"
	if r == scalar.Sum {
		name = "foldSum"
	}
	c.Group(name, func() { foldInto(c, r, v, n) })
}

func foldInto(c *Code, r scalar.Reduction, v Vec, n int) {
	t, u, acc := c.Alloc(), None, v
	combine := func() {
		if r == scalar.Sum {
			c.Put(Addition, acc, acc, Register(t))
			return
		}
		if u == None {
			u = c.Alloc()
		}
		c.extreme(true, u, Register(acc), Register(t))
		acc, u = u, acc
	}
	switch {
	case n <= 4:
	case c.Level == AVX512:
		c.VSHUFF32X4(operand.U8(0x4E), c.Full(acc), c.Full(acc), c.Full(t))
		combine()
		c.VSHUFF32X4(operand.U8(0xB1), c.Full(acc), c.Full(acc), c.Full(t))
		combine()
	default:
		c.VPERM2F128(operand.U8(1), c.Full(acc), c.Full(acc), c.Full(t))
		combine()
	}
	for _, how := range []operand.U8{0x4E, 0xB1} {
		c.VPERMILPS(how, c.Full(acc), c.Full(t))
		combine()
	}
	c.Move(v, acc)
	if acc != v {
		u = acc
	}
	if u != None {
		c.Release(u)
	}
	c.Release(t)
}

// FoldDoubles adds up the lanes of a register into its first one.
func FoldDoubles(c *Code, v, t Vec) {
	if c.Level == AVX512 {
		c.VEXTRACTF64X4(operand.U8(1), c.Full(v), c.half(t))
		c.VADDPD(c.half(t), c.half(v), c.half(v))
	}
	c.VEXTRACTF128(operand.U8(1), ymm[v], c.Quarter(t))
	c.VADDPD(c.Quarter(t), c.Quarter(v), c.Quarter(v))
	c.VPERMILPD(operand.U8(1), c.Quarter(v), c.Quarter(t))
	c.VADDPD(c.Quarter(t), c.Quarter(v), c.Quarter(v))
}
