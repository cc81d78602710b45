package interp

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// TestPooling compares pooling and its gradient with the rules of the
// primitives, bit for bit, with equal values and NaN among the inputs.
func TestPooling(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		w := op.Window{Reduce: loop.Max}
		if r.IntN(2) == 0 {
			w.Reduce, w.Mean = loop.Sum, r.IntN(2) == 0
		}
		shape := ir.Shape{n}
		for range 1 + r.IntN(3) {
			size, dilation := 1+r.IntN(3), 1+r.IntN(2)
			span := (size-1)*dilation + 1
			shape = append(shape, span+r.IntN(5))
			w.Sizes, w.Dilations, w.Strides = append(w.Sizes, size), append(w.Dilations, dilation), append(w.Strides, 1+r.IntN(3))
			w.Before, w.After = append(w.Before, r.IntN(min(dilation, span))), append(w.After, r.IntN(min(dilation, span)))
		}
		shape = append(shape, 1+r.IntN(4))
		b := ir.NewBuilder("g")
		x := op.InputOf(b, op.Input{Port: "x", Of: ir.Type{Shape: shape}})
		y := b.Apply(&w, x)
		if len(b.Errors) > 0 {
			continue // a window outside the image
		}
		dy := op.InputOf(b, op.Input{Port: "dy", Of: ir.Type{Shape: y.Shape}})
		dx := b.Apply(&op.WindowGrad{Window: w}, x, dy)
		pools[float32](t, r, &w, b.Graph, y, dx)
		pools[float64](t, r, &w, b.Graph, y, dx)
	}
}

func pools[F ir.Float](t *testing.T, r *rand.Rand, w *op.Window, g *ir.Graph, y, dx *ir.Value) {
	t.Helper()
	m := New[F](g)
	c := &ir.Context[F]{Rows: 1 + r.IntN(3)}
	draw := func(v *ir.Value) *ir.Tensor[F] {
		x := ir.NewTensor[F](v.Shape.Concrete(c.Rows))
		for i := range x.F {
			if x.F[i] = F(r.IntN(5)); r.IntN(20) == 0 {
				x.F[i] = F(math.NaN())
			}
		}
		return x
	}
	x, dy := draw(g.Inputs[0]), draw(g.Inputs[1])
	for _, k := range []struct {
		v    *ir.Value
		args []*ir.Tensor[F]
	}{{y, []*ir.Tensor[F]{x}}, {dx, []*ir.Tensor[F]{x, dy}}} {
		got, want := m.apply(c, k.v, k.args), op.Eval(c, k.v, k.args)
		if !got.Shape.Equal(want.Shape) {
			t.Fatalf("%v: shape %v, want %v", k.v.Op, got.Shape, want.Shape)
		}
		for i := range want.F {
			if got.F[i] != want.F[i] && !(got.F[i] != got.F[i] && want.F[i] != want.F[i]) {
				t.Fatalf("%v of %v: element %d is %v, want %v", k.v.Op, x.F, i, got.F[i], want.F[i])
			}
		}
	}
}
