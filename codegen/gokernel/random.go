package gokernel

import (
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// draw is a call of a method of a random tensor's key.
func (k *nestKernel) draw(b *loop.Buffer, method string, row, at gotree.Expr) gotree.Expr {
	return gotree.CallExpr{Fn: gotree.Member{X: k.param(b, "key").v, Name: method},
		Args: []gotree.Expr{gotree.CallOf("uint32", row), gotree.CallOf("uint32", at)}}
}

// drawn is the row and the element of a random tensor at a point. One that all rows of
// a batch share is of row 0, whichever rows the kernel is given.
func (k *nestKernel) drawn(a placed, vars []gotree.Expr) (row, elem gotree.Expr) {
	k.param(a.Buf, "key")
	row = gotree.Int(0)
	if a.Buf.Rows {
		row = gotree.Word("first")
	}
	x := gotree.Sum{Offset: gotree.Literal(a.Offset)}
	for i, s := range a.Strides {
		switch {
		case s == 0:
		case a.axes[i].Rows:
			row = gotree.Binary{X: gotree.Word("first"), Op: "+", Y: vars[i]}
		default:
			x = x.Plus(vars[i], gotree.Literal(s))
		}
	}
	return row, x.Expr()
}

// dropout writes a store that draws random numbers in element order: they come
// four at a time.
func (k *nestKernel) dropout(s loop.Stmt, vars []gotree.Expr) bool {
	axes, accs := k.Axes(s), k.sources(s)
	last := len(axes) - 1
	if last < 0 || axes[last].Rows || len(k.Outer) > last { // the loop over the elements is one of several stores
		return false
	}
	draw := placed{}
	for _, a := range accs[1:] {
		if a.Buf.Class != loop.Random {
			continue
		}
		if draw.Buf != nil || a.Strides[last] != 1 || a.Offset%4 != 0 {
			return false
		}
		for i, st := range a.Strides[:last] {
			if !axes[i].Rows && st%4 != 0 {
				return false
			}
		}
		draw = a
	}
	if draw.Buf == nil {
		return false
	}
	k.param(draw.Buf, "key")
	k.loops(axes, len(k.Outer), last, vars, accs, func() { k.fours(s, draw, vars) })
	return true
}

// fours writes the innermost loop of a store of four elements for each draw.
func (k *nestKernel) fours(s loop.Stmt, draw placed, vars []gotree.Expr) {
	last := len(draw.axes) - 1
	n := draw.axes[last].N
	v, q, u, j := k.Pick("o"), k.Pick("q"), k.named("draw"), k.Pick("j")
	vars[last] = gotree.Int(0)
	row, start := k.drawn(draw, vars)
	vars[last] = v
	each := func(block, from gotree.Expr, count int) {
		if !gotree.Is(start, 0) { // every term of it is a multiple of 4
			block = gotree.Binary{X: gotree.Binary{X: gotree.Paren{X: start}, Op: "/", Y: gotree.Int(4)}, Op: "+", Y: block}
		}
		var over gotree.Expr = u
		if count < 4 {
			over = gotree.Slice{X: u, To: gotree.Int(count)}
		}
		k.Add(gotree.Let(u, k.draw(draw.Buf, "Uniform4", row, block)))
		uniform := &gotree.Var{Name: "uniform"}
		k.In(&gotree.Range{Key: j, Value: uniform, Over: over}, func() {
			k.Add(gotree.Let(v, from))
			k.store(s, vars, k.el.converted(uniform, "float32"))
		})
	}
	rest := func() {
		var from gotree.Expr = j
		if n >= 4 {
			from = gotree.Binary{X: gotree.Int(n / 4 * 4), Op: "+", Y: j}
		}
		each(gotree.Int(n/4), from, n%4)
	}
	if n >= 4 {
		k.In(&gotree.Range{Key: q, Over: gotree.Int(n / 4), Note: gotree.Say("four random numbers at a time")}, func() {
			each(q, gotree.Binary{X: gotree.Binary{X: q, Op: "*", Y: gotree.Int(4)}, Op: "+", Y: j}, 4)
		})
	}
	switch {
	case n%4 == 0:
	case n > 4:
		k.In(&gotree.Braces{}, rest)
	default:
		rest()
	}
	k.free(v, q, u, j)
}
