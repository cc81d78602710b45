package sparse

import (
	"github.com/nngen-go/nngen/codegen/isa/amd64"
)

// panel is a block of columns in registers.
type panel struct {
	*amd64.Code
	width int
}

// registers is how many registers a row of the panel has.
func (p panel) registers() int { return (p.width + p.Level.Lanes() - 1) / p.Level.Lanes() }

// part is the memory of register i of a row, and its lanes.
func (p panel) part(m amd64.Mem, i int, tail amd64.Mask) (amd64.Mem, amd64.Mask) {
	m.Disp += 4 * i * p.Level.Lanes()
	if i+1 < p.registers() {
		tail = amd64.Mask{}
	}
	return m, tail
}

// tail is the mask of the last register of a row.
func (p panel) tail() amd64.Mask { return p.FirstLanes(p.width - (p.registers()-1)*p.Level.Lanes()) }

// add adds the row at m to registers.
func (p panel) add(sum []amd64.Vec, m amd64.Mem, tail amd64.Mask) {
	for i, v := range sum {
		m, k := p.part(m, i, tail)
		switch {
		case !k.Partial:
			p.VADDPS(m, p.Full(v), p.Full(v))
		case p.Level == amd64.AVX512:
			p.VADDPS(m, p.Full(v), k.K, p.Full(v))
		default:
			x := p.Alloc()
			p.LoadLanes(x, m, k)
			p.VADDPS(p.Full(x), p.Full(v), p.Full(v))
			p.Release(x)
		}
	}
}

// rowOf is the place of the table row that the id at m names.
func rowOf(c *amd64.Code, table amd64.GP, width int, m amd64.Mem) amd64.Mem {
	id := c.GP64()
	c.MOVL(m, id.As32())
	if size := 4 * width; size&(size-1) == 0 {
		shift := 0
		for 1<<shift < size {
			shift++
		}
		c.SHLQ(amd64.U8(uint8(shift)), id)
	} else {
		c.IMUL3Q(amd64.I32(int32(size)), id, id)
	}
	return amd64.Mem{Base: table, Index: id, Scale: 1}
}
