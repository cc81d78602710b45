package gokernel

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/lane"
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
	p := lane.Contract(c, k.rowsAtMost(), e.sums.lane(), lane.Literals{})
	lettered(p.Form)
	k.names.Take("a", "d", "s", "v") // what blocks call their elements
	k.divided = p.Print(laneKernel{k})
	return k.Kernel
}

// lane are the limits that contractions keep to.
func (l sumLimits) lane() lane.Sums {
	return lane.Sums{Long: l.long, Partial: l.partial, Variable: l.variable, Tile: l.tile, Most: l.most}
}

// laneKernel is a kernel as loops are printed into it.
type laneKernel struct{ *writer }

func (k laneKernel) Line(format string, args ...any) { k.line(format, args...) }

func (k laneKernel) Pick(wish string) string { return k.inner(wish) }

func (k laneKernel) Ref(b *loop.Buffer) lane.Ref {
	p := k.param(b, "x")
	r := lane.Ref{Name: p.Name, Elem: k.el.Of(b), Number: p.Form == value}
	if p.Form == Fixed {
		r.Len = b.Row()
	}
	return r
}

// Array views a parameter as what it is not: rows of a kernel of several dimensions.
func (k laneKernel) Array(b *loop.Buffer, row int) string {
	p := k.param(b, "x")
	dims, suffix := []int{b.Row()}, "All"
	if row > 0 {
		dims, suffix = []int{b.Row() / row, row}, "Rows"
	}
	if slices.Equal(dims, p.Dims) {
		return p.Name
	}
	key := p.Name + gotree.Array(dims)
	if k.arrays[key] == "" {
		k.arrays[key] = k.names.Pick(p.Name + suffix)
		k.head = append(k.head, fmt.Sprintf("%s := (*%s%s)(§unsafe.Pointer(%s))", k.arrays[key], gotree.Array(dims), k.el.Of(b), p.Name))
	}
	return k.arrays[key]
}

func (k laneKernel) Float() string { return k.el.float }

func (k laneKernel) Rows() string {
	k.Counted = true
	return "n"
}

func (k laneKernel) Rounded(v string) string { return k.round(v) }

func (k laneKernel) Assign(dst, op string, e scalar.Expr, args []string, word string, sum bool) {
	k.sumFirst = sum
	k.assign(dst, op, e, args, word)
	k.sumFirst = false
}
