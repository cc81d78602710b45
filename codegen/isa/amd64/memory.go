package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// At is the float32 at p + 4·i.
func At(p reg.Register, i int) operand.Mem { return operand.Mem{Base: p, Disp: 4 * i} }

// LoadLanes reads float32s; lanes outside the mask become zero and are not read.
func (c *Routine) LoadLanes(v Vec, m operand.Mem, k Mask) {
	switch {
	case !k.Partial:
		c.VMOVUPS(m, c.Full(v))
	case c.Level == AVX512:
		c.VMOVUPS_Z(m, k.K, c.Full(v))
	default:
		c.VMASKMOVPS(m, c.Full(k.V), c.Full(v))
	}
}

// StoreLanes writes float32s; lanes outside the mask are not touched.
func (c *Routine) StoreLanes(m operand.Mem, v Vec, k Mask) {
	switch {
	case !k.Partial:
		c.VMOVUPS(c.Full(v), m)
	case c.Level == AVX512:
		c.VMOVUPS(c.Full(v), k.K, m)
	default:
		c.VMASKMOVPS(c.Full(v), c.Full(k.V), m)
	}
}

// Broadcast spreads one float32 over all lanes.
func (c *Routine) Broadcast(v Vec, m operand.Mem) { c.VBROADCASTSS(m, c.Full(v)) }

// constant spreads a number over all lanes of a new register.
func (c *Routine) constant(x float64) Vec {
	v := c.Alloc()
	c.Broadcast(v, c.Unit.number(x))
	return v
}

// Zero clears a register.
func (c *Routine) Zero(v Vec) {
	if c.Level == AVX512 { // VXORPS of the low lanes cannot name registers above 15
		c.VPXORD(c.Full(v), c.Full(v), c.Full(v))
		return
	}
	c.VXORPS(c.Full(v), c.Full(v), c.Full(v))
}

// FMA adds x·y to acc, rounded once.
func (c *Routine) FMA(acc, x, y Vec) { c.VFMADD231PS(c.Full(x), c.Full(y), c.Full(acc)) }
