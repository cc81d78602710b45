package onnxlayer_test

import (
	"bytes"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/onnx/onnxlayer"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/writeback"
	"github.com/nngen-go/nngen/ir/spec"
)

// counted counts how often files are opened.
type counted struct {
	fs.FS
	opened int
}

func (c *counted) Open(name string) (fs.File, error) {
	c.opened++
	return c.FS.Open(name)
}

const description = `name: tuned
inputs: {x: {shape: [2]}}
layers:
  - ONNX: {name: body, file: m.onnx ARGS}
  - Dense: {units: 1}
compile: {optimizer: sgd, loss: mean_squared_error}
`

// network builds a description of a file.
func network(t *testing.T, text string, file []byte) (*build.Network, *counted) {
	t.Helper()
	m, err := spec.Parse("tuned.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	files := &counted{FS: fstest.MapFS{"m.onnx": {Data: file}, "other.onnx": {Data: file}}}
	m.Files = files
	n, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	return n, files
}

// affine is y = x·w + b of a file, w [2, 3].
func affine(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("../../../cmd/nngen/testdata/affine.onnx")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestIdentity: weights belong to what a file computes, whatever it is called and
// whatever weights it has.
func TestIdentity(t *testing.T) {
	file := affine(t)
	text := strings.Replace(description, "ARGS", "", 1)
	n, files := network(t, text, file)
	if files.opened != 1 {
		t.Errorf("the file was read %d times", files.opened)
	}
	same := func(what, text string, file []byte, want bool) {
		t.Helper()
		other, _ := network(t, text, file)
		if got := other.Header.ModelID == n.Header.ModelID; got != want {
			t.Errorf("%s: the same identity: %v", what, got)
		}
	}
	trained, err := writeback.Put(file, map[string][]float32{"w": {6, 5, 4, 3, 2, 1}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	same("other weights", text, trained.Model, true)
	same("another name", strings.Replace(text, "m.onnx", "other.onnx", 1), file, true)
	same("what trains", strings.Replace(description, "ARGS", ", freeze: [w]", 1), file, true)
	other := bytes.Replace(file, []byte("\x08\x08:"), []byte("\x08\x07:"), 1) // the version of the IR
	same("another file", text, other, false)
}

// TestTrainable: which parts of the block the tensors are in, and the way back.
func TestTrainable(t *testing.T) {
	for args, want := range map[string]string{
		"":                                 "body/w trainable, body/b trainable",
		", train: [b]":                     "body/b trainable, body/w frozen",
		", freeze: ['*']":                  "body/w frozen, body/b frozen",
		", trainable: false":               "body/w frozen, body/b frozen",
		", train: ['*'], freeze: [w]":      "body/b trainable, body/w frozen",
		", train: [w, b], trainable: true": "body/w trainable, body/b trainable",
	} {
		n, _ := network(t, strings.Replace(description, " ARGS", args, 1), affine(t))
		var got []string
		for _, s := range n.Header.Segments {
			if s.Layer == "body" {
				got = append(got, s.Name+" "+s.Role.String())
			}
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("%s: %s, want %s", args, got, want)
		}
		if len(n.Origins) != 1 || n.Origins[0].Layer != "body" || n.Origins[0].File != "m.onnx" {
			t.Fatalf("%s: %v", args, n.Origins)
		}
		tensors, err := n.Origins[0].Tensors(func(segment string) []float32 { return n.Weights[segment] })
		if err != nil || !slices.Equal(tensors["w"], []float32{1, 0, 2, 3, 2, 1}) || !slices.Equal(tensors["b"], []float32{0, 0, 2.5}) {
			t.Errorf("%s: %v, %v", args, tensors, err)
		}
	}
	n, _ := network(t, strings.Replace(description, "ARGS", "", 1), affine(t))
	for _, s := range n.Header.Segments {
		if given := n.Weights[s.Name] != nil; given != (s.Init.Kind == "file") {
			t.Errorf("%s begins with %q", s.Name, s.Init.Kind)
		}
	}
	if _, err := n.Origins[0].Tensors(func(string) []float32 { return nil }); err == nil {
		t.Error("weights that are missing were put back")
	}
}

// TestDescribe: files whose packages have inputs and outputs of another kind than the
// files.
func TestDescribe(t *testing.T) {
	described := func(g *proto.Graph) (*build.Network, error) {
		t.Helper()
		m := proto.Model{IRVersion: 8, Opsets: []proto.Opset{{Version: 13}}, Graph: g}
		file, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		d, err := onnxlayer.Describe("m.onnx", file, fstest.MapFS{"m.onnx": {Data: file}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return build.Build(d)
	}
	port := func(name string, of proto.Type, dims ...proto.Dim) *proto.ValueInfo {
		return &proto.ValueInfo{Name: name, Kind: "tensor", Element: of, Dims: dims, Shaped: true}
	}
	constant := func(v int64) *proto.Graph {
		return &proto.Graph{
			Name: "g", Outputs: []*proto.ValueInfo{port("y", proto.Int64, proto.Dim{Value: 1})},
			Nodes:        []*proto.Node{{Op: "Abs", Inputs: []string{"c"}, Outputs: []string{"y"}}},
			Initializers: []*proto.Tensor{{Name: "c", Type: proto.Int64, Dims: []int64{1}, Int64s: []int64{v}}},
		}
	}
	places := &proto.Graph{
		Name: "g", Inputs: []*proto.ValueInfo{port("x", proto.Float32, proto.Dim{Value: -1, Param: "n"}, proto.Dim{Value: 5})},
		Outputs: []*proto.ValueInfo{port("y", proto.Int64, proto.Dim{Value: -1, Param: "n"}, proto.Dim{Value: 1})},
		Nodes:   []*proto.Node{{Op: "ArgMax", Inputs: []string{"x"}, Outputs: []string{"y"}, Attributes: []*proto.Attribute{{Name: "axis", Kind: proto.Int, Int: 1}}}},
	}
	for _, g := range []*proto.Graph{places, constant(-1 << 24)} {
		n, err := described(g)
		if err != nil {
			t.Fatal(err)
		}
		if y := n.Predict.Outputs[0]; y.DType != ir.F32 {
			t.Errorf("%s gives %v", g.Nodes[0].Op, y.Type)
		}
		if len(n.Header.Inputs) != 1 {
			t.Errorf("%s: %d inputs", g.Nodes[0].Op, len(n.Header.Inputs))
		}
	}
	parts := &proto.Graph{
		Name: "g", Inputs: places.Inputs,
		Outputs:      []*proto.ValueInfo{port("a", proto.Float32, proto.Dim{Value: -1, Param: "n"}, proto.Dim{Value: 5}), port("b", proto.Float32, proto.Dim{Value: -1, Param: "n"}, proto.Dim{})},
		Nodes:        []*proto.Node{{Op: "Split", Inputs: []string{"x", "sizes"}, Outputs: []string{"a", "b"}, Attributes: places.Nodes[0].Attributes}},
		Initializers: []*proto.Tensor{{Name: "sizes", Type: proto.Int64, Dims: []int64{2}, Int64s: []int64{5, 0}}},
	}
	if n, err := described(parts); err != nil || len(n.Header.Outputs) != 1 || n.Header.Outputs[0].Name != "a" {
		t.Errorf("a part without elements: %v", err)
	}
	if _, err := described(constant(1<<24 + 1)); err == nil || !strings.Contains(err.Error(), "16777217, which no float32 holds") {
		t.Errorf("16777217 is exact: %v", err)
	}
}
