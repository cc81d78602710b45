package asm

import (
	"math"

	"github.com/mmcloughlin/avo/operand"

	"github.com/nngen-go/nngen/ir/loop"
)

// reduction writes a statement that reduces a run to a number: register by
// register, and then the lanes.
func (n *network) reduction(r run) error {
	var total vec
	for j := range n.width(r.elements) {
		v, err := n.value(r, j)
		if err != nil {
			return err
		}
		n.neutral(r.Reduce, v, n.part(j, r.elements))
		if j == 0 {
			total = v
			continue
		}
		n.both(r.Reduce, total, v)
		n.release(v)
	}
	n.fold(r.Reduce, total)
	if r.Finish != nil {
		v := n.eval(r.Finish, []vec{total})
		n.release(total)
		total = v
	}
	if r.Dst.Buf.Class == loop.Local {
		n.keep(r.Dst.Buf, total)
		return nil
	}
	err := n.put(r.Dst.Buf, r.Dst.Offset, 0, 1, total)
	n.release(total)
	return err
}

// neutral makes the lanes outside k such that they change nothing.
func (n *network) neutral(how loop.Reduction, v vec, k mask) {
	if !k.set {
		return
	}
	rest := n.alloc()
	n.neutralAll(how, rest)
	if n.level == AVX512 {
		n.VBLENDMPS(n.full(v), n.full(rest), k.k, n.full(v))
	} else {
		n.VBLENDVPS(n.full(k.v), n.full(v), n.full(rest), n.full(v))
	}
	n.release(rest)
}

// neutralAll sets all lanes to what changes nothing.
func (n *network) neutralAll(how loop.Reduction, v vec) {
	if how == loop.Max {
		n.set(v, number(math.Inf(-1)))
	} else {
		n.zero(v)
	}
}

// both combines v into total.
func (n *network) both(how loop.Reduction, total, v vec) {
	if how == loop.Max {
		n.VMAXPS(n.full(v), n.full(total), n.full(total))
	} else {
		n.VADDPS(n.full(v), n.full(total), n.full(total))
	}
}

// fold combines the lanes of a register into lane 0, half by half.
func (n *network) fold(how loop.Reduction, v vec) {
	t := n.alloc()
	if n.level == AVX512 {
		if n.lowHalf { // the lanes that are not there
			n.neutralAll(how, t)
		} else {
			n.VEXTRACTF32X8(operand.U8(1), n.full(v), n.half(t))
		}
		n.lowHalf = true
		n.both(how, v, t)
		n.VEXTRACTF32X4(operand.U8(1), n.half(v), n.quarter(t))
	} else {
		n.VEXTRACTF128(operand.U8(1), n.full(v), n.quarter(t))
	}
	n.both(how, v, t)
	n.VPERMILPS(operand.U8(0b01_00_11_10), n.quarter(v), n.quarter(t))
	n.both(how, v, t)
	n.VPERMILPS(operand.U8(0b10_11_00_01), n.quarter(v), n.quarter(t))
	n.both(how, v, t)
	n.release(t)
}
