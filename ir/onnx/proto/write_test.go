package proto_test

import (
	"archive/zip"
	"bytes"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// TestEncode writes the models of the samples, and their tensors, and reads them again.
func TestEncode(t *testing.T) {
	z, err := zip.OpenReader("../../../testdata/onnx/samples.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	models, tensors := 0, 0
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Name, ".pb") {
			x, err := proto.DecodeTensor(b)
			if err != nil {
				continue // a sequence
			}
			again, err := proto.DecodeTensor(x.Encode())
			if err != nil || !reflect.DeepEqual(x, again) {
				t.Errorf("%s: read again it is %+v, not %+v (%v)", f.Name, again, x, err)
			}
			tensors++
			continue
		}
		m, err := proto.DecodeModel(b)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		out, err := m.Encode()
		if err != nil {
			t.Logf("%s: %v", f.Name, err)
			continue
		}
		again, err := proto.DecodeModel(out)
		if err != nil || !reflect.DeepEqual(m, again) {
			t.Errorf("%s: it is not the same when it is read again: %v", f.Name, err)
		}
		if twice, err := again.Encode(); err != nil || !bytes.Equal(out, twice) {
			t.Errorf("%s: written twice, the bytes differ: %v", f.Name, err)
		}
		models++
	}
	if t.Logf("%d models, %d tensors", models, tensors); models < 18 || tensors < 64 {
		t.Error("too few")
	}
}

// TestEncodeEveryField writes a model of which every field is set, and numbers that have
// all bits.
func TestEncodeEveryField(t *testing.T) {
	tensors := []*proto.Tensor{
		{Name: "f", Type: proto.Float32, Dims: []int64{3}, Floats: []float32{0, -1, float32(math.Inf(1))}},
		{Name: "d", Type: proto.Float64, Dims: []int64{1}, Doubles: []float64{math.MaxFloat64}},
		{Name: "i", Type: proto.Int32, Dims: []int64{2}, Int32s: []int32{-1, math.MaxInt32}},
		{Name: "l", Type: proto.Int64, Dims: []int64{2}, Int64s: []int64{math.MinInt64, 0}},
		{Name: "u", Type: proto.Uint64, Dims: []int64{1}, Uint64s: []uint64{math.MaxUint64}},
		{Name: "s", Type: proto.StringType, Dims: []int64{2}, Strings: [][]byte{[]byte("a"), {0xff}}},
		{Name: "r", Type: proto.Uint8, Dims: []int64{2}, HasRaw: true, Raw: []byte{0, 255}},
		{Name: "x", Type: proto.Float32, External: map[string]string{"location": "w.bin", "offset": "4096"}},
	}
	inner := &proto.Graph{Name: "body", Nodes: []*proto.Node{{Op: "Identity", Inputs: []string{"", "a"}, Outputs: []string{"b"}}}}
	attributes := []*proto.Attribute{
		{Name: "a", Kind: proto.Float, Float: 0}, {Name: "b", Kind: proto.Int, Int: -3}, {Name: "c", Kind: proto.String, String: []byte("x")},
		{Name: "d", Kind: proto.TensorA, Tensor: tensors[0]}, {Name: "e", Kind: proto.GraphA, Graph: inner},
		{Name: "f", Kind: proto.Floats, Floats: []float32{1, -0.5}}, {Name: "g", Kind: proto.Ints, Ints: []int64{-1, 0, 1 << 40}},
		{Name: "h", Kind: proto.Strings, Strings: [][]byte{[]byte("p"), []byte("q")}}, {Name: "i", Kind: proto.Tensors, Tensors: tensors[1:3]},
		{Name: "j", Kind: proto.Graphs, Graphs: []*proto.Graph{inner}}, {Name: "k", Kind: proto.Int, Ref: "outer"},
	}
	infos := []*proto.ValueInfo{
		{Name: "v", Kind: "tensor", Element: proto.Bfloat16, Shaped: true, Dims: []proto.Dim{{Value: -1, Param: "N"}, {Value: 0}, {Value: -1}}},
		{Name: "w", Kind: "tensor", Element: proto.Bool}, {Name: "z"},
	}
	node := &proto.Node{Name: "n", Op: "F", Domain: "d", Overload: "o", Inputs: []string{"v", "", "w"}, Outputs: []string{"y"}, Attributes: attributes}
	m := &proto.Model{
		IRVersion: 10, Producer: "p", Version: "1", Metadata: map[string]string{"k": "v", "": "w"}, Opsets: []proto.Opset{{Version: 21}, {Domain: "d", Version: 1}},
		Graph: &proto.Graph{Name: "g", Nodes: []*proto.Node{node}, Initializers: tensors, Inputs: infos, Outputs: infos[:1], Values: infos[1:]},
		Functions: []*proto.Function{{
			Name: "F", Domain: "d", Overload: "o", Inputs: []string{"a"}, Outputs: []string{"b"}, Attributes: []string{"outer"},
			Defaults: attributes[:2], Opsets: []proto.Opset{{Version: 21}}, Nodes: inner.Nodes,
		}},
	}
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := proto.DecodeModel(b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(m, again) {
		t.Error("it is not the same when it is read again")
		for i, a := range node.Attributes {
			if b := again.Graph.Nodes[0].Attributes[i]; !reflect.DeepEqual(a, b) {
				t.Errorf("attribute %s is %+v, not %+v", a.Name, b, a)
			}
		}
	}
}

// TestEncodePartial refuses to write what has been read over.
func TestEncodePartial(t *testing.T) {
	for want, m := range map[string]*proto.Model{
		"training_info":       {Training: 1, Graph: &proto.Graph{}},
		"sparse initializers": {Graph: &proto.Graph{Sparse: 1}},
		`"s" is a sequence`:   {Graph: &proto.Graph{Outputs: []*proto.ValueInfo{{Name: "s", Kind: "sequence"}}}},
	} {
		if _, err := m.Encode(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, expected %s", err, want)
		}
	}
}

// TestEncodeSize refuses a model that would be too large for a message, before it is
// written.
func TestEncodeSize(t *testing.T) {
	part := make([]byte, 1<<20)
	g := &proto.Graph{}
	for range 2048 {
		g.Initializers = append(g.Initializers, &proto.Tensor{Type: proto.Uint8, Dims: []int64{1 << 20}, HasRaw: true, Raw: part})
	}
	_, err := (&proto.Model{Graph: g}).Encode()
	if want := "the file would have 2147483648 bytes; one message of protocol buffers has at most 2147483647"; err == nil || err.Error() != want {
		t.Errorf("%v, expected %s", err, want)
	}
}
