package onnx_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// learnedNode is a node of ai.onnx.ml.
func learnedNode(op, in, out string, attributes ...*proto.Attribute) *proto.Node {
	return &proto.Node{Op: op, Name: op, Domain: "ai.onnx.ml", Inputs: strings.Fields(in), Outputs: strings.Fields(out), Attributes: attributes}
}

func listed(name string, list ...float32) *proto.Attribute {
	return &proto.Attribute{Name: name, Kind: proto.Floats, Floats: list}
}

func spelled(name string, list ...string) *proto.Attribute {
	a := &proto.Attribute{Name: name, Kind: proto.Strings}
	for _, s := range list {
		a.Strings = append(a.Strings, []byte(s))
	}
	return a
}

func numbered(name string, list ...int64) *proto.Attribute {
	return &proto.Attribute{Name: name, Kind: proto.Ints, Ints: list}
}

func word(name, s string) *proto.Attribute {
	return &proto.Attribute{Name: name, Kind: proto.String, String: []byte(s)}
}

// pipeline is a model of three columns, as skl2onnx writes them.
func pipeline(outputs string, initializers []*proto.Tensor, nodes ...*proto.Node) *proto.Model {
	g := &proto.Graph{Name: "pipeline", Nodes: nodes, Initializers: initializers, Inputs: []*proto.ValueInfo{
		{Name: "X", Kind: "tensor", Element: proto.Float32, Shaped: true, Dims: []proto.Dim{{Value: -1}, {Value: 3}}},
	}}
	for _, name := range strings.Fields(outputs) {
		g.Outputs = append(g.Outputs, &proto.ValueInfo{Name: name, Kind: "sequence"})
	}
	return &proto.Model{IRVersion: 8, Opsets: []proto.Opset{{Version: 15}, {Domain: "ai.onnx.ml", Version: 1}}, Graph: g}
}

var (
	coefficients = []float32{1, -1, 0.5, 0, 2, 1, -1, 0, 0.25}
	intercepts   = []float32{0.5, -1, 0}
)

// linear is a LinearClassifier of three classes with what follows it.
func linear(transform string, zip ...*proto.Attribute) *proto.Model {
	return pipeline("label map", nil,
		learnedNode("LinearClassifier", "X", "l p", listed("coefficients", coefficients...), listed("intercepts", intercepts...), spelled("classlabels_strings", "a", "b", "c"), word("post_transform", transform)),
		&proto.Node{Op: "Identity", Inputs: []string{"l"}, Outputs: []string{"label"}},
		learnedNode("Normalizer", "p", "q", word("norm", "L1")), learnedNode("ZipMap", "q", "map", zip...))
}

// chosen is a product and a Softmax, of which ArgMax picks from a table of classes.
func chosen(classes *proto.Tensor) *proto.Model {
	w := make([]float32, 9)
	for i := range w {
		w[i%3*3+i/3] = coefficients[i]
	}
	return pipeline("label p", []*proto.Tensor{{Name: "w", Type: proto.Float32, Dims: []int64{3, 3}, Floats: w}, {Name: "b", Type: proto.Float32, Dims: []int64{3}, Floats: intercepts}, classes},
		&proto.Node{Op: "Gemm", Inputs: []string{"X", "w", "b"}, Outputs: []string{"s"}},
		&proto.Node{Op: "Softmax", Inputs: []string{"s"}, Outputs: []string{"p"}},
		&proto.Node{Op: "ArgMax", Inputs: []string{"p"}, Outputs: []string{"at"}, Attributes: []*proto.Attribute{{Name: "axis", Kind: proto.Int, Int: 1}}},
		learnedNode("ArrayFeatureExtractor", classes.Name+" at", "l"),
		&proto.Node{Op: "Cast", Inputs: []string{"l"}, Outputs: []string{"label"}, Attributes: []*proto.Attribute{{Name: "to", Kind: proto.Int, Int: 7}}})
}

// TestClassifier reads classifiers of every form, drops their labels, and compares the
// probabilities with those of the formula.
func TestClassifier(t *testing.T) {
	logistic := func(s []float64) []float64 {
		out, sum := make([]float64, 3), 0.0
		for i, v := range s {
			out[i] = 1 / (1 + math.Exp(-v))
			sum += out[i]
		}
		for i := range out {
			out[i] /= sum
		}
		return out
	}
	softmax := func(s []float64) []float64 {
		out, sum := make([]float64, 3), 0.0
		for i, v := range s {
			out[i] = math.Exp(v)
			sum += out[i]
		}
		for i := range out {
			out[i] /= sum
		}
		return out
	}
	for name, c := range map[string]struct {
		model   *proto.Model
		classes []string
		of      func(s []float64) []float64
	}{
		"logistic": {linear("LOGISTIC", spelled("classlabels_strings", "a", "b", "c")), []string{"a", "b", "c"}, logistic},
		"softmax":  {linear("SOFTMAX", numbered("classlabels_int64s", 7, 8, 9)), []string{"7", "8", "9"}, softmax},
		"texts":    {chosen(&proto.Tensor{Name: "classes", Type: proto.StringType, Dims: []int64{3}, Strings: [][]byte{[]byte("x"), []byte("y"), []byte("ü")}}), []string{"x", "y", "ü"}, softmax},
		"numbers":  {chosen(&proto.Tensor{Name: "classes", Type: proto.Int32, Dims: []int64{3}, Int32s: []int32{-1, 0, 1}}), []string{"-1", "0", "1"}, softmax},
		"raw":      {chosen(&proto.Tensor{Name: "classes", Type: proto.Int64, Dims: []int64{3}, HasRaw: true, Raw: append(append([]byte{5}, make([]byte, 15)...), 255, 255, 255, 255, 255, 255, 255, 255)}), []string{"5", "0", "-1"}, softmax},
	} {
		b, err := c.model.Encode()
		if err == nil { // sequences are not written
			t.Fatalf("%s: written, of %d bytes", name, len(b))
		}
		m, err := onnx.Load(name, c.model, onnx.Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !slices.Equal(m.Classes, c.classes) || !m.Classifier || len(m.Outputs) != 1 {
			t.Errorf("%s: classes %q, %d outputs", name, m.Classes, len(m.Outputs))
		}
		r := rand.New(rand.NewPCG(1, 2))
		for range 20 {
			x := []float64{r.NormFloat64() * 3, r.NormFloat64() * 3, r.NormFloat64() * 3}
			got, err := backend.Run(m, map[string]*tensor.Tensor{"X": {Type: proto.Float32, Shape: []int{1, 3}, F: x}})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var s []float64
			for k := range 3 {
				v := float64(intercepts[k])
				for i := range x {
					v += x[i] * float64(coefficients[3*k+i])
				}
				s = append(s, v)
			}
			for i, want := range c.of(s) {
				if d := math.Abs(got[0].F[i] - want); !(d < 1e-6) {
					t.Fatalf("%s: of %v, class %d is off by %g", name, x, i, d)
				}
			}
		}
	}
}

// TestNoClassifier leaves models alone whose label is not that of the largest score.
func TestNoClassifier(t *testing.T) {
	other := chosen(&proto.Tensor{Name: "classes", Type: proto.Int32, Dims: []int64{3}, Int32s: []int32{0, 1, 2}})
	other.Graph.Nodes[2].Inputs[0] = "s" // of the scores, which are not what comes out
	two := chosen(&proto.Tensor{Name: "classes", Type: proto.Int32, Dims: []int64{3}, Int32s: []int32{0, 1, 2}})
	two.Graph.Outputs = append(two.Graph.Outputs, two.Graph.Outputs[1])
	circle := linear("LOGISTIC")
	circle.Graph.Nodes[1].Inputs[0] = "label"
	for i, p := range []*proto.Model{other, two, circle} {
		before := fmt.Sprint(len(p.Graph.Nodes), len(p.Graph.Outputs))
		m, err := onnx.Load("model", p, onnx.Options{})
		if err == nil && m.Classes != nil || fmt.Sprint(len(p.Graph.Nodes), len(p.Graph.Outputs)) != before {
			t.Errorf("%d: taken for a classifier", i)
		}
	}
}

// TestLearned compares encoders with what their definitions say, and has the refusals of
// what is no neural network.
func TestLearned(t *testing.T) {
	x := []float64{2, -1.5, math.NaN()}
	for _, c := range []struct {
		node *proto.Node
		want []float64
	}{
		{learnedNode("OneHotEncoder", "X", "y", numbered("cats_int64s", 2, -1)), []float64{1, 0, 0, 1, 0, 0}},
		{learnedNode("LabelEncoder", "X", "y", listed("keys_floats", 2, 2, float32(math.NaN())), listed("values_floats", 5, 6, 7), listed("unused")), []float64{5, 0, 7}},
		{learnedNode("Binarizer", "X", "y", &proto.Attribute{Name: "threshold", Kind: proto.Float, Float: 1}), []float64{1, 0, 0}},
		{learnedNode("Imputer", "X", "y", listed("imputed_value_floats", 1, 2, 3), &proto.Attribute{Name: "replaced_value_float", Kind: proto.Float, Float: float32(math.NaN())}), []float64{2, -1.5, 3}},
	} {
		m, err := onnx.Load("model", pipeline("y", nil, c.node), onnx.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := backend.Run(m, map[string]*tensor.Tensor{"X": {Type: proto.Float32, Shape: []int{1, 3}, F: x}})
		if err != nil {
			t.Errorf("%s: %v", c.node.Op, err)
		} else if !slices.Equal(got[0].F, c.want) {
			t.Errorf("%s: %v, expected %v", c.node.Op, got[0].F, c.want)
		}
	}
	for node, want := range map[*proto.Node]string{
		learnedNode("TreeEnsembleClassifier", "X", "y"):                                                 "fit an MLPClassifier, MLPRegressor or linear model to the same rows",
		learnedNode("SVMClassifier", "X", "y"):                                                          "support vectors are not compiled",
		learnedNode("LinearClassifier", "X", "y z"):                                                     "its label is used otherwise",
		learnedNode("LabelEncoder", "X", "y", spelled("keys_strings", "a"), listed("values_floats", 1)): "strings are not supported",
	} {
		m, err := onnx.Load("model", pipeline("y", nil, node), onnx.Options{})
		if err == nil {
			_, err = backend.Run(m, map[string]*tensor.Tensor{"X": {Type: proto.Float32, Shape: []int{1, 3}, F: x}})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", node.Op, err, want)
		}
	}
}
