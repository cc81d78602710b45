package onnx_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
)

// transformed is the transform of a signal, [frequencies, parts], by definition.
func transformed(x []float64, out int) []float64 {
	y := make([]float64, 0, 2*out)
	for k := range out {
		re, im := 0.0, 0.0
		for j, v := range x {
			sin, cos := math.Sincos(-2 * math.Pi * float64(j*k%len(x)) / float64(len(x)))
			re, im = re+v*cos, im+v*sin
		}
		y = append(y, re, im)
	}
	return y
}

// TestTables draws sizes of operators that multiply with a matrix of their own: what they
// compute is as defined, and no constant of the graph, which becomes source text, is large.
func TestTables(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 2))
	for range 12 {
		size := 20 + r.IntN(160)
		feed := tensor.New(proto.Float32, []int{1, size, 1})
		for i := range feed.F {
			feed.Set(i, r.NormFloat64())
		}
		spectrum := step("DFT", "y", "x", "", "axis")
		spectrum.Attributes = []*proto.Attribute{number("onesided", 1)}
		sums := step("CumSum", "y", "x", "axis")
		total, list := 0.0, []float64(nil)
		for _, v := range feed.F {
			total += v
			list = append(list, total)
		}
		for _, c := range []struct {
			node *proto.Node
			want []float64
		}{{spectrum, transformed(feed.F, size/2+1)}, {sums, list}} {
			m := nodes(t, &proto.Graph{
				Inputs: []*proto.ValueInfo{port("x", proto.Float32, 1, size, 1)}, Nodes: []*proto.Node{c.node},
				Outputs:      []*proto.ValueInfo{{Name: "y", Kind: "tensor", Element: proto.Float32}},
				Initializers: []*proto.Tensor{{Name: "axis", Type: proto.Int64, Int64s: []int64{1}}},
			})
			got, err := backend.Run(m, map[string]*tensor.Tensor{"x": feed})
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range c.want {
				if math.Abs(got[0].At(i)-v) > 1e-5*float64(size) {
					t.Fatalf("%s of %d: element %d is %v, want %v", c.node.Op, size, i, got[0].At(i), v)
				}
			}
			b := ir.NewBuilder("predict")
			in := op.InputOf(b, op.Input{Port: "x", Of: ir.Type{Shape: ir.Shape{ir.Batch, 1, size, 1}}})
			built, err := m.Build(b, []*ir.Value{in}, "")
			if err != nil {
				t.Fatal(err)
			}
			most := 0
			for _, v := range b.Graph.Values {
				if _, ok := v.Op.(*op.Const); ok {
					most = max(most, v.Shape.Elements())
				}
			}
			if size > 100 && len(built.Weights) == 0 || most > 1<<12 {
				t.Errorf("%s of %d: a constant of %d elements and %d parameters", c.node.Op, size, most, len(built.Weights))
			}
		}
	}
}
