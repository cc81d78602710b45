package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// joinPads makes one value of a sum of parts that lie side by side, each among zeros:
// the gradient of a value that has been cut into slices.
func joinPads(v *ir.Value) {
	m, ok := v.Op.(*op.Map)
	if !ok || len(v.Args) < 2 || !addsUp(m.Expr, len(v.Args)) {
		return
	}
	axis := -1
	for _, a := range v.Args {
		p, ok := a.Op.(*op.Pad)
		if !ok || p.Value != 0 || p.Interior != nil || !a.Shape.Equal(v.Shape) {
			return
		}
		for i := range p.Before {
			if p.Before[i]+p.After[i] > 0 && axis != i {
				if axis >= 0 {
					return
				}
				axis = i
			}
		}
	}
	if axis < 0 {
		return
	}
	from := func(a *ir.Value) int { return a.Op.(*op.Pad).Before[axis] }
	parts := slices.Clone(v.Args)
	slices.SortStableFunc(parts, func(a, b *ir.Value) int { return from(a) - from(b) })
	end := 0
	for i, a := range parts {
		if from(a) != end {
			return
		}
		end += a.Args[0].Shape[axis]
		parts[i] = a.Args[0]
	}
	if end == v.Shape[axis] {
		v.Op, v.Args = &op.Concat{Axis: axis}, parts
	}
}

// addsUp reports an expression that is the sum of n operands.
func addsUp(e scalar.Expr, n int) bool {
	seen := make([]bool, n)
	var walk func(e scalar.Expr) bool
	walk = func(e scalar.Expr) bool {
		switch e := e.(type) {
		case scalar.Arg:
			again := seen[e]
			seen[e] = true
			return !again
		case scalar.Apply:
			return e.Fn == "add" && walk(e.Args[0]) && walk(e.Args[1])
		}
		return false
	}
	return walk(e) && !slices.Contains(seen, false)
}

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
