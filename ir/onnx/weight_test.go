package onnx_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/trainable"
	"github.com/nngen-go/nngen/ir/op"
)

// drawn draws models whose weights come to their operators by way of others.
type drawn struct {
	*rand.Rand
	graph *proto.Graph
}

func (d *drawn) floats(name string, dims ...int64) *proto.Tensor {
	n := int64(1)
	for _, e := range dims {
		n *= e
	}
	t := &proto.Tensor{Name: name, Type: proto.Float32, Dims: dims}
	for range n {
		t.Floats = append(t.Floats, float32(d.NormFloat64()))
	}
	return t
}

func (d *drawn) node(kind string, attributes []*proto.Attribute, in ...string) string {
	out := fmt.Sprintf("v%d", len(d.graph.Nodes))
	d.graph.Nodes = append(d.graph.Nodes, &proto.Node{Op: kind, Inputs: in, Outputs: []string{out}, Attributes: attributes})
	return out
}

func (d *drawn) ints(list ...int64) string {
	name := fmt.Sprintf("i%d", len(d.graph.Initializers))
	d.graph.Initializers = append(d.graph.Initializers, &proto.Tensor{Name: name, Type: proto.Int64, Dims: []int64{int64(len(list))}, Int64s: list})
	return name
}

// weight draws a matrix [rows, columns] that is made of tensors of the file.
func (d *drawn) weight(rows, columns int64, depth int) string {
	if depth == 0 {
		name := fmt.Sprintf("w%d", len(d.graph.Initializers)+len(d.graph.Nodes))
		if d.IntN(4) == 0 {
			t := d.floats("", rows, columns)
			d.graph.Nodes = append(d.graph.Nodes, &proto.Node{Op: "Constant", Outputs: []string{name}, Attributes: []*proto.Attribute{{Name: "value", Kind: proto.TensorA, Tensor: t}}})
		} else {
			d.graph.Initializers = append(d.graph.Initializers, d.floats(name, rows, columns))
		}
		return name
	}
	switch d.IntN(6) {
	case 0:
		return d.node("Transpose", nil, d.weight(columns, rows, depth-1))
	case 1:
		return d.node("Reshape", nil, d.weight(columns, rows, depth-1), d.ints(rows, columns))
	case 2:
		if rows%2 == 0 {
			axis := []*proto.Attribute{{Name: "axis", Kind: proto.Int, Int: 0}}
			return d.node("Concat", axis, d.weight(rows/2, columns, depth-1), d.weight(rows/2, columns, depth-1))
		}
	case 3:
		return d.node("Slice", nil, d.weight(rows+1, columns, depth-1), d.ints(1), d.ints(math.MaxInt64), d.ints(0))
	case 4:
		list := make([]int64, columns)
		for i, p := range d.Perm(int(columns)) {
			list[i] = int64(p)
		}
		return d.node("Gather", []*proto.Attribute{{Name: "axis", Kind: proto.Int, Int: 1}}, d.weight(rows, columns, depth-1), d.ints(list...))
	}
	return d.node("Identity", nil, d.weight(rows, columns, depth-1))
}

// model draws x·w₁·w₂… + a weight that may be one of before, transposed.
func (d *drawn) model() *proto.Model {
	d.graph = &proto.Graph{}
	at, width := "x", int64(2+d.IntN(4))
	d.graph.Inputs = []*proto.ValueInfo{{Name: "x", Kind: "tensor", Element: proto.Float32, Shaped: true, Dims: []proto.Dim{{Param: "n", Value: -1}, {Value: width}}}}
	for range 1 + d.IntN(3) {
		to := int64(2 + d.IntN(4))
		w := d.weight(width, to, d.IntN(4))
		at = d.node("MatMul", nil, at, w)
		if d.IntN(2) == 0 { // tied: the same matrix on the way back
			at, to = d.node("MatMul", nil, at, d.node("Transpose", nil, w)), width
		}
		width = to
	}
	d.graph.Outputs = []*proto.ValueInfo{{Name: at}}
	return &proto.Model{Graph: d.graph, Opsets: []proto.Opset{{Version: 13}}}
}

// computed runs a model on rows; weights are those of values, or the file's.
func computed(t *testing.T, p *proto.Model, use node.Use, x []float64, values map[string][]float32) ([]float64, *onnx.Built, *ir.Graph) {
	t.Helper()
	m, err := onnx.Load("drawn.onnx", p, onnx.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := ir.NewBuilder("predict")
	width := m.Inputs[0].Shape[1]
	in := op.InputOf(b, op.Input{Port: "x", Of: ir.Type{Shape: ir.Shape{ir.Batch, width}}})
	built, err := m.BuildFor(use, b, []*ir.Value{in}, "")
	if err != nil {
		t.Fatal(err)
	}
	b.Graph.Outputs = []*ir.Value{built.Outputs[0].Result()}
	machine := interp.New[float64](b.Graph)
	for _, w := range built.Weights {
		data := w.Data
		if v, ok := values[w.Segment]; ok {
			data = v
		}
		for i, f := range data {
			machine.Params[w.Segment].F[i] = float64(f)
		}
	}
	rows := len(x) / width
	out, err := machine.Run(b.Graph, interp.Batch[float64]{Rows: rows, Feed: map[string]*ir.Tensor[float64]{"x": {Shape: ir.Shape{rows, width}, F: x}}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Outputs[0].F, built, b.Graph
}

// put writes tensors into a model.
func put(p *proto.Model, tensors map[string][]float32) {
	for _, t := range p.Graph.Initializers {
		if v, ok := tensors[t.Name]; ok {
			t.Floats = v
		}
	}
	for _, n := range p.Graph.Nodes {
		if v, ok := tensors[n.Outputs[0]]; ok {
			n.Attributes[0].Tensor.Floats = v
		}
	}
}

// TestTensors trains random models, that is, gives their parameters other values: put
// back into the file these have it compute the same, read anew.
func TestTensors(t *testing.T) {
	forms := 0
	for seed := range uint64(400) {
		d := &drawn{Rand: rand.New(rand.NewPCG(seed, 1))}
		p := d.model()
		width := int(p.Graph.Inputs[0].Dims[1].Value)
		x := make([]float64, 3*width)
		for i := range x {
			x[i] = d.NormFloat64()
		}
		use := node.Use{Trains: true, Weights: trainable.Choice{Train: []string{"*"}}}
		plain, _, _ := computed(t, p, node.Use{}, x, nil)
		trained, built, g := computed(t, p, use, x, nil)
		near(t, seed, "as read", trained, plain)
		same, err := built.Tensors(func(segment string) []float32 { return segmentOf(built, segment).Data })
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range same {
			if want := tensorOf(p, name); !slices.Equal(values, want) {
				t.Fatalf("seed %d: %s is %v, want %v", seed, name, values, want)
			}
		}
		values := map[string][]float32{}
		for _, v := range g.Params {
			part := v.Op.(*op.Param)
			if part.Role != block.Trainable {
				t.Errorf("seed %d: %s does not train", seed, part.Segment)
			}
			for range v.Shape.Elements() {
				values[part.Segment] = append(values[part.Segment], float32(d.NormFloat64()))
			}
			forms++
		}
		want, _, _ := computed(t, p, use, x, values)
		tensors, err := built.Tensors(func(segment string) []float32 { return values[segment] })
		if err != nil {
			t.Fatal(err)
		}
		put(p, tensors)
		got, _, _ := computed(t, p, node.Use{}, x, nil)
		near(t, seed, "put back", got, want)
	}
	if forms < 400 {
		t.Errorf("%d parameters", forms)
	}
}

func segmentOf(b *onnx.Built, segment string) node.Weight {
	return b.Weights[slices.IndexFunc(b.Weights, func(w node.Weight) bool { return w.Segment == segment })]
}

func tensorOf(p *proto.Model, name string) []float32 {
	for _, t := range p.Graph.Initializers {
		if t.Name == name {
			return t.Floats
		}
	}
	for _, n := range p.Graph.Nodes {
		if n.Outputs[0] == name {
			return n.Attributes[0].Tensor.Floats
		}
	}
	return nil
}

func near(t *testing.T, seed uint64, what string, got, want []float64) {
	t.Helper()
	for i, w := range want {
		if d := math.Abs(got[i] - w); !(d <= 1e-9*max(1, math.Abs(w))) {
			t.Fatalf("seed %d, %s: %v, want %v", seed, what, got, want)
		}
	}
}

// TestAttributeWeights: lists of attributes that are as large as weights are do not get in
// each other's way.
func TestAttributeWeights(t *testing.T) {
	const width = 70
	d := &drawn{Rand: rand.New(rand.NewPCG(1, 8)), graph: &proto.Graph{Inputs: batchPort(width)}}
	offset, scale := d.floats("", width).Floats, d.floats("", width).Floats
	d.graph.Nodes = []*proto.Node{{Op: "Scaler", Domain: "ai.onnx.ml", Inputs: []string{"x"}, Outputs: []string{"y"}, Attributes: []*proto.Attribute{
		{Name: "offset", Kind: proto.Floats, Floats: offset}, {Name: "scale", Kind: proto.Floats, Floats: scale},
	}}}
	x, want := make([]float64, width), make([]float64, width)
	for i := range x {
		x[i] = d.NormFloat64()
		want[i] = (x[i] - float64(offset[i])) * float64(scale[i])
	}
	got, _, _ := computed(t, modelOf(d.graph, 13), node.Use{}, x, nil)
	near(t, 0, "scaled", got, want)
}
