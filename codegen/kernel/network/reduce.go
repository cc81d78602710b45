package network

import (
	"math"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/nest"
	"github.com/nngen-go/nngen/ir/loop"
)

// reduction writes a statement that reduces a run to a number, in the order of
// rowNest for rows that it keeps in registers: the vectors, then the lanes.
func (n *network) reduction(r run) error {
	if width := n.width(r.elements); width > nest.KeptVectors || width > 1 && nest.PerTurn(r.Value) < nest.KeptVectors {
		return errTooLarge
	}
	var sums []amd64.Vec
	for j := range n.width(r.elements) {
		v, err := n.value(r, j)
		if err != nil {
			return err
		}
		if k := n.part(j, r.elements); k.Partial {
			n.Pick(v, amd64.Compared{K: k.K, V: k.V}, amd64.Register(v), nothing(r.Reduce))
		}
		sums = append(sums, v)
	}
	for len(sums) > 1 {
		last := len(sums) - 1
		amd64.Combine(n.Code, r.Reduce, sums[last/2], sums[last])
		n.Release(sums[last])
		sums = sums[:last]
	}
	total := sums[0]
	n.foldRow(r.Reduce, total)
	if r.Finish != nil {
		v := n.Eval(r.Finish, []amd64.Vec{total})
		n.Release(total)
		total = v
	}
	if r.Dst.Buf.Class == loop.Local {
		n.keep(r.Dst.Buf, total)
		return nil
	}
	err := n.put(r.Dst.Buf, r.Dst.Offset, 0, 1, total)
	n.Release(total)
	return err
}

// nothing is what changes no reduction.
func nothing(how loop.Reduction) amd64.Source {
	if how == loop.Max {
		return amd64.Number(math.Inf(-1))
	}
	return amd64.Number(0)
}

// foldRow is fold, for half a register too: the other half changes nothing.
func (n *network) foldRow(how loop.Reduction, v amd64.Vec) {
	if !n.LowHalf {
		amd64.Fold(n.Code, how, v)
		return
	}
	t := n.Alloc()
	n.Set(t, nothing(how))
	amd64.Combine(n.Code, how, v, t)
	n.VSHUFF32X4(amd64.U8(1), n.Full(v), n.Full(v), n.Full(t))
	amd64.Combine(n.Code, how, v, t)
	for _, exchange := range []amd64.U8{0x4E, 0xB1} {
		n.VPERMILPS(exchange, n.Full(v), n.Full(t))
		amd64.Combine(n.Code, how, v, t)
	}
	n.Release(t)
}
