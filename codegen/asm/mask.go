package asm

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// mask is a set of leading lanes. The zero mask is all of them.
type mask struct {
	set bool
	k   reg.OpmaskPhysical // AVX512
	v   vec                // AVX2: all ones in the lanes of the set
}

// lanes is the mask of the first n lanes, for the rest of the function.
func (c *routine) lanes(n int) mask {
	if n >= c.level.Lanes() {
		return mask{}
	}
	if c.level == AVX512 {
		k := c.opmask()
		r := c.GP32()
		c.MOVL(operand.U32(1<<n-1), r)
		c.KMOVW(r, k)
		return mask{set: true, k: k}
	}
	return mask{set: true, v: c.laneVector(n)}
}

// laneVector is ones in the first n lanes, zeros behind: read at the right
// place out of eight words of ones and eight of zeros.
func (c *routine) laneVector(n int) vec {
	v := c.alloc()
	table := operand.Mem{Symbol: operand.NewStaticSymbol(laneTable), Base: reg.StaticBase, Disp: 4 * (8 - n)}
	c.unit.laneTable = true
	c.VMOVDQU(table, c.full(v))
	return v
}

const laneTable = "lanes"

// leading is the mask of the first n lanes, for n from 1 to one less than there
// are.
func (c *routine) leading(n reg.GPVirtual) mask {
	r := c.GP64()
	if c.level == AVX512 {
		k := c.opmask()
		c.MOVQ(n, reg.RCX)
		c.MOVQ(operand.U32(1), r)
		c.SHLQ(reg.CL, r)
		c.DECQ(r)
		c.KMOVW(r.As32(), k)
		return mask{set: true, k: k}
	}
	c.unit.laneTable = true
	c.LEAQ(operand.Mem{Symbol: operand.NewStaticSymbol(laneTable), Base: reg.StaticBase, Disp: 32}, r)
	back := c.GP64()
	c.MOVQ(n, back)
	c.NEGQ(back)
	v := c.alloc()
	c.VMOVDQU(operand.Mem{Base: r, Index: back, Scale: 4}, c.full(v))
	return mask{set: true, v: v}
}

// rest is the mask of the elements that a run has beyond whole vectors.
func (c *routine) rest(width gotree.Number) mask {
	n := c.size(width)
	c.ANDQ(operand.I8(int8(c.level.Lanes()-1)), n)
	return c.leading(n)
}
