package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "CutMix",
	Doc:  "Replaces a rectangle of images by that of others of the batch, and their targets by as much, while training.",
	New:  func() Config { return &CutMix{Factor: []float64{1}, augmentation: augmenting} },
})

// CutMix replaces a rectangle of each image of a batch, anywhere in it, by the same
// rectangle of another one while training. It has the proportions of the image and is
// 1 - w of it, with w distributed as beta(a, a); a is drawn for a batch, uniformly within
// factor. Targets are blended by w, those that are images of that size themselves cut
// in the same way; other inputs stay as they are. Source: Keras 3,
// layers/preprocessing/image_preprocessing/cut_mix.py; Yun et al., 2019.
type CutMix struct {
	Factor []float64 `arg:"factor,min=0,max=1" doc:"the lowest and the highest parameter of the distribution of what is left of an image, from 0 to 1; one number: 0 to that" train:"only"`
	augmentation
}

// Build implements [Config].
func (m *CutMix) Build(c *Context, in []*ir.Value) *ir.Value {
	low, high, ok := upTo(c, "factor", m.Factor)
	if !ok {
		return c.poison()
	}
	return m.mixes(c, in[0], func(x *ir.Value, other func(v *ir.Value) *ir.Value) (*ir.Value, func(*ir.Value) *ir.Value) {
		height, width := x.Shape[1], x.Shape[2]
		// Above 0, as in Keras.
		alpha := op.MapOf(c.B, sum(scalar.Arg(0), scalar.Num(1e-6)), "alpha", m.within(c, "alpha", ir.Shape{1, 1}, low, high))
		weight := m.beta(c, alpha)
		columns, rows := grid(c, x)
		across := m.side(c, "column", columns, width, weight)
		down := m.side(c, "row", rows, height, weight)
		cut := func(v *ir.Value) *ir.Value {
			inner := scalar.Call("select", scalar.Arg(3), scalar.Arg(1), scalar.Arg(0))
			return op.MapOf(c.B, scalar.Call("select", scalar.Arg(2), inner, scalar.Arg(0)), "cut", v, other(v), across, down)
		}
		return cut(x), func(t *ir.Value) *ir.Value {
			return m.cutTarget(c, t, height, width, cut, func(t *ir.Value) *ir.Value { return blended(c, t, other(t), weight) })
		}
	})
}

// edge is how far from where a rectangle begins a point still counts, so that one which
// is all but the whole image begins at its first point whatever is rounded.
const edge = 1e-3

// side is 1 for the columns, or the rows, of the rectangle, and 0 for the others.
func (m *CutMix) side(c *Context, what string, at *ir.Value, size int, weight *ir.Value) *ir.Value {
	n := scalar.Num(size)
	length := op.MapOf(c.B, product(n, scalar.Call("sqrt", difference(scalar.Num(1), scalar.Arg(0)))), "length", weight)
	start := op.MapOf(c.B, product(scalar.Arg(0), difference(n, scalar.Arg(1))), "start", m.uniform(c, what, 0, 1), length)
	place := sum(scalar.Arg(0), scalar.Num(edge))
	from, to := scalar.Call("ge", place, scalar.Arg(1)), scalar.Call("lt", place, sum(scalar.Arg(1), scalar.Arg(2)))
	return op.MapOf(c.B, scalar.Call("select", from, to, scalar.Num(0)), "inside", at, start, length)
}
