package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// stretched has products compute once what they would compute for every element of
// an axis along which an operand has been stretched, such as the gradient of an
// average over the steps:
//
//	Σ_o dy[n,o]·w[i,o]             for all t alike, is stretched itself
//	Σ_n,t x[n,t,i]·dy[n,o]         is Σ_n (Σ_t x[n,t,i])·dy[n,o]
func stretched(g *ir.Graph) error {
	var values []*ir.Value
	next := 0
	for _, v := range g.Values {
		next = max(next, v.ID+1)
	}
	for _, v := range g.Values {
		b := &ir.Builder{Graph: &ir.Graph{}}
		b.At(v.Layer, v.Pos)
		if c, ok := v.Op.(*op.Contract); ok && c.Epilogue == nil && len(v.Args) == 2 {
			for side := range 2 {
				if !compact(b, v, side) {
					continue
				}
				break // a stretched product is no product any more
			}
		}
		for _, w := range b.Graph.Values {
			w.ID, w.Name, w.GradOf = next, v.Name+"."+w.Op.Name(), v.GradOf
			next++
		}
		values = append(append(values, b.Graph.Values...), v)
	}
	g.Values = values
	return nil
}

// compact takes the axes out of a product along which one operand is stretched, as far
// as the other does not depend on them, or can be summed along them before.
func compact(b *ir.Builder, v *ir.Value, side int) bool {
	c := v.Op.(*op.Contract)
	wide, ok := v.Args[side].Op.(*op.Broadcast)
	if !ok {
		return false
	}
	x, other := v.Args[side].Args[0], v.Args[1-side]
	own, others := c.Lhs, c.Rhs
	if side == 1 {
		own, others = others, own
	}
	if len(x.Shape) != len(wide.Shape) || len(x.Shape) != len(own) {
		return false
	}
	var drop, sums, outs []int // axes; dimensions of the other operand and of the result
	var dims []int
	for d, size := range x.Shape {
		t, plain := plainAxis(own[d])
		if size != 1 || wide.Shape[d] == 1 || wide.Shape[d] == ir.Batch || !plain || c.Axes[t].Extent != wide.Shape[d] || uses(own, t) != 1 {
			continue
		}
		switch out, in := dimension(c.Out, t), dimension(others, t); {
		case out >= 0 && uses(c.Out, t) == 1 && uses(others, t) == 0:
			outs = append(outs, out)
		case uses(c.Out, t) == 0 && in >= 0 && uses(others, t) == 1 && other.Shape[in] == wide.Shape[d] && reused(c, others):
			sums = append(sums, in)
		default:
			continue
		}
		drop, dims = append(drop, t), append(dims, d)
	}
	if len(drop) == 0 {
		return false
	}
	small := op.BroadcastTo(b, op.ReshapeTo(b, x, without(x.Shape, dims)), without(wide.Shape, dims))
	if len(sums) > 0 {
		other = op.Sum(b, other, false, sums...)
	}
	k := &op.Contract{Shape: without(c.Shape, outs), Out: renumbered(without(c.Out, outs), drop)}
	for i, a := range c.Axes {
		if !slices.Contains(drop, i) {
			k.Axes = append(k.Axes, a)
		}
	}
	own, others = renumbered(without(own, dims), drop), renumbered(without(others, sums), drop)
	args := []*ir.Value{small, other}
	k.Lhs, k.Rhs = own, others
	if side == 1 {
		k.Lhs, k.Rhs = others, own
		slices.Reverse(args)
	}
	if len(outs) == 0 {
		v.Op, v.Args = k, args
		return true
	}
	ones := slices.Clone(c.Shape)
	for _, d := range outs {
		ones[d] = 1
	}
	v.Op, v.Args = &op.Broadcast{Shape: c.Shape}, []*ir.Value{op.ReshapeTo(b, b.Apply(k, args...), ones)}
	return true
}

// reused reports that a product uses what an operand holds several times: to sum it up
// before costs less.
func reused(c *op.Contract, operand []op.Index) bool {
	for t, a := range c.Axes {
		if uses(operand, t) == 0 && a.Extent != 1 {
			return true
		}
	}
	return false
}

// plainAxis is the axis that an index follows, and nothing else.
func plainAxis(x op.Index) (axis int, ok bool) {
	if len(x.Terms) != 1 || x.Terms[0].Coef != 1 || x.Offset != 0 {
		return 0, false
	}
	return x.Terms[0].Axis, true
}

// dimension is that along which an axis goes by itself, or -1.
func dimension(list []op.Index, axis int) int {
	return slices.IndexFunc(list, func(x op.Index) bool {
		t, ok := plainAxis(x)
		return ok && t == axis
	})
}

// uses counts the terms of an axis.
func uses(list []op.Index, axis int) (n int) {
	for _, x := range list {
		for _, t := range x.Terms {
			if t.Axis == axis {
				n++
			}
		}
	}
	return n
}

// without is a list without some of its elements.
func without[E any, L ~[]E](list L, at []int) (out L) {
	for i, x := range list {
		if !slices.Contains(at, i) {
			out = append(out, x)
		}
	}
	return out
}

// renumbered are indices after some axes are gone.
func renumbered(list []op.Index, gone []int) (out []op.Index) {
	for _, x := range list {
		x.Terms = slices.Clone(x.Terms)
		for i, t := range x.Terms {
			for _, g := range gone {
				if g < t.Axis {
					x.Terms[i].Axis--
				}
			}
		}
		out = append(out, x)
	}
	return out
}
