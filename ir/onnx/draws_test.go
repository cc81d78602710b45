package onnx_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

func realAttribute(name string, v float32) *proto.Attribute {
	return &proto.Attribute{Name: name, Kind: proto.Float, Float: v}
}

// TestDraws gives random numbers as an input: what becomes of them is as the standard says.
func TestDraws(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 0))
	for _, c := range []struct {
		op         string
		attributes []*proto.Attribute
		operand    bool
		of         func(x, noise float64) float64
	}{
		{"RandomNormalLike", []*proto.Attribute{realAttribute("mean", 2), realAttribute("scale", 3)}, true, func(_, z float64) float64 { return 2 + 3*z }},
		{"RandomUniformLike", []*proto.Attribute{realAttribute("low", -1), realAttribute("high", 3)}, true, func(_, u float64) float64 { return 4*u - 1 }},
		{"RandomNormal", []*proto.Attribute{numbered("shape", 1, 5)}, false, func(_, z float64) float64 { return z }},
		{"RandomUniform", []*proto.Attribute{numbered("shape", 1, 5)}, false, func(_, u float64) float64 { return u }},
		{"Bernoulli", nil, true, func(x, u float64) float64 {
			if u < x {
				return 1
			}
			return 0
		}},
	} {
		for _, batch := range []int64{1, -1} {
			node := step(c.op, "r")
			if node.Attributes = c.attributes; c.operand {
				node.Inputs = []string{"x"}
			}
			m, err := onnx.Load("draws.onnx", modelOf(&proto.Graph{
				Inputs: fixedPort(batch, 5),
				Nodes:  []*proto.Node{node, step("Mul", "y", "r", "x")},
			}, 22), onnx.Options{})
			if err != nil {
				t.Fatal(c.op, err)
			}
			if len(m.Inputs) != 2 || m.Inputs[1].Name != "r_noise" || m.Inputs[1].Drawn == "" || m.Inputs[1].Batch != (batch < 0) {
				t.Fatalf("%s: inputs %+v", c.op, m.Inputs)
			}
			x, noise := make([]float64, 5), make([]float64, 5)
			var want []float64
			for i := range x {
				x[i], noise[i] = float64(r.Float32()), float64(r.Float32())
				want = append(want, x[i]*c.of(x[i], noise[i]))
			}
			row := func(list []float64) *tensor.Tensor {
				return &tensor.Tensor{Type: proto.Float32, Shape: []int{1, 5}, F: list}
			}
			same(t, m, map[string]*tensor.Tensor{"x": row(x), "r_noise": row(noise)}, want...)
		}
	}
}

// TestMultinomial draws classes: each where the sums of the probabilities before it say.
func TestMultinomial(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 0))
	for _, classes := range []int{1, 2, 7} {
		node := step("Multinomial", "y", "x")
		node.Attributes = []*proto.Attribute{{Name: "sample_size", Kind: proto.Int, Int: 9}}
		m, err := onnx.Load("draws.onnx", modelOf(&proto.Graph{
			Inputs: fixedPort(-1, int64(classes)), Nodes: []*proto.Node{node},
		}, 22), onnx.Options{})
		if err != nil {
			t.Fatal(err)
		}
		logits, u, total := make([]float64, classes), make([]float64, 9), 0.0
		for i := range logits {
			logits[i] = float64(float32(r.NormFloat64()))
			total += math.Exp(logits[i])
		}
		var want []float64
		for i := range u {
			u[i] = float64(r.Float32())
			class, sum := 0, math.Exp(logits[0])/total
			for sum <= u[i] && class < classes-1 {
				class++
				sum += math.Exp(logits[class]) / total
			}
			want = append(want, float64(class))
		}
		same(t, m, map[string]*tensor.Tensor{
			"x":       {Type: proto.Float32, Shape: []int{1, classes}, F: logits},
			"y_noise": {Type: proto.Float32, Shape: []int{1, 9}, F: u},
		}, want...)
	}
}

// TestDrawsWithin refuses random numbers of a function, which have no place among the
// inputs.
func TestDrawsWithin(t *testing.T) {
	p := modelOf(&proto.Graph{
		Inputs: fixedPort(-1, 5),
		Nodes:  []*proto.Node{{Op: "Noisy", Domain: "local", Inputs: []string{"x"}, Outputs: []string{"y"}}},
	}, 22)
	p.Functions = []*proto.Function{{Name: "Noisy", Domain: "local", Inputs: []string{"a"}, Outputs: []string{"b"}, Nodes: []*proto.Node{step("RandomNormalLike", "b", "a")}}}
	err := build(p, onnx.Options{}, node.Use{})
	if err == nil || !strings.Contains(err.Error(), "draw them outside of it") {
		t.Error(err)
	}
}

// TestSTFTOfTwoAxes is that of three, with one part.
func TestSTFTOfTwoAxes(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 0))
	x := make([]float64, 20)
	for i := range x {
		x[i] = float64(float32(r.NormFloat64()))
	}
	for _, dims := range [][]int64{{1, 20}, {1, 20, 1}} {
		m, err := onnx.Load("stft.onnx", modelOf(&proto.Graph{
			Inputs:       fixedPort(dims...),
			Initializers: []*proto.Tensor{floatTensor("w", []int64{8}, 1, 2, 3, 4, 4, 3, 2, 1), {Name: "s", Type: proto.Int64, Int64s: []int64{3}}},
			Nodes:        []*proto.Node{step("STFT", "y", "x", "s", "w")},
		}, 22), onnx.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var want []float64
		for f := range 5 {
			for bin := range 5 { // by the definition
				re, im := 0.0, 0.0
				for k, w := range []float64{1, 2, 3, 4, 4, 3, 2, 1} {
					a := -2 * math.Pi * float64(k*bin) / 8
					re, im = re+w*x[f*3+k]*math.Cos(a), im+w*x[f*3+k]*math.Sin(a)
				}
				want = append(want, re, im)
			}
		}
		shape := []int{1, 20, 1}[:len(dims)]
		same(t, m, map[string]*tensor.Tensor{"x": {Type: proto.Float32, Shape: shape, F: x}}, want...)
	}
}

// fixedPort is an input x of those extents; -1 is a batch.
func fixedPort(dims ...int64) []*proto.ValueInfo {
	v := &proto.ValueInfo{Name: "x", Kind: "tensor", Element: proto.Float32, Shaped: true}
	for _, d := range dims {
		v.Dims = append(v.Dims, proto.Dim{Value: d})
	}
	return []*proto.ValueInfo{v}
}
