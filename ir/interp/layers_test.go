package interp

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/pass"
)

// TestOtherFamilies differentiates networks of a convolution, a pooling and a
// recurrence, and compares with finite differences.
func TestOtherFamilies(t *testing.T) {
	for name, forward := range map[string]func(b *ir.Builder, param func(name string, shape ...int) *ir.Value) *ir.Value{
		"convolution with padding, then pooling": func(b *ir.Builder, param func(name string, shape ...int) *ir.Value) *ir.Value {
			x := op.InputOf(b, op.Input{Port: "x", Of: ir.Type{Shape: ir.Shape{n, 6, 2}}})
			term := func(axis, coef int) op.Term { return op.Term{Axis: axis, Coef: coef} }
			y := b.Apply(&op.Contract{
				Axes:  []op.Axis{{Name: "n", Extent: n}, {Name: "x", Extent: 6}, {Name: "o", Extent: 3}, {Name: "k", Extent: 3}, {Name: "c", Extent: 2}},
				Lhs:   []op.Index{op.At(0), {Terms: []op.Term{term(1, 1), term(3, 1)}, Offset: -1}, op.At(4)},
				Rhs:   []op.Index{op.At(3), op.At(4), op.At(2)},
				Out:   []op.Index{op.At(0), op.At(1), op.At(2)},
				Shape: ir.Shape{n, 6, 3},
			}, x, param("conv/kernel", 3, 2, 3))
			y = op.Unary(b, "gelu", op.Binary(b, "add", y, param("conv/bias", 3)))
			y = b.Apply(&op.Window{Reduce: loop.Max, Sizes: []int{3}, Strides: []int{2}, Dilations: []int{1}, Before: []int{0}, After: []int{1}}, y)
			return op.MatMul(b, op.ReshapeTo(b, y, ir.Shape{n, 9}), param("head/kernel", 9, 1))
		},
		"embedding, then a masked recurrence": func(b *ir.Builder, param func(name string, shape ...int) *ir.Value) *ir.Value {
			ids := op.InputOf(b, op.Input{Port: "ids", Limit: 5, Of: ir.Type{Shape: ir.Shape{n, 4}, DType: ir.I32}})
			x := op.GatherRows(b, param("emb/embeddings", 5, 2), ids)
			finals, outputs := op.Recur(b, op.Recurrence{
				Length: 4, Reverse: true, Train: true,
				Mask:     op.Binary(b, "gt", ids, op.Scalar(b, 0)),
				Initial:  []*ir.Value{op.BroadcastTo(b, op.Scalar(b, 0.1), ir.Shape{n, 3})},
				Steps:    []*ir.Value{op.MatMul(b, x, param("rnn/kernel", 2, 3))},
				Captures: []*ir.Value{param("rnn/recurrent_kernel", 3, 3)},
				Body: func(b *ir.Builder, carried, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
					h := op.Unary(b, "tanh", op.Binary(b, "add", steps[0], op.MatMul(b, carried[0], captures[0])))
					return []*ir.Value{h}, []*ir.Value{h}
				},
			})
			return op.MatMul(b, op.Binary(b, "add", finals[0], op.Mean(b, outputs[0], false, 1)), param("head/kernel", 3, 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := ir.NewBuilder("train")
			y := forward(b, func(name string, shape ...int) *ir.Value {
				return op.ParamOf(b, op.Param{Segment: name, Shape: shape})
			})
			b.Graph.Outputs = []*ir.Value{y}
			b.Graph.Loss = op.Sum(b, op.Binary(b, "mul", y, y), false, 0, 1)
			b.Graph.Losses = []*ir.Value{b.Graph.Loss}
			if err := b.Errors.Err(); err != nil {
				t.Fatal(err)
			}
			g := pass.Clone(b.Graph)
			if err := pass.Autodiff(g); err != nil {
				t.Fatal(err)
			}
			if err := ir.Verify(g); err != nil {
				t.Fatal(err)
			}
			m := New[float64](g)
			r := rand.New(rand.NewPCG(8, 9))
			for _, p := range g.Params {
				w := m.Params[p.Op.(*op.Param).Segment].F
				for i := range w {
					w[i] = 2*r.Float64() - 1
				}
			}
			x := ir.NewTensor[float64](ir.Shape{3, 6, 2})
			for i := range x.F {
				x.F[i] = 2*r.Float64() - 1
			}
			ids := &ir.Tensor[float64]{Shape: ir.Shape{3, 4}, I: []int32{1, 4, 2, 0, 3, 0, 0, 2, 0, 0, 0, 1}}
			batch := Batch[float64]{Rows: 3, Feed: map[string]*ir.Tensor[float64]{"x": x, "ids": ids}}
			result, err := m.Run(g, batch)
			if err != nil {
				t.Fatal(err)
			}
			grads := map[string][]float64{}
			for _, a := range result.Grads {
				grads[a.Segment] = append([]float64(nil), a.Value.F...)
			}
			if len(grads) != len(g.Params) {
				t.Fatalf("%d gradients of %d parameters", len(grads), len(g.Params))
			}
			for segment, got := range grads {
				every := make([]int, len(got))
				for i := range every {
					every[i] = i
				}
				want, err := differences(m, g, batch, segment, every, 1e-5)
				if err != nil {
					t.Fatal(err)
				}
				for i := range got {
					if math.Abs(got[i]-want[i]) > 1e-8 {
						t.Errorf("gradient of %s[%d] is %v, by differences %v", segment, i, got[i], want[i])
					}
				}
			}
		})
	}
}
