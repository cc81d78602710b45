package asm

import (
	"math"

	"github.com/mmcloughlin/avo/operand"

	"github.com/nngen-go/nngen/ir/loop"
)

// reduction writes a statement that reduces a run to a number, in the order of
// rowNest for rows that it keeps in registers: the vectors, then the lanes.
func (n *network) reduction(r run) error {
	if width := n.width(r.elements); width > keptVectors || width > 1 && perTurn(r.Value) < keptVectors {
		return errNetwork
	}
	var sums []vec
	for j := range n.width(r.elements) {
		v, err := n.value(r, j)
		if err != nil {
			return err
		}
		if k := n.part(j, r.elements); k.set {
			n.pick(v, compared{k: k.k, v: k.v}, register(v), nothing(r.Reduce))
		}
		sums = append(sums, v)
	}
	for len(sums) > 1 {
		last := len(sums) - 1
		n.combine(r.Reduce, sums[last/2], sums[last])
		n.release(sums[last])
		sums = sums[:last]
	}
	total := sums[0]
	n.foldRow(r.Reduce, total)
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

// nothing is what changes no reduction.
func nothing(how loop.Reduction) source {
	if how == loop.Max {
		return number(math.Inf(-1))
	}
	return number(0)
}

// foldRow is fold, for half a register too: the other half changes nothing.
func (n *network) foldRow(how loop.Reduction, v vec) {
	if !n.lowHalf {
		n.fold(how, v)
		return
	}
	t := n.alloc()
	n.set(t, nothing(how))
	n.combine(how, v, t)
	n.VSHUFF32X4(operand.U8(1), n.full(v), n.full(v), n.full(t))
	n.combine(how, v, t)
	for _, exchange := range []operand.U8{0x4E, 0xB1} {
		n.VPERMILPS(exchange, n.full(v), n.full(t))
		n.combine(how, v, t)
	}
	n.release(t)
}
