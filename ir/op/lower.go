package op

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// leaf makes v the whole of a buffer that no kernel writes.
func leaf(l Lowering, v *ir.Value, b *loop.Buffer) {
	b.Rows, b.Shape = v.Shape.Batched(), slices.Clone(v.Shape.Row())
	if v.Shape.Ragged() {
		b.Ragged, b.Shape = true, nil
	}
	if v.DType == ir.I32 {
		b.DType = loop.I32
	}
	l.Alias(v, View{Buf: b, Strides: v.Shape.Strides()})
}

// loops gives one loop per axis of a shape; n counts rows, the others are
// called as in a layer: i features, t time, y and x space, c channels.
func loops(s ir.Shape) []loop.Axis {
	names := "abcdefgh"
	switch len(s.Row()) {
	case 1:
		names = "i"
	case 2:
		names = "ti"
	case 3:
		names = "yxc"
	}
	axes := make([]loop.Axis, len(s))
	for i, d := range s {
		j := i - len(s) + len(s.Row())
		if d == ir.Batch {
			axes[i] = loop.Axis{Name: "n", N: 1, Rows: true}
		} else {
			axes[i] = loop.Axis{Name: string(names[j%len(names)]), N: d}
		}
	}
	return axes
}

// access reads a view of a value of shape s at the points of a shape that s
// broadcasts to.
func access(w View, s, to ir.Shape) loop.Access {
	return loop.Access{Buf: w.Buf, Offset: w.Offset, Strides: stretched(s, w.Strides, to)}
}

// number is the number that v is everywhere, where that is known.
func number(v *ir.Value) (scalar.Expr, bool) {
	for {
		switch o := v.Op.(type) {
		case *Broadcast, *Reshape:
			v = v.Args[0]
			continue
		case *Const:
			if len(o.Data) == 1 {
				return scalar.Num(o.Data[0]), true
			}
		}
		return nil, false
	}
}

// operandsOf rewrites e over the accesses that it needs: known numbers become
// part of it, and what it does not use is not read.
func operandsOf(l Lowering, e scalar.Expr, args []*ir.Value, shape ir.Shape) (scalar.Expr, []loop.Access) {
	names := make([]scalar.Expr, len(args))
	read := map[*ir.Value]scalar.Expr{}
	var list []loop.Access
	for i, v := range args {
		if n, ok := number(v); ok {
			names[i] = n
			continue
		}
		if !scalar.UsesArg(e, i) {
			continue
		}
		if read[v] == nil {
			read[v] = scalar.Arg(len(list))
			list = append(list, access(l.View(v), v.Shape, shape))
		}
		names[i] = read[v]
	}
	return scalar.Substitute(e, names), list
}

// store emits one elementwise nest over a shape.
func store(l Lowering, v *ir.Value, to View, shape ir.Shape, value scalar.Expr, srcs []loop.Access, word string) {
	dst := loop.Access{Buf: to.Buf, Offset: to.Offset, Strides: slices.Clone(to.Strides)}
	all := pointers(&dst, srcs)
	l.Emit(v, &loop.Nest{
		Outer: collapse(loops(shape), all, 0),
		Body:  []loop.Stmt{{Dst: dst, Value: value, Srcs: srcs, Word: word}},
	})
}

// pointers lists a destination and its operands for collapse.
func pointers(dst *loop.Access, srcs []loop.Access) []*loop.Access {
	all := []*loop.Access{dst}
	for i := range srcs {
		all = append(all, &srcs[i])
	}
	return all
}

// collapse joins adjacent loops wherever the strides of every access go on
// across them, and drops loops of one turn. The axes are those from place from
// on in every access; their strides are edited in place.
func collapse(axes []loop.Axis, accesses []*loop.Access, from int) []loop.Axis {
	var lists []*[]int
	for _, a := range accesses {
		for ; a != nil; a = a.Index {
			lists = append(lists, &a.Strides)
		}
	}
	var out []loop.Axis
	for _, x := range axes {
		at := from + len(out) // of x in every list
		joins := len(out) > 0 && !x.Rows
		for _, s := range lists {
			joins = joins && (*s)[at-1] == (*s)[at]*x.N
		}
		switch {
		case x.N == 1 && !x.Rows:
			for _, s := range lists {
				*s = slices.Delete(*s, at, at+1)
			}
		case joins:
			last := &out[len(out)-1]
			last.N *= x.N
			if !last.Rows {
				last.Name = x.Name
			}
			for _, s := range lists {
				*s = slices.Delete(*s, at-1, at)
			}
		default:
			out = append(out, x)
		}
	}
	return out
}

// contiguous reports whether strides are those of a row-major tensor.
func contiguous(s ir.Shape, strides []int) bool {
	for i, stride := range s.Strides() {
		if s[i] != 1 && strides[i] != stride {
			return false
		}
	}
	return true
}

// wholeBuffer is the buffer that holds v alone and in order, copied into one where v
// is only a view: families over rows of a table know no strides.
func wholeBuffer(l Lowering, v, operand *ir.Value) *loop.Buffer {
	w := l.View(operand)
	s := operand.Shape
	if w.Offset == 0 && w.Buf.Class != loop.Random && w.Buf.Rows == s.Batched() && w.Buf.Row() == s.Elements() && contiguous(s, w.Strides) {
		return w.Buf
	}
	b := &loop.Buffer{Name: operand.Name + ".rows", Layer: v.Layer, Rows: s.Batched(), Shape: slices.Clone(s.Row())}
	store(l, v, View{Buf: b, Strides: s.Strides()}, s, scalar.Arg(0), []loop.Access{access(w, s, s)}, "copy")
	return b
}
