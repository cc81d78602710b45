package onnx_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// step is a node of one result.
func step(op, out string, in ...string) *proto.Node {
	return &proto.Node{Op: op, Inputs: in, Outputs: []string{out}}
}

func floatTensor(name string, dims []int64, list ...float32) *proto.Tensor {
	return &proto.Tensor{Name: name, Type: proto.Float32, Dims: dims, Floats: list}
}

// same compares the first output.
func same(t *testing.T, m *onnx.Model, feed map[string]*tensor.Tensor, want ...float64) {
	t.Helper()
	out, err := backend.Run(m, feed)
	if err != nil {
		t.Error(err)
		return
	}
	got := out[0].Elements()
	if len(got) != len(want) {
		t.Errorf("%v, want %v", got, want)
		return
	}
	for i, w := range want {
		if d := got[i] - w; d > 1e-5 || d < -1e-5 {
			t.Errorf("element %d is %v, want %v", i, got[i], w)
			return
		}
	}
}

func vector(list ...float64) *tensor.Tensor {
	return &tensor.Tensor{Type: proto.Float32, Shape: []int{len(list)}, F: list}
}

// TestFunction puts the nodes of a function in place of its calls: with attributes of the
// call, an operand that is left out, and a function within.
func TestFunction(t *testing.T) {
	affine := &proto.Function{
		Name: "Affine", Domain: "local", Inputs: []string{"x", "shift"}, Outputs: []string{"y"}, Attributes: []string{"slope"},
		Opsets: []proto.Opset{{Version: 22}},
		Nodes: []*proto.Node{
			{Op: "LeakyRelu", Inputs: []string{"x"}, Outputs: []string{"h"}, Attributes: []*proto.Attribute{{Name: "alpha", Ref: "slope", Kind: proto.Float}}},
			{Op: "Sum", Inputs: []string{"h", "h"}, Outputs: []string{"y"}},
		},
	}
	twice := &proto.Function{
		Name: "Twice", Domain: "local", Inputs: []string{"x"}, Outputs: []string{"y"}, Opsets: []proto.Opset{{Version: 22}, {Domain: "local", Version: 1}},
		Nodes: []*proto.Node{
			{Op: "Affine", Domain: "local", Inputs: []string{"x", ""}, Outputs: []string{"h"}, Attributes: []*proto.Attribute{{Name: "slope", Kind: proto.Float, Float: 0.5}}},
			{Op: "Affine", Domain: "local", Inputs: []string{"h"}, Outputs: []string{"y"}},
		},
	}
	g := &proto.Graph{
		Nodes:  []*proto.Node{{Op: "Twice", Domain: "local", Inputs: []string{"x"}, Outputs: []string{"y"}}},
		Inputs: []*proto.ValueInfo{port("x", proto.Float32, 2)}, Outputs: []*proto.ValueInfo{port("y", proto.Float32, 2)},
	}
	// 2·max(x, slope·x), with slope 0.5 and then the standard's 0.01.
	same(t, nodes(t, g, affine, twice), map[string]*tensor.Tensor{"x": vector(3, -4)}, 12, -0.08)

	twice.Nodes[1] = &proto.Node{Op: "Twice", Domain: "local", Inputs: []string{"h"}, Outputs: []string{"y"}}
	if _, err := backend.Run(nodes(t, g, affine, twice), map[string]*tensor.Tensor{"x": vector(3, -4)}); err == nil || !strings.Contains(err.Error(), "deep") {
		t.Errorf("a function that calls itself: %v", err)
	}
}

// TestLoop writes steps one after the other, whose values are told apart: each has large
// weights that it has computed itself, of one name.
func TestLoop(t *testing.T) {
	const size = 100
	r := rand.New(rand.NewPCG(5, 6))
	table := make([]float32, size)
	x := make([]float64, size)
	want := make([]float64, 3*size)
	for i := range table {
		table[i], x[i] = r.Float32(), r.NormFloat64()
	}
	for s := range 3 {
		for i := range x {
			want[s*size+i] = x[i]
			for k := range s + 1 {
				want[s*size+i] += float64(table[i]) * float64(k)
			}
		}
	}
	body := &proto.Graph{
		Inputs:  []*proto.ValueInfo{port("i", proto.Int64), port("going", proto.Bool), port("state", proto.Float32, size)},
		Outputs: []*proto.ValueInfo{port("goes", proto.Bool), port("next", proto.Float32, size), port("row", proto.Float32, size)},
		Nodes: []*proto.Node{
			step("Identity", "goes", "going"), {Op: "Cast", Inputs: []string{"i"}, Outputs: []string{"f"}, Attributes: []*proto.Attribute{number("to", 1)}},
			step("Mul", "scaled", "table", "f"), step("Add", "next", "state", "scaled"), step("Identity", "row", "next"),
		},
	}
	g := &proto.Graph{
		Nodes:  []*proto.Node{{Op: "Loop", Inputs: []string{"trips", "", "x"}, Outputs: []string{"last", "all"}, Attributes: []*proto.Attribute{{Name: "body", Kind: proto.GraphA, Graph: body}}}},
		Inputs: []*proto.ValueInfo{port("x", proto.Float32, size)}, Outputs: []*proto.ValueInfo{port("all", proto.Float32, 3, size)},
		Initializers: []*proto.Tensor{{Name: "trips", Type: proto.Int64, Int64s: []int64{3}}, floatTensor("table", []int64{size}, table...)},
	}
	same(t, nodes(t, g), map[string]*tensor.Tensor{"x": vector(x...)}, want...)
}

// TestIf takes one of two branches, which read what is around them, by a condition that is
// computed.
func TestIf(t *testing.T) {
	branch := func(op string) *proto.Attribute {
		return &proto.Attribute{Name: map[string]string{"Neg": "then_branch", "Exp": "else_branch"}[op], Kind: proto.GraphA, Graph: &proto.Graph{
			Nodes: []*proto.Node{step(op, "z", "x")}, Outputs: []*proto.ValueInfo{port("z", proto.Float32, 2)},
		}}
	}
	g := &proto.Graph{
		Nodes: []*proto.Node{
			{Op: "ReduceSum", Inputs: []string{"x"}, Outputs: []string{"sum"}, Attributes: []*proto.Attribute{number("keepdims", 0)}},
			step("Greater", "c", "sum", "five"),
			{Op: "If", Inputs: []string{"c"}, Outputs: []string{"y"}, Attributes: []*proto.Attribute{branch("Neg"), branch("Exp")}},
		},
		Inputs: []*proto.ValueInfo{port("x", proto.Float32, 2)}, Outputs: []*proto.ValueInfo{port("y", proto.Float32, 2)},
		Initializers: []*proto.Tensor{floatTensor("five", nil, 5)},
	}
	m := nodes(t, g)
	same(t, m, map[string]*tensor.Tensor{"x": vector(3, 4)}, -3, -4)
	same(t, m, map[string]*tensor.Tensor{"x": vector(0, 1)}, 1, 2.718281828)
}

// TestScan runs a body that reads weights from around it, backward, with the steps along
// the last axis of the operand and of the result.
func TestScan(t *testing.T) {
	const size = 70 // large enough to be a parameter
	weights := make([]float32, size)
	x := make([]float64, size*3)
	for i := range weights {
		weights[i] = float32(i)
	}
	for i := range x {
		x[i] = float64(i % 7)
	}
	want := make([]float64, size*3)
	for i := range size {
		state := 0.0
		for s := 2; s >= 0; s-- {
			state += x[i*3+s] * float64(weights[i])
			want[i*3+(2-s)] = state
		}
	}
	ints := func(name string, v int64) *proto.Attribute {
		return &proto.Attribute{Name: name, Kind: proto.Ints, Ints: []int64{v}}
	}
	body := &proto.Graph{
		Inputs:  []*proto.ValueInfo{port("state", proto.Float32, size), port("part", proto.Float32, size)},
		Outputs: []*proto.ValueInfo{port("next", proto.Float32, size), port("row", proto.Float32, size)},
		Nodes:   []*proto.Node{step("Mul", "scaled", "part", "weights"), step("Add", "next", "state", "scaled"), step("Identity", "row", "next")},
	}
	g := &proto.Graph{
		Nodes: []*proto.Node{{Op: "Scan", Inputs: []string{"zeros", "x"}, Outputs: []string{"last", "y"}, Attributes: []*proto.Attribute{
			{Name: "body", Kind: proto.GraphA, Graph: body}, number("num_scan_inputs", 1),
			ints("scan_input_directions", 1), ints("scan_input_axes", 1), ints("scan_output_axes", -1),
		}}},
		Inputs: []*proto.ValueInfo{port("x", proto.Float32, size, 3)}, Outputs: []*proto.ValueInfo{port("y", proto.Float32, size, 3)},
		Initializers: []*proto.Tensor{floatTensor("weights", []int64{size}, weights...), floatTensor("zeros", []int64{size}, make([]float32, size)...)},
	}
	same(t, nodes(t, g), map[string]*tensor.Tensor{"x": {Type: proto.Float32, Shape: []int{size, 3}, F: x}}, want...)
}
