package op

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Lower is one contraction kernel for every part of the result that is reached
// in the same way: one for matrix products and convolutions, one per phase for
// the gradient of a strided convolution by its input.
func (k *Contract) Lower(l Lowering, v *ir.Value) {
	lhs, rhs := v.Args[0], v.Args[1]
	parts, err := k.parts(lhs.Shape, rhs.Shape)
	if err != nil {
		l.Errorf(v, "%v by this version", err)
		return
	}
	var expr scalar.Expr
	var extras []loop.Access
	if k.Epilogue != nil {
		expr, extras = epilogue(l, k.Epilogue, v.Args[2:], v.Shape)
	}
	to, x, y := l.Result(v), l.View(lhs), l.View(rhs)
	if deepest(parts, to, x, y, nil) > maxLoops { // operands without gaps have fewer loops
		x = View{Buf: wholeBuffer(l, v, lhs), Strides: lhs.Shape.Strides()}
		y = View{Buf: wholeBuffer(l, v, rhs), Strides: rhs.Shape.Strides()}
	}
	if deepest(parts, to, x, y, extras) <= maxLoops {
		for i := range parts {
			parts[i].emit(l, v, to, x, y, expr, extras, k.Word)
		}
		return
	}
	// An extra that repeats along an axis keeps loops apart: the sums are stored
	// first then, and the epilogue goes over them.
	sums := View{
		Buf:     &loop.Buffer{Name: v.Name + ".sums", Grad: v.GradOf != nil, Layer: v.Layer, Rows: v.Shape.Batched(), Shape: slices.Clone(v.Shape.Row())},
		Strides: v.Shape.Strides(),
	}
	if d := deepest(parts, sums, x, y, nil); d > maxLoops {
		l.Errorf(v, "a contraction over %d separate axes is not lowered by this version", d)
		return
	}
	for i := range parts {
		parts[i].emit(l, v, sums, x, y, nil, nil, "")
	}
	store(l, v, to, v.Shape, expr, append([]loop.Access{access(sums, v.Shape, v.Shape)}, extras...), k.Word)
}

// maxLoops is how many loops each nest of a contraction kernel has at most: the
// rows and three axes of space.
const maxLoops = 4

// deepest is the number of loops of the deepest nest of any kernel.
func deepest(parts []part, out, lhs, rhs View, extras []loop.Access) int {
	most := 0
	for i := range parts {
		if !parts[i].empty {
			c := parts[i].kernel(out, lhs, rhs, extras)
			most = max(most, len(c.B), len(c.M), len(c.N), len(c.K))
		}
	}
	return most
}

// emit is the kernel of one part.
func (p *part) emit(l Lowering, v *ir.Value, out, lhs, rhs View, e scalar.Expr, extras []loop.Access, word string) {
	if p.empty {
		p.emitEmpty(l, v, out, e, extras)
		return
	}
	c := p.kernel(out, lhs, rhs, extras)
	c.Epilogue, c.Word = e, word
	l.Emit(v, c)
}

// emitEmpty stores the epilogue of 0.
func (p *part) emitEmpty(l Lowering, v *ir.Value, out View, e scalar.Expr, extras []loop.Access) {
	dst := p.access(p.Out, out)
	value, srcs := scalar.Expr(scalar.Num(0)), []loop.Access(nil)
	if e != nil {
		names := []scalar.Expr{scalar.Num(0)}
		for i := range extras {
			names = append(names, scalar.Arg(i))
		}
		value = scalar.Substitute(e, names)
		for i, x := range extras {
			names[i] = nil
			if scalar.UsesArg(value, i) {
				names[i] = scalar.Arg(len(srcs))
				srcs = append(srcs, p.access(p.Out, View{Buf: x.Buf, Offset: x.Offset, Strides: x.Strides}))
			}
		}
		value = scalar.Substitute(value, names)
	}
	all := pointers(&dst, srcs)
	var order []int
	var axes []loop.Axis
	for _, x := range p.Out {
		for _, t := range x.Terms {
			order, axes = append(order, t.Axis), append(axes, p.loop(t.Axis))
		}
	}
	arrange(all, order)
	l.Emit(v, &loop.Nest{
		Outer: collapse(axes, all, 0),
		Body:  []loop.Stmt{{Dst: dst, Value: value, Srcs: srcs, Word: "no tap"}},
	})
}

// loop is the loop over an axis.
func (k *Contract) loop(axis int) loop.Axis {
	x := k.Axes[axis]
	if x.Extent == ir.Batch {
		return loop.Axis{Name: x.Name, N: 1, Rows: true}
	}
	return loop.Axis{Name: x.Name, N: x.Extent}
}

// arrange puts the strides of accesses over all axes into an order of some.
func arrange(all []*loop.Access, order []int) {
	for _, a := range all {
		strides := make([]int, len(order))
		for i, x := range order {
			strides[i] = a.Strides[x]
		}
		a.Strides = strides
	}
}

// plain reports whether no point is left out and no element of the result is
// missed or named twice.
func (k *Contract) plain(lhs, rhs ir.Shape) bool {
	return k.inside(k.Lhs, lhs) && k.inside(k.Rhs, rhs) && k.whole()
}

// kernel sorts the axes into nests, by who is indexed by them, and joins those
// that strides and clips allow to be joined. Loops of a nest are in the order
// of the result, those of a sum in that of the left operand; the rows come
// first. Extras are read at the points of the result.
func (p *part) kernel(out, lhs, rhs View, extras []loop.Access) *loop.Contract {
	c := &loop.Contract{Out: p.access(p.Out, out), Lhs: p.access(p.Lhs, lhs), Rhs: p.access(p.Rhs, rhs)}
	for _, x := range extras {
		c.Extra = append(c.Extra, p.access(p.Out, View{Buf: x.Buf, Offset: x.Offset, Strides: x.Strides}))
	}
	inOut, inLhs, inRhs := p.names(p.Out), p.names(p.Lhs), p.names(p.Rhs)
	groups := []struct {
		nest   *[]loop.Axis
		member func(a int) bool
		along  []int // strides that order the loops
	}{
		{&c.B, func(a int) bool { return inOut[a] && inLhs[a] && inRhs[a] }, c.Out.Strides},
		{&c.M, func(a int) bool { return inOut[a] && !inRhs[a] }, c.Out.Strides},
		{&c.N, func(a int) bool { return inOut[a] && inRhs[a] && !inLhs[a] }, c.Out.Strides},
		{&c.K, func(a int) bool { return !inOut[a] }, c.Lhs.Strides},
	}
	var order []int
	for _, g := range groups {
		from := len(order)
		for a := range p.Axes {
			if g.member(a) {
				order = append(order, a)
			}
		}
		slices.SortStableFunc(order[from:], func(a, b int) int {
			if p.Axes[a].Extent == ir.Batch || p.Axes[b].Extent == ir.Batch {
				return p.Axes[a].Extent - p.Axes[b].Extent
			}
			return abs(g.along[b]) - abs(g.along[a])
		})
		for _, a := range order[from:] {
			*g.nest = append(*g.nest, p.loop(a))
		}
	}
	all := []*loop.Access{&c.Out, &c.Lhs, &c.Rhs}
	for i := range c.Extra {
		all = append(all, &c.Extra[i])
	}
	arrange(all, order)
	// A clip moves along the axes as an access does.
	clips := p.clips(order)
	for i := range clips {
		all = append(all, &clips[i])
	}
	from := 0
	for _, g := range groups {
		*g.nest = collapse(*g.nest, all, from)
		from += len(*g.nest)
	}
	for i, b := range p.bounds {
		clip := loop.Clip{Offset: b.Offset, Size: b.size}
		for a, coef := range clips[i].Strides {
			if coef != 0 {
				clip.Terms = append(clip.Terms, loop.ClipTerm{Axis: a, Coef: coef})
			}
		}
		c.Clip = append(c.Clip, clip)
	}
	return c
}

// names marks the axes that a list of indices uses.
func (k *Contract) names(list []Index) []bool {
	out := make([]bool, len(k.Axes))
	for _, x := range list {
		for _, t := range x.Terms {
			out[t.Axis] = true
		}
	}
	return out
}

// inside reports whether no point's index leaves a tensor of shape s.
func (k *Contract) inside(list []Index, s ir.Shape) bool {
	for i, x := range list {
		if s[i] == ir.Batch {
			continue // Infer holds it to the batch axis alone
		}
		low, high := x.Offset, x.Offset
		for _, t := range x.Terms {
			far := t.Coef * (k.Axes[t.Axis].Extent - 1)
			low, high = low+min(far, 0), high+max(far, 0)
		}
		if low < 0 || high >= s[i] {
			return false
		}
	}
	return true
}

// whole reports whether Out names every element of the result once, by an axis
// for each of its own.
func (k *Contract) whole() bool {
	var seen []int
	for i, x := range k.Out {
		switch {
		case len(x.Terms) == 0 && x.Offset == 0 && k.Shape[i] == 1:
			continue
		case len(x.Terms) != 1 || x.Offset != 0 || x.Terms[0].Coef != 1:
			return false
		}
		a := x.Terms[0].Axis
		if slices.Contains(seen, a) || k.Axes[a].Extent != k.Shape[i] {
			return false
		}
		seen = append(seen, a)
	}
	return true
}

// access reads or writes a view by a list of indices, at the points of Axes.
func (k *Contract) access(list []Index, w View) loop.Access {
	a := loop.Access{Buf: w.Buf, Offset: w.Offset, Strides: make([]int, len(k.Axes))}
	for i, x := range list {
		a.Offset += x.Offset * w.Strides[i]
		for _, t := range x.Terms {
			a.Strides[t.Axis] += t.Coef * w.Strides[i]
		}
	}
	return a
}

// epilogue rewrites an expression over a sum, Arg(0), and extras, of which
// known numbers become part of it.
func epilogue(l Lowering, e scalar.Expr, extras []*ir.Value, shape ir.Shape) (scalar.Expr, []loop.Access) {
	names := []scalar.Expr{scalar.Arg(0)}
	var list []loop.Access
	for i, x := range extras {
		n, known := number(x)
		switch {
		case known:
			names = append(names, n)
		case scalar.UsesArg(e, 1+i):
			list = append(list, access(l.View(x), x.Shape, shape))
			names = append(names, scalar.Arg(len(list)))
		default:
			names = append(names, nil)
		}
	}
	return scalar.Substitute(e, names), list
}
