package idle

import (
	"slices"

	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// products limits the products over all steps to those that a mask lets through: what
// only loops with idle turns read, and what is a product with 0 elsewhere.
func (f *finder) products() {
	var masked []*loop.Loop
	ready := map[*loop.Buffer]bool{} // masks
	all := slices.Concat(f.plan.Forward, f.plan.Backward)
	for _, s := range all {
		if l, ok := s.(*loop.Loop); ok && l.Mask != nil {
			masked = append(masked, l)
			ready[l.Mask.Buf] = l.Mask.Buf.Class == loop.Input
		}
	}
	var zeros []loop.Step
	before := -1 // the step of the backward phase that they come before
	for i, s := range all {
		r, ok := s.(*loop.Run)
		if !ok {
			continue
		}
		if k, ok := r.Kernel.(*loop.Contract); ok && !k.Accumulate {
			for _, l := range masked {
				steps := &loop.Steps{N: l.Axis.N, Mask: *l.Mask}
				if !steps.Fits(k) || l.Mask.Strides[0] != 1 || l.Mask.Offset != 0 || !ready[l.Mask.Buf] {
					continue
				}
				if sums := steps.Sums(k); sums && f.zeroFactor(k, l) {
					steps.All = true
					if zeros = append(zeros, fromZero(r, k)); before < 0 {
						before = i - len(f.plan.Forward)
					}
				} else if sums || !f.limits(k, l, steps) {
					continue
				}
				r.Steps = steps
				break
			}
		}
		for _, w := range r.Kernel.Writes() {
			ready[w.Buf] = true
		}
	}
	if before >= 0 {
		f.plan.Backward = slices.Insert(f.plan.Backward, before, zeros...)
	}
}

// zeroFactor reports a sum over rows and steps of products of which one factor is 0 in
// the idle turns of a loop.
func (f *finder) zeroFactor(k *loop.Contract, l *loop.Loop) bool {
	return slices.ContainsFunc([]loop.Access{k.Lhs, k.Rhs}, func(a loop.Access) bool {
		z := f.zero[a.Buf]
		return z != nil && z.loop.IdleAs(l) && z.inStep(k, a, func(p spot) bool { return z.written[p] && z.known[p] == zero })
	})
}

// fromZero stores 0 where sums are added up, and has them added.
func fromZero(r *loop.Run, k *loop.Contract) *loop.Run {
	sum := loop.Copy(k).(*loop.Contract)
	sum.Accumulate = true
	r.Kernel = sum
	outer := slices.Concat(k.M, k.N)
	dst := k.Out
	dst.Strides = slices.Clone(dst.Strides[:len(outer)])
	zero := &loop.Nest{Outer: outer, Body: []loop.Stmt{{Dst: dst, Value: scalar.Num(0), Word: "from zero"}}}
	return &loop.Run{Layer: r.Layer, Pos: r.Pos, Kernel: canonical.Kernel(zero)}
}

// limits reports that a product is needed of the steps of a loop alone.
func (f *finder) limits(k *loop.Contract, l *loop.Loop, steps *loop.Steps) bool {
	move, at := k.Out.Buf.Row()/steps.N, len(k.M)-1
	if k.Out.Offset != 0 || k.Out.Strides[at] != move || move*steps.N != k.Out.Buf.Row() || loop.Points(k.N, 1) != move {
		return false // a part of what belongs to a step
	}
	if z := f.zero[k.Lhs.Buf]; z != nil && z.loop.IdleAs(l) && z.move(k.Lhs.Buf) != 0 && k.Lhs.Strides[at] == z.move(k.Lhs.Buf) {
		axes := slices.Concat(k.N, k.K)
		nothing := f.zeroAt(z, k.Lhs, axes) && (k.Epilogue == nil || f.ofZero(k, l) == scalar.Num(0))
		if steps.All = nothing; nothing {
			f.blank[k.Out.Buf] = l
			return true
		}
	}
	readers := readersOf(f.plan, k.Out.Buf, nil)
	return len(readers) > 0 && !slices.ContainsFunc(readers, func(r reader) bool {
		return r.loop == nil || !r.loop.IdleAs(l) || !inTurn(r, k.Out.Buf, move, func(at int) bool { return at >= 0 && at < move })
	})
}

// zeroAt reports that an operand is 0 in every step that is idle.
func (f *finder) zeroAt(z *turn, a loop.Access, axes []loop.Axis) bool {
	list := elements(a.Offset, axes, a.Strides[len(a.Strides)-len(axes):])
	return list != nil && !slices.ContainsFunc(list, func(at int) bool {
		p := spot{a.Buf, at}
		return !z.written[p] || z.known[p] != zero
	})
}

// ofZero is what an epilogue makes of a sum of 0 in steps that are idle: what another
// product of such sums has stored, which are added up with these, is 0 as well.
func (f *finder) ofZero(k *loop.Contract, l *loop.Loop) scalar.Expr {
	args := []scalar.Expr{scalar.Num(0)}
	for i, x := range k.Extra {
		args = append(args, scalar.Arg(1+i))
		if o := f.blank[x.Buf]; o != nil && o.IdleAs(l) && x.Offset == k.Out.Offset && slices.Equal(x.Strides, k.Out.Strides) {
			args[1+i] = scalar.Num(0)
		}
	}
	return scalar.Substitute(k.Epilogue, args)
}
