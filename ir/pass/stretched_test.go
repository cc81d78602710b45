package pass

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// A product below an average is computed once for all that the average is over, and so
// is what it takes to differentiate it: nothing but the product itself runs over the
// axes of the average.
func TestStretched(t *testing.T) {
	cases := []struct {
		name, product string
		over          []int
		shape, kernel ir.Shape
	}{
		{"steps", "nti,io->nto", []int{1}, ir.Shape{ir.Batch, 5, 3}, ir.Shape{3, 4}},
		{"image", "nyxi,io->nyxo", []int{1, 2}, ir.Shape{ir.Batch, 3, 2, 3}, ir.Shape{3, 4}},
		{"image, one axis", "nyxi,io->nyxo", []int{2}, ir.Shape{ir.Batch, 3, 5, 3}, ir.Shape{3, 4}},
		{"kernel first", "io,nti->not", []int{2}, ir.Shape{ir.Batch, 5, 3}, ir.Shape{3, 4}},
		{"heads", "nti,iho->ntho", []int{1}, ir.Shape{ir.Batch, 5, 3}, ir.Shape{3, 2, 2}},
		{"a kernel for each step", "nti,tio->nto", []int{1}, ir.Shape{ir.Batch, 5, 3}, ir.Shape{5, 3, 4}},
	}
	rapid.Check(t, func(r *rapid.T) {
		k := cases[rapid.IntRange(0, len(cases)-1).Draw(r, "case")]
		m := &model{header: loop.Program{Name: "stretched", File: "stretched.yaml", Batch: 4}}
		c := &choices{t: r}
		build := func(name string, training bool) *ir.Graph {
			c.next = 0
			n := &network{m: m, c: c, b: ir.NewBuilder(name), training: training, losses: name != "predict"}
			x := n.input(0, ir.Type{Shape: k.shape}, 0)
			layer := n.layer("before")
			x = op.Unary(n.b, "tanh", op.Binary(n.b, "mul", x, n.param(layer+"/scale", block.Trainable, 3)))
			layer = n.layer("product")
			w := n.param(layer+"/kernel", block.Trainable, k.kernel...)
			if k.name == "kernel first" {
				x = op.Einsum(n.b, k.product, w, x)
			} else {
				x = op.Einsum(n.b, k.product, x, w)
			}
			x = op.Mean(n.b, x, false, k.over...)
			x = op.ReshapeTo(n.b, x, ir.Shape{ir.Batch, x.Shape.Elements()})
			n.head(x, 0)
			if n.losses {
				n.loss()
			}
			if err := n.b.Errors.Err(); err != nil {
				r.Fatalf("%s: the test built a wrong model: %v", k.name, err)
			}
			return n.b.Graph
		}
		m.src.Train = build("train", true)
		m.describe(m.src.Train)
		m.src.Evaluate, m.src.Predict = build("evaluate", false), build("predict", false)
		p, err := Compile(&m.header, m.src, Options{})
		if err != nil {
			r.Fatal(err)
		}
		train := Clone(m.src.Train)
		if err := Autodiff(train); err != nil {
			r.Fatal(err)
		}
		compare(r, p, p.Train, train, drawData(r, m.src.Train, p.Batch))
		all, err := Compile(&m.header, m.src, Options{Off: map[string]bool{"stretched": true}})
		if err != nil {
			r.Fatal(err)
		}
		if less, more := products(p.Train), products(all.Train); k.name != "a kernel for each step" && less >= more {
			r.Fatalf("%s: products of %d operations, and %d where nothing is taken out", k.name, less, more)
		}
	})
}

// products counts the operations of the products of a plan for a row.
func products(p *loop.Plan) (flops int) {
	for _, s := range slices.Concat(p.Forward, p.Backward) {
		if r, ok := s.(*loop.Run); ok {
			if k, ok := r.Kernel.(*loop.Contract); ok {
				flops += k.Flops(1)
			}
		}
	}
	return flops
}
