package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// unpad lets a contraction read what zeros were put around instead of the
// padded copy: it leaves out what lies outside of its operands anyway.
func unpad(v *ir.Value) {
	for side := range 2 {
		for {
			k, ok := v.Op.(*op.Contract)
			if !ok {
				return
			}
			x := v.Args[side]
			p, ok := x.Op.(*op.Pad)
			if !ok || p.Value != 0 || slices.ContainsFunc(p.Interior, func(n int) bool { return n != 0 }) {
				break
			}
			c := *k
			list := &c.Lhs
			if side == 1 {
				list = &c.Rhs
			}
			*list = slices.Clone(*list)
			for i := range *list {
				(*list)[i].Offset -= p.Before[i]
			}
			v.Op, v.Args = &c, slices.Clone(v.Args)
			v.Args[side] = x.Args[0]
		}
	}
}
