package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// Mask is a set of leading lanes. The zero mask is all of them.
type Mask struct {
	Partial bool
	K       reg.OpmaskPhysical // AVX512
	V       Vec                // AVX2: all ones in the lanes of the set
}

// FirstLanes is the mask of the first n lanes, for the rest of the function.
func (c *Routine) FirstLanes(n int) Mask {
	if n >= c.Level.Lanes() {
		return Mask{}
	}
	if c.Level == AVX512 {
		k := c.Opmask()
		r := c.GP32()
		c.MOVL(operand.U32(1<<n-1), r)
		c.KMOVW(r, k)
		return Mask{Partial: true, K: k}
	}
	return Mask{Partial: true, V: c.laneVector(n)}
}

// laneVector is ones in the first n lanes, zeros after them: read at the right
// place out of eight words of ones and eight of zeros.
func (c *Routine) laneVector(n int) Vec {
	v := c.Alloc()
	table := operand.Mem{Symbol: operand.NewStaticSymbol(laneTable), Base: reg.StaticBase, Disp: 4 * (8 - n)}
	c.Unit.laneTable = true
	c.VMOVDQU(table, c.Full(v))
	return v
}

const laneTable = "lanes"

// LeadingLanes is the mask of the first n lanes, for n from 1 to one less than there
// are.
func (c *Routine) LeadingLanes(n reg.GPVirtual) Mask {
	r := c.GP64()
	if c.Level == AVX512 {
		k := c.Opmask()
		c.MOVQ(n, reg.RCX)
		c.MOVQ(operand.U32(1), r)
		c.SHLQ(reg.CL, r)
		c.DECQ(r)
		c.KMOVW(r.As32(), k)
		return Mask{Partial: true, K: k}
	}
	c.Unit.laneTable = true
	c.LEAQ(operand.Mem{Symbol: operand.NewStaticSymbol(laneTable), Base: reg.StaticBase, Disp: 32}, r)
	back := c.GP64()
	c.MOVQ(n, back)
	c.NEGQ(back)
	v := c.Alloc()
	c.VMOVDQU(operand.Mem{Base: r, Index: back, Scale: 4}, c.Full(v))
	return Mask{Partial: true, V: v}
}

// RestLanes is the mask of the elements that a run has beyond whole vectors.
func (c *Routine) RestLanes(width gotree.Number) Mask {
	n := c.Size(width)
	c.ANDQ(operand.I8(int8(c.Level.Lanes()-1)), n)
	return c.LeadingLanes(n)
}
