package op

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// Lower is one contraction kernel, where every point of the operands that is
// named lies inside them and every element of the result is named once: matrix
// products, their gradients, and convolutions without padding with their
// gradients by the kernel.
func (k *Contract) Lower(l Lowering, v *ir.Value) {
	lhs, rhs := v.Args[0], v.Args[1]
	if !k.plain(lhs.Shape, rhs.Shape) {
		l.Errorf(v, "a convolution with padding, or the gradient of a convolution by its input, is not lowered by this version")
		return
	}
	var expr loop.Expr
	var extras []loop.Access
	if k.Epilogue != nil {
		expr, extras = epilogue(l, k.Epilogue, v.Args[2:], v.Shape)
	}
	to, x, y := l.Result(v), l.View(lhs), l.View(rhs)
	if deepest(k.kernel(to, x, y, nil)) > maxLoops { // operands without gaps have fewer loops
		x = View{Buf: wholeBuffer(l, v, lhs), Strides: lhs.Shape.Strides()}
		y = View{Buf: wholeBuffer(l, v, rhs), Strides: rhs.Shape.Strides()}
	}
	c := k.kernel(to, x, y, extras)
	if deepest(c) <= maxLoops {
		c.Epilogue, c.Word = expr, k.Word
		l.Emit(v, c)
		return
	}
	// An extra that repeats along an axis keeps loops apart: the sums are stored
	// first then, and the epilogue goes over them.
	sums := View{
		Buf:     &loop.Buffer{Name: v.Name + ".sums", Grad: v.GradOf != nil, Layer: v.Layer, Rows: v.Shape.Batched(), Shape: slices.Clone(v.Shape.Row())},
		Strides: v.Shape.Strides(),
	}
	c = k.kernel(sums, x, y, nil)
	if d := deepest(c); d > maxLoops {
		l.Errorf(v, "a contraction over %d separate axes is not lowered by this version", d)
		return
	}
	l.Emit(v, c)
	store(l, v, to, v.Shape, expr, append([]loop.Access{access(sums, v.Shape, v.Shape)}, extras...), k.Word)
}

// maxLoops is how many loops each nest of a contraction kernel has at most.
const maxLoops = 3

func deepest(c *loop.Contract) int { return max(len(c.B), len(c.M), len(c.N), len(c.K)) }

// plain reports whether no point is left out and no element of the result is
// missed or named twice.
func (k *Contract) plain(lhs, rhs ir.Shape) bool {
	return k.inside(k.Lhs, lhs) && k.inside(k.Rhs, rhs) && k.covers()
}

// kernel sorts the axes into nests, by who is indexed by them, and joins those
// that strides allow to be joined. Extras are read at the points of the result.
func (k *Contract) kernel(out, lhs, rhs View, extras []loop.Access) *loop.Contract {
	c := &loop.Contract{Out: k.access(k.Out, out), Lhs: k.access(k.Lhs, lhs), Rhs: k.access(k.Rhs, rhs)}
	for _, x := range extras {
		c.Extra = append(c.Extra, k.access(k.Out, View{x.Buf, x.Offset, x.Strides}))
	}
	inOut, inLhs, inRhs := k.names(k.Out), k.names(k.Lhs), k.names(k.Rhs)
	groups := []struct {
		nest   *[]loop.Axis
		member func(a int) bool
	}{
		{&c.B, func(a int) bool { return inOut[a] && inLhs[a] && inRhs[a] }},
		{&c.M, func(a int) bool { return inOut[a] && !inRhs[a] }},
		{&c.N, func(a int) bool { return inOut[a] && inRhs[a] && !inLhs[a] }},
		{&c.K, func(a int) bool { return !inOut[a] }},
	}
	var order []int
	for _, g := range groups {
		for a, x := range k.Axes {
			if !g.member(a) {
				continue
			}
			order = append(order, a)
			if x.Extent == ir.Batch {
				*g.nest = append(*g.nest, loop.Axis{Name: x.Name, N: 1, Rows: true})
			} else {
				*g.nest = append(*g.nest, loop.Axis{Name: x.Name, N: x.Extent})
			}
		}
	}
	all := []*loop.Access{&c.Out, &c.Lhs, &c.Rhs}
	for i := range c.Extra {
		all = append(all, &c.Extra[i])
	}
	for _, a := range all {
		strides := make([]int, len(order))
		for i, x := range order {
			strides[i] = a.Strides[x]
		}
		a.Strides = strides
	}
	from := 0
	for _, g := range groups {
		*g.nest = collapse(*g.nest, all, from)
		from += len(*g.nest)
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

// covers reports whether Out names every element of the result once.
func (k *Contract) covers() bool {
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
func epilogue(l Lowering, e loop.Expr, extras []*ir.Value, shape ir.Shape) (loop.Expr, []loop.Access) {
	names := []loop.Expr{loop.Arg(0)}
	var list []loop.Access
	for i, x := range extras {
		n, known := scalar(x)
		switch {
		case known:
			names = append(names, n)
		case loop.UsesArg(e, 1+i):
			list = append(list, access(l.View(x), x.Shape, shape))
			names = append(names, loop.Arg(len(list)))
		default:
			names = append(names, nil)
		}
	}
	return loop.Substitute(e, names), list
}
