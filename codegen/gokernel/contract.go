package gokernel

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/lane"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// contract prints a contraction.
func (e *Printer) contract(c *loop.Contract) *Kernel {
	k := e.newWriter()
	y, x, w, fixed := "y", "x", "w", "b"
	switch {
	case slices.ContainsFunc(c.K, isRows):
		y, w, fixed = "dw", "dy", "w"
		if c.Lhs.Buf.Grad && !c.Rhs.Buf.Grad {
			x, w = w, x
		}
	case c.Out.Buf.Grad && c.Lhs.Buf.Grad:
		y, x = "dx", "dy"
	}
	k.param(c.Out.Buf, y)
	k.param(c.Lhs.Buf, x)
	k.param(c.Rhs.Buf, w)
	for _, a := range c.Extra {
		wish := fixed
		if a.Buf.Rows {
			wish = "h"
		}
		k.param(a.Buf, wish)
	}
	k.describeContract(c)
	var numbers lane.Numbers = lane.Literals{}
	if s := shape.SoFar(c); s != nil {
		numbers = s
	}
	p := lane.Contract(c, k.rowsAtMost(), e.sums.lane(), numbers)
	k.Order = p.Order()
	lettered(p.Form)
	k.names.Take("a", "acc", "d", "s", "v") // what blocks call their elements
	body, divided := p.Body(laneKernel{k})
	k.Add(body...)
	k.divided = divided
	return k.Kernel
}

// lane are the limits that contractions keep to.
func (l sumLimits) lane() lane.Sums {
	return lane.Sums{Long: l.long, Partial: l.partial, Variable: l.variable, Tile: l.tile, Most: l.most}
}

// laneKernel is a kernel that loops are made for.
type laneKernel struct{ *writer }

func (k laneKernel) Ref(b *loop.Buffer) lane.Ref {
	p := k.param(b, "x")
	r := lane.Ref{Var: p.v, Elem: gotree.Word(k.el.Of(b)), Number: p.Form == Value}
	if p.Form == Fixed {
		r.Len = b.Row()
	}
	return r
}

// Array views a parameter as what it is not: rows of a kernel of several dimensions.
func (k laneKernel) Array(b *loop.Buffer, row int) *gotree.Var {
	p := k.param(b, "x")
	dims, suffix := []int{b.Row()}, "All"
	if row > 0 {
		dims, suffix = []int{b.Row() / row, row}, "Rows"
	}
	if slices.Equal(dims, p.Dims) {
		return p.v
	}
	key := p.Name + gotree.Array(dims)
	if k.arrays[key] == nil {
		v := k.named(p.Name + suffix)
		var typ gotree.Expr = gotree.Word(k.el.Of(b))
		for _, d := range slices.Backward(dims) {
			typ = gotree.ArrayType{N: gotree.Literal(d), Elem: typ}
		}
		pointer := gotree.CallExpr{Fn: gotree.Qual{Package: "unsafe", Name: "Pointer"}, Args: []gotree.Expr{p.v}}
		k.head = append(k.head, gotree.Let(v, gotree.CallExpr{Fn: gotree.Paren{X: gotree.Unary{Op: "*", X: typ}}, Args: []gotree.Expr{pointer}}))
		k.arrays[key] = v
	}
	return k.arrays[key]
}

func (k laneKernel) Rows() gotree.Number {
	k.Counted = true
	return gotree.Number{As: gotree.Word("n")}
}

// Sum is not the name of the sizes that a kernel has as an argument when it has become
// one with others.
func (k laneKernel) Sum() string {
	if k.printer.Share {
		return "acc"
	}
	return "s"
}

func (k laneKernel) Rounded(v gotree.Expr) gotree.Expr { return k.round(v) }

func (k laneKernel) Assign(dst gotree.Expr, op string, e scalar.Expr, args []gotree.Expr, word string) gotree.Block {
	return k.assigned(dst, op, e, args, word)
}
