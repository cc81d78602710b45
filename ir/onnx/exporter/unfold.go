package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// operand is an operand of a contraction with an axis of its own for every letter: an
// index such as 2y+r-1 is looked up in the operand surrounded by zeros.
func (e products) operand(v *ir.Value, k *op.Contract, of *ir.Value, list []op.Index, letters []string) (name, text string) {
	if name = e.value(of); name == "" {
		return "", ""
	}
	shape, at := slices.Clone(of.Shape), 0 // the axis of the name that the next index is of
	dropped := false
	for i, x := range list {
		for _, t := range x.Terms {
			text += letters[t.Axis]
		}
		switch d := of.Shape[i]; {
		case len(x.Terms) == 0 && d == 1 && x.Offset == 0:
			shape, dropped = slices.Delete(shape, at, at+1), true
		case isPlain(x) && k.Axes[x.Terms[0].Axis].Extent == d:
			at++
		default:
			if dropped {
				name, dropped = e.reshaped(name, extents(append(slices.Clone(shape[:at]), of.Shape[i:]...)), inner(title(v), "operand")), false
			}
			var points []int
			name, points = e.unfold(v, k, name, x, at, len(shape), d)
			shape = slices.Concat(shape[:at], points, shape[at+1:])
			at += len(points)
		}
	}
	if dropped {
		name = e.reshaped(name, extents(shape), inner(title(v), "operand"))
	}
	return name, text
}

// unfold replaces an axis of d elements by one for each term of an index.
func (e products) unfold(v *ir.Value, k *op.Contract, name string, x op.Index, axis, rank, d int) (string, []int) {
	places, points := []int{x.Offset}, []int(nil)
	for _, t := range x.Terms {
		var next []int
		for _, p := range places {
			for i := range k.Axes[t.Axis].Extent {
				next = append(next, p+i*t.Coef)
			}
		}
		places, points = next, append(points, k.Axes[t.Axis].Extent)
	}
	low, high := slices.Min(places), slices.Max(places)
	if before, after := max(0, -low), max(0, high-(d-1)); before+after > 0 {
		pads := make([]int, 2*rank)
		pads[axis], pads[rank+axis] = before, after
		name = e.node("Pad", []string{name, e.ints(pads...), e.num(0)}, inner(title(v), "padded"))
		for i := range places {
			places[i] += before
		}
	}
	name = e.node("Gather", []string{name, e.table(points, places)}, inner(title(v), "unfolded"), intOf("axis", axis))
	return name, points
}
