package onnx_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// sound is an image [1,2,4,4] through Conv, Relu, Flatten and Gemm; the tests below break it.
func sound() *proto.Model {
	convolution, dense := step("Conv", "c", "x", "w", "b"), step("Gemm", "y", "f", "k")
	convolution.Name, dense.Name = "conv", "head"
	return &proto.Model{Opsets: []proto.Opset{{Version: 17}}, Graph: &proto.Graph{
		Name: "g", Inputs: fixedPort(-1, 2, 4, 4), Outputs: []*proto.ValueInfo{{Name: "y", Kind: "tensor", Element: proto.Float32}},
		Initializers: []*proto.Tensor{
			floatTensor("w", []int64{3, 2, 3, 3}, make([]float32, 54)...), floatTensor("b", []int64{3}, 1, 2, 3), floatTensor("k", []int64{12, 5}, make([]float32, 60)...),
		},
		Nodes: []*proto.Node{convolution, step("Relu", "r", "c"), step("Flatten", "f", "r"), dense},
	}}
}

// broken are files that are none, each a change of the sound one, and what is said of it.
var broken = []struct {
	change func(m *proto.Model)
	want   string
}{
	{func(m *proto.Model) {
		m.Opsets = []proto.Opset{{Domain: "com.acme", Version: 1}}
		nodeOf(m, 1).Domain = "com.acme"
	}, "spoilt.onnx: node 1 (com.acme.Relu) of opset 1: operators of the domain com.acme are not supported"},
	{func(m *proto.Model) { m.Graph.Nodes = nil }, "spoilt.onnx: output \"y\" is made by no node"},
	{func(m *proto.Model) { m.Graph.Outputs = nil }, "spoilt.onnx: the graph has no outputs"},
	{func(m *proto.Model) { m.Graph.Outputs[0].Name = "z" }, "spoilt.onnx: output \"z\" is made by no node"},
	{func(m *proto.Model) { m.Graph.Inputs = nil }, "spoilt.onnx: node 0 \"conv\" (Conv): it reads \"x\", which nothing makes"},
	{func(m *proto.Model) { m.Graph.Inputs = append(m.Graph.Inputs, m.Graph.Inputs[0]) }, "spoilt.onnx: input \"x\" is declared twice"},
	{func(m *proto.Model) { m.Graph.Inputs[0].Shaped, m.Graph.Inputs[0].Dims = false, nil }, "spoilt.onnx: input \"x\" has no declared shape"},
	{func(m *proto.Model) { m.Graph.Inputs[0].Dims[1].Value = -1 }, "spoilt.onnx: input \"x\": extent 1 is \"open\"; say what it is with --bind name=…"},
	{func(m *proto.Model) { m.Graph.Inputs[0].Dims[2] = proto.Dim{Value: -1, Param: "height"} }, "spoilt.onnx: input \"x\": extent 2 is \"height\"; say what it is with --bind height=…"},
	{func(m *proto.Model) { m.Graph.Inputs[0].Dims[1].Value = 3 }, "spoilt.onnx: node 0 \"conv\" (Conv): weights [3 2 3 3] over [1 3 4 4] in 1 groups"},
	{func(m *proto.Model) { m.Graph.Inputs[0].Dims[3].Value = 2 }, "spoilt.onnx: node 0 \"conv\" (Conv): a window of 3 over 2"},
	{func(m *proto.Model) { m.Graph.Inputs[0].Dims = m.Graph.Inputs[0].Dims[:2] }, "spoilt.onnx: node 0 \"conv\" (Conv): weights [3 2 3 3] over [1 2] in 1 groups"},
	{func(m *proto.Model) { m.Graph.Inputs[0].Element = proto.StringType }, "spoilt.onnx: node 0 \"conv\" (Conv): \"x\" is of string, which is not supported"},
	{func(m *proto.Model) { m.Graph.Inputs[0].Dims[2].Value = 1 << 40 }, "spoilt.onnx: input \"x\": extent 2 is \"open\"; say what it is with --bind name=…"},
	{func(m *proto.Model) { nodeOf(m, 0).Op = "Convv" }, "spoilt.onnx: node 0 \"conv\" (Convv) of opset 17: the operator Convv is not supported; did you mean Conv?"},
	{func(m *proto.Model) { nodeOf(m, 0).Op = "" }, "spoilt.onnx: node 0 \"conv\" () of opset 17: it names no operator"},
	{func(m *proto.Model) { nodeOf(m, 1).Op = "NonMaxSuppression" }, "spoilt.onnx: node 1 (NonMaxSuppression) of opset 17: the extent of its result depends on the data"},
	{func(m *proto.Model) { nodeOf(m, 1).Op = "SequenceAt" }, "spoilt.onnx: node 1 (SequenceAt) of opset 17: sequences are not supported"},
	{func(m *proto.Model) { nodeOf(m, 1).Op, nodeOf(m, 1).Inputs = "_LINK", nodeOf(m, 1).Outputs }, "spoilt.onnx: node 1 (_LINK) of opset 17: the operator _LINK is not supported\nspoilt.onnx: node 1 (_LINK) reads what it makes itself"},
	{func(m *proto.Model) { nodeOf(m, 1).Op = "StringNormalizer" }, "spoilt.onnx: node 1 (StringNormalizer) of opset 17: strings are not supported"},
	{func(m *proto.Model) { nodeOf(m, 1).Domain = "com.microsoft" }, "spoilt.onnx: node 1 (com.microsoft.Relu): operators of the domain com.microsoft are not supported"},
	{func(m *proto.Model) { nodeOf(m, 1).Op, nodeOf(m, 1).Domain = "TreeEnsembleClassifier", "ai.onnx.ml" }, "spoilt.onnx: node 1 (ai.onnx.ml.TreeEnsembleClassifier): trees are not compiled, which decide and do not compute; fit an MLPClassifier, MLPRegressor or linear model to the same rows, or run the trees with a library for them"},
	{func(m *proto.Model) { nodeOf(m, 1).Op, nodeOf(m, 1).Domain = "Skaler", "ai.onnx.ml" }, "spoilt.onnx: node 1 (ai.onnx.ml.Skaler): of the domain ai.onnx.ml, what scalers, encoders and neural networks need is supported: ArrayFeatureExtractor, Binarizer, FeatureVectorizer, Imputer, LabelEncoder, LinearClassifier, LinearRegressor, Normalizer, OneHotEncoder, Scaler, ZipMap"},
	{func(m *proto.Model) { nodeOf(m, 0).Inputs = nil }, "spoilt.onnx: node 0 \"conv\" (Conv): 0 operands; it takes 2 to 3"},
	{func(m *proto.Model) { nodeOf(m, 0).Inputs[1] = "" }, "spoilt.onnx: node 0 \"conv\" (Conv): operand 1 is left out"},
	{func(m *proto.Model) { nodeOf(m, 0).Inputs[1] = "nowhere" }, "spoilt.onnx: node 0 \"conv\" (Conv): it reads \"nowhere\", which nothing makes"},
	{func(m *proto.Model) { nodeOf(m, 0).Inputs = append(nodeOf(m, 0).Inputs, "b", "b") }, "spoilt.onnx: node 0 \"conv\" (Conv): 5 operands; it takes 2 to 3"},
	{func(m *proto.Model) { nodeOf(m, 0).Inputs[0] = "r" }, "spoilt.onnx: node 0 \"conv\" (Conv) reads what it makes itself"},
	{func(m *proto.Model) { nodeOf(m, 1).Outputs[0] = "c" }, "spoilt.onnx: node 1 (Relu): its result \"c\" is that of another node too\nspoilt.onnx: node 1 (Relu) reads what it makes itself"},
	{func(m *proto.Model) { nodeOf(m, 1).Inputs[0] = "r" }, "spoilt.onnx: node 1 (Relu) reads what it makes itself"},
	{func(m *proto.Model) { nodeOf(m, 2).Inputs[0] = "w" }, "spoilt.onnx: node 3 \"head\" (Gemm): a product of [3,18] and [12,5]"},
	{func(m *proto.Model) { nodeOf(m, 3).Inputs[0] = "c" }, "spoilt.onnx: node 3 \"head\" (Gemm): a product of [[1 3 2 2] [12 5]]"},
	{func(m *proto.Model) { nodeOf(m, 3).Inputs[1] = "w" }, "spoilt.onnx: node 3 \"head\" (Gemm): a product of [[1 12] [3 2 3 3]]"},
	{func(m *proto.Model) { given(m, 0, "strides", 0, 0) }, "spoilt.onnx: node 0 \"conv\" (Conv): strides [0 0] of 2 space axes"},
	{func(m *proto.Model) { given(m, 0, "strides", 1) }, "spoilt.onnx: node 0 \"conv\" (Conv): strides [1] of 2 space axes"},
	{func(m *proto.Model) { given(m, 0, "pads", -9, 0, 0, 0) }, "spoilt.onnx: node 0 \"conv\" (Conv): pads [-9 0 0 0] of 2 space axes"},
	{func(m *proto.Model) { given(m, 0, "pads", 1, 1, 1) }, "spoilt.onnx: node 0 \"conv\" (Conv): pads [1 1 1] of 2 space axes"},
	{func(m *proto.Model) { given(m, 0, "kernel_shape", 5, 5) }, "spoilt.onnx: node 0 \"conv\" (Conv): kernel_shape [5 5] of a kernel of [3 3]"},
	{func(m *proto.Model) { given(m, 0, "dilations", 4, 4) }, "spoilt.onnx: node 0 \"conv\" (Conv): a window of 9 over 4"},
	{func(m *proto.Model) {
		nodeOf(m, 0).Attributes = []*proto.Attribute{{Name: "group", Kind: proto.Int, Int: 2}}
	}, "spoilt.onnx: node 0 \"conv\" (Conv): weights [3 2 3 3] over [1 2 4 4] in 2 groups"},
	{func(m *proto.Model) { nodeOf(m, 0).Attributes = []*proto.Attribute{word("auto_pad", "SAME")} }, "spoilt.onnx: node 0 \"conv\" (Conv): auto_pad \"SAME\"; it is NOTSET, VALID, SAME_UPPER or SAME_LOWER"},
	{func(m *proto.Model) {
		nodeOf(m, 2).Attributes = []*proto.Attribute{{Name: "axis", Kind: proto.Int, Int: 9}}
	}, "spoilt.onnx: node 2 (Flatten): axis 9 of [1 3 2 2]"},
	{func(m *proto.Model) {
		nodeOf(m, 3).Attributes = []*proto.Attribute{{Name: "transB", Kind: proto.Int, Int: 1}}
	}, "spoilt.onnx: node 3 \"head\" (Gemm): a product of [1,12] and [5,12]"},
	{func(m *proto.Model) { initializer(m, 0).Dims = []int64{3, 2, 3, 4} }, "spoilt.onnx: initializer \"w\": 54 elements for shape [3 2 3 4]"},
	{func(m *proto.Model) { initializer(m, 0).Dims = []int64{3, 2, 9} }, "spoilt.onnx: node 0 \"conv\" (Conv): weights [3 2 9] over [1 2 4 4] in 1 groups"},
	{func(m *proto.Model) { initializer(m, 0).Dims = []int64{-3, 2, 3, 3} }, "spoilt.onnx: initializer \"w\": shape [-3 2 3 3] is negative or has more than 1073741824 elements"},
	{func(m *proto.Model) { initializer(m, 0).Dims = []int64{1 << 40, 1 << 40} }, "spoilt.onnx: initializer \"w\": shape [1099511627776 1099511627776] is negative or has more than 1073741824 elements"},
	{func(m *proto.Model) { initializer(m, 0).Type = proto.Undefined }, "spoilt.onnx: initializer \"w\": elements of type undefined are not supported"},
	{func(m *proto.Model) { initializer(m, 0).Type = 99 }, "spoilt.onnx: initializer \"w\": elements of type a type this version does not know are not supported"},
	{func(m *proto.Model) {
		initializer(m, 0).Floats, initializer(m, 0).Raw, initializer(m, 0).HasRaw = nil, []byte{1, 2, 3}, true
	}, "spoilt.onnx: initializer \"w\": 3 bytes for 54 elements of float32"},
	{func(m *proto.Model) {
		initializer(m, 0).Floats, initializer(m, 0).External = nil, map[string]string{"location": "weights.bin"}
	}, "spoilt.onnx: initializer \"w\": its data: open weights.bin: no such file or directory"},
	{func(m *proto.Model) {
		initializer(m, 0).Floats, initializer(m, 0).External = nil, map[string]string{"location": "../../secret"}
	}, "spoilt.onnx: initializer \"w\": its data is in the file \"../../secret\", which is not in the folder of the model"},
	{func(m *proto.Model) {
		initializer(m, 0).Floats, initializer(m, 0).External = nil, map[string]string{"offset": "0"}
	}, "spoilt.onnx: initializer \"w\": its data is in the file \"\", which is not in the folder of the model"},
	{func(m *proto.Model) { initializer(m, 1).Dims = []int64{4} }, "spoilt.onnx: initializer \"b\": 3 elements for shape [4]"},
	{func(m *proto.Model) { initializer(m, 2).Type = proto.StringType }, "spoilt.onnx: initializer \"k\": elements of type string are not supported"},
}

func nodeOf(m *proto.Model, i int) *proto.Node        { return m.Graph.Nodes[i] }
func initializer(m *proto.Model, i int) *proto.Tensor { return m.Graph.Initializers[i] }

func given(m *proto.Model, i int, name string, list ...int64) {
	m.Graph.Nodes[i].Attributes = append(m.Graph.Nodes[i].Attributes, numbered(name, list...))
}

// TestBroken holds what is said of broken files.
func TestBroken(t *testing.T) {
	if err := encoded(sound()); err != nil {
		t.Fatal(err)
	}
	for i, c := range broken {
		m := sound()
		c.change(m)
		err := encoded(m)
		if err == nil || err.Error() != c.want {
			t.Errorf("%d: %v\nwant %s", i, err, c.want)
		}
	}
	if len(broken)+len(noModel) < 50 {
		t.Errorf("%d files", len(broken)+len(noModel))
	}
}

// encoded reads a model from its bytes and builds it.
func encoded(m *proto.Model) error {
	data, err := m.Encode()
	if err != nil {
		return err
	}
	if m, err = proto.DecodeModel(data); err != nil {
		return fmt.Errorf("spoilt.onnx: %w", err)
	}
	return build(m, onnx.Options{Files: os.DirFS("testdata")}, node.Use{})
}

// noModel are files that are not in the format at all.
var noModel = []struct{ data, want string }{
	{"", "m.onnx: the file is empty"},
	{"<!DOCTYPE html><html>404</html>", "m.onnx: this is a page of HTML or XML, as a download that failed leaves it"},
	{"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234\n", "m.onnx: this is a pointer of Git LFS, not the model; git lfs pull fetches it"},
	{"PK\x03\x04 a zip", "m.onnx: this is a zip archive; the model may be a file in it"},
	{"SOUND", "m.onnx: the file is damaged: unexpected EOF"},
	{"\x89HDF\r\n\x1a\n", "m.onnx: this is an HDF5 file, as Keras writes .h5"},
	{"\x08\x08", "m.onnx: no graph: this is no ONNX model"},
	{"{\"a\": 1}", "m.onnx: this is text, no ONNX model: it begins with \"{\\\"a\\\": 1}\""},
}

// TestNoModel holds what is said of files that are called .onnx.
func TestNoModel(t *testing.T) {
	data, err := sound().Encode()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range noModel {
		_, err := onnx.Read("m.onnx", []byte(strings.ReplaceAll(c.data, "SOUND", string(data[:len(data)/2]))), onnx.Options{})
		if err == nil || err.Error() != c.want {
			t.Errorf("%d: %v\nwant %s", i, err, c.want)
		}
	}
}
