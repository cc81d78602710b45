package op

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir"
)

// MatMul is x[..., i]·w[i, o], a contraction of the last axis of x with the
// first of w: every axis of x but the last is kept.
func MatMul(b *ir.Builder, x, w *ir.Value) *ir.Value {
	if !x.Valid() || !w.Valid() {
		return b.Apply(&Contract{}, x, w)
	}
	if len(x.Shape) < 1 || len(w.Shape) != 2 || x.Shape[len(x.Shape)-1] != w.Shape[0] {
		return b.Errorf("matmul of %v and %v: the last axis of the left must be the first of the right", x.Shape, w.Shape)
	}
	kept := "tyxabcdefgh"
	switch rank := len(x.Shape); {
	case rank == 4:
		kept = "yx"
	case rank-2 > len(kept):
		return b.Errorf("matmul of %v: too many axes", x.Shape)
	}
	left := ""
	if len(x.Shape) > 1 {
		left = "n" + kept[:len(x.Shape)-2]
	}
	return Einsum(b, fmt.Sprintf("%si,io->%so", left, left), x, w)
}

// Einsum is the contraction that spec writes in Einstein's notation, one letter
// per axis: "nqd,nkd->nqk". Letters absent from the result are summed over; an
// axis of the result must come from an operand.
func Einsum(b *ir.Builder, spec string, x, y *ir.Value) *ir.Value {
	if !x.Valid() || !y.Valid() {
		return b.Apply(&Contract{}, x, y)
	}
	in, out, ok := strings.Cut(spec, "->")
	left, right, ok2 := strings.Cut(in, ",")
	if !ok || !ok2 || len(left) != len(x.Shape) || len(right) != len(y.Shape) {
		return b.Errorf("einsum %q does not fit operands %v and %v", spec, x.Shape, y.Shape)
	}
	x, left = summedAlone(b, x, left, right+out)
	y, right = summedAlone(b, y, right, left+out)
	extent := map[byte]int{}
	for i := range len(left) {
		if d, seen := extent[left[i]]; seen && d != x.Shape[i] {
			return b.Errorf("einsum %q of %v and %v: axis %c is %d and %d", spec, x.Shape, y.Shape, left[i], d, x.Shape[i])
		}
		extent[left[i]] = x.Shape[i]
	}
	for i := range len(right) {
		if d, seen := extent[right[i]]; seen && d != y.Shape[i] {
			return b.Errorf("einsum %q of %v and %v: axis %c is %d and %d", spec, x.Shape, y.Shape, right[i], d, y.Shape[i])
		}
		extent[right[i]] = y.Shape[i]
	}
	// The axes of the result come first, so that loops are nested as it is laid out.
	c := &Contract{Shape: make(ir.Shape, len(out))}
	place := map[byte]int{}
	for _, letters := range []string{out, left, right} {
		for i := range len(letters) {
			d, known := extent[letters[i]]
			if !known {
				return b.Errorf("einsum %q: axis %c of the result belongs to no operand", spec, letters[i])
			}
			if _, seen := place[letters[i]]; !seen {
				place[letters[i]] = len(c.Axes)
				c.Axes = append(c.Axes, Axis{Name: letters[i : i+1], Extent: d})
			}
		}
	}
	index := func(letters string) []Index {
		list := make([]Index, len(letters))
		for i := range len(letters) {
			list[i] = At(place[letters[i]])
		}
		return list
	}
	c.Lhs, c.Rhs, c.Out = index(left), index(right), index(out)
	for i := range len(out) {
		c.Shape[i] = extent[out[i]]
	}
	return b.Apply(c, x, y)
}

// summedAlone sums x over the axes that nothing else has: no product is needed for
// that.
func summedAlone(b *ir.Builder, x *ir.Value, letters, others string) (*ir.Value, string) {
	var axes []int
	kept := ""
	for i := range len(letters) {
		if strings.Contains(others, letters[i:i+1]) {
			kept += letters[i : i+1]
		} else {
			axes = append(axes, i)
		}
	}
	if axes == nil {
		return x, letters
	}
	return Sum(b, x, false, axes...), kept
}
