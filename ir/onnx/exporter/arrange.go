package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// arranging writes what moves elements and computes nothing.
type arranging struct{ *exporter }

// extents are those of a shape as operators take them: 0 keeps the first, that of the
// rows.
func extents(shape ir.Shape) []int {
	out := slices.Clone(shape)
	if shape.Batched() {
		out[0] = 0
	}
	return out
}

func (e arranging) reshape(v *ir.Value, k *op.Reshape) {
	if loops(e).unpacked(v) {
		return
	}
	x := e.value(v.Args[0])
	if x == "" {
		return
	}
	e.setLike(v, "Reshape", []string{x, e.ints(extents(k.Shape)...)})
}

func (e arranging) transpose(v *ir.Value, k *op.Transpose) {
	x := v.Args[0]
	if rank := len(v.Shape); rank > 2 && slices.Equal(k.Perm, toFirst(rank)) && e.isFirst(x) {
		if name := e.channelsFirst(x); name != "" {
			e.last[v] = name
		}
		return
	}
	if name := e.value(x); name != "" {
		e.setLike(v, "Transpose", []string{name}, intsOf("perm", k.Perm...))
	}
}

func (e arranging) broadcast(v *ir.Value, k *op.Broadcast) {
	if x := e.value(v.Args[0]); x != "" {
		e.setLike(v, "Expand", []string{x, e.whole(v, v.Args[0].Shape, k.Shape)})
	}
}

// whole is the name of the shape that Expand stretches another to. Where rows come in
// they are counted while the model runs.
func (e arranging) whole(v *ir.Value, from, to ir.Shape) string {
	shape := slices.Clone(to)
	if !shape.Batched() || from.Batched() {
		if shape.Batched() {
			shape[0] = 1
		}
		return e.ints(shape...)
	}
	rows := e.rowCount()
	if len(shape) == 1 {
		return rows
	}
	return e.like("Concat", []string{rows, e.ints(shape[1:]...)}, inner(title(v), "shape"), intOf("axis", 0))
}

func (e arranging) concat(v *ir.Value, k *op.Concat) {
	rank, first := len(v.Shape), len(v.Shape) > 2
	for _, a := range v.Args {
		first = first && !e.free(a) && e.isFirst(a)
	}
	var in []string
	for _, a := range v.Args {
		x := ""
		if first {
			x = e.channelsFirst(a)
		} else {
			x = e.value(a)
		}
		if x == "" {
			return
		}
		in = append(in, x)
	}
	if first {
		e.setFirst(v, "Concat", in, intOf("axis", slices.Index(toFirst(rank), k.Axis)))
		return
	}
	e.setLike(v, "Concat", in, intOf("axis", k.Axis))
}

func (e arranging) slice(v *ir.Value, k *op.Slice) {
	if loops(e).unpacked(v) {
		return
	}
	x := v.Args[0]
	first := e.isFirst(x) && e.last[e.of(x)] == ""
	var starts, ends, axes, steps []int
	for i, size := range k.Sizes {
		if size == ir.Batch || k.Starts[i] == 0 && k.Steps[i] == 1 && size == x.Shape[i] {
			continue
		}
		at := i
		if first {
			at = slices.Index(toFirst(len(v.Shape)), i)
		}
		end := k.Starts[i] + (size-1)*k.Steps[i]
		if end++; k.Steps[i] < 0 {
			if end -= 2; end < 0 { // before the first element, which a negative number counted from the end is not
				end = -x.Shape[i] - 1
			}
		}
		starts, ends, axes, steps = append(starts, k.Starts[i]), append(ends, end), append(axes, at), append(steps, k.Steps[i])
	}
	var name string
	if first {
		name = e.channelsFirst(x)
	} else {
		name = e.value(x)
	}
	if name == "" {
		return
	}
	in := []string{name}
	if len(starts) > 0 {
		in = append(in, e.ints(starts...), e.ints(ends...), e.ints(axes...), e.ints(steps...))
	}
	switch {
	case len(starts) == 0 && first:
		e.setFirst(v, "Identity", in)
	case len(starts) == 0:
		e.setLike(v, "Identity", in)
	case first:
		e.setFirst(v, "Slice", in)
	default:
		e.setLike(v, "Slice", in)
	}
}

// pad surrounds. What lies between neighbours is put after each of them, on an axis of
// its own, and taken away after the last.
func (e arranging) pad(v *ir.Value, k *op.Pad) {
	x := v.Args[0]
	if first := e.isFirst(x) && e.last[e.of(x)] == "" && k.Interior == nil; first {
		perm := toFirst(len(v.Shape))
		pads := slices.Concat(permuted(k.Before, perm), permuted(k.After, perm))
		e.setFirst(v, "Pad", []string{e.channelsFirst(x), e.ints(pads...), e.num(k.Value)})
		return
	}
	name, shape := e.value(x), slices.Clone(x.Shape)
	if name == "" {
		return
	}
	for i := range k.Interior {
		between, d := k.Interior[i], shape[i]
		if between == 0 || d == 1 {
			continue
		}
		split := slices.Insert(extents(shape), i+1, 1)
		pads := make([]int, 2*len(split))
		pads[len(split)+i+1] = between
		wide := extents(shape)
		wide[i] = d * (between + 1)
		shape[i] = (d-1)*(between+1) + 1
		name = e.reshaped(name, split, inner(title(v), "split"))
		name = e.node("Pad", []string{name, e.ints(pads...), e.num(k.Value)}, inner(title(v), "interior"))
		name = e.reshaped(name, wide, inner(title(v), "joined"))
		name = e.node("Slice", []string{name, e.ints(0), e.ints(shape[i]), e.ints(i)}, inner(title(v), "cut"))
	}
	e.set(v, "Pad", []string{name, e.ints(slices.Concat(k.Before, k.After)...), e.num(k.Value)})
}
