package onnx_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/trainable"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var trainingUse = node.Use{Trains: true, Running: true, Training: true}

// stepOf builds a model of one input in a graph, with the sum of its squares as loss, and
// differentiates it.
func stepOf(t *testing.T, p *proto.Model, use node.Use, rows int, x []float64) (*slope, *onnx.Built) {
	t.Helper()
	m, err := onnx.Load("drawn.onnx", p, onnx.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := ir.NewBuilder("train")
	shape := append(ir.Shape{ir.Batch}, m.Inputs[0].Shape[1:]...)
	in := op.InputOf(b, op.Input{Port: "x", Of: ir.Type{Shape: shape}})
	built, err := m.BuildFor(use, b, []*ir.Value{in}, "")
	if err != nil {
		t.Fatal(err)
	}
	s := &slope{graph: b.Graph, at: map[string][]float64{}}
	s.batch = interp.Batch[float64]{Rows: rows, Feed: map[string]*ir.Tensor[float64]{"x": {Shape: append(ir.Shape{rows}, shape[1:]...), F: x}}}
	for _, w := range built.Weights {
		for _, f := range w.Data {
			s.at[w.Segment] = append(s.at[w.Segment], float64(f))
		}
	}
	y := built.Outputs[0].Result()
	axes := make([]int, len(y.Shape))
	for i := range axes {
		axes[i] = i
	}
	cube := scalar.Call("mul", scalar.Arg(0), scalar.Call("mul", scalar.Arg(0), scalar.Arg(0)))
	b.Graph.Outputs = []*ir.Value{y}
	b.Graph.Loss = op.Sum(b, op.MapOf(b, cube, "cube", y), false, axes...)
	b.Graph.Losses = []*ir.Value{b.Graph.Loss}
	if err := s.differentiate(); err != nil {
		t.Fatal(err)
	}
	return s, built
}

// port is the input x [n, dims…].
func batchPort(dims ...int64) []*proto.ValueInfo {
	v := &proto.ValueInfo{Name: "x", Kind: "tensor", Element: proto.Float32, Shaped: true, Dims: []proto.Dim{{Param: "n", Value: -1}}}
	for _, d := range dims {
		v.Dims = append(v.Dims, proto.Dim{Value: d})
	}
	return []*proto.ValueInfo{v}
}

func modelOf(g *proto.Graph, version int64) *proto.Model {
	g.Outputs = []*proto.ValueInfo{{Name: "y"}}
	return &proto.Model{Graph: g, Opsets: []proto.Opset{{Version: version}}}
}

// TestBatchStatistics compares a step of BatchNormalization with the definition, over
// matrices and images, and its gradient with differences.
func TestBatchStatistics(t *testing.T) {
	for seed := range uint64(12) {
		d := &drawn{Rand: rand.New(rand.NewPCG(seed, 4)), graph: &proto.Graph{}}
		rows, channels := 2+d.IntN(4), 1+d.IntN(4)
		pixels, dims := 1, []int64{int64(channels)}
		for range seed % 4 {
			e := 1 + d.IntN(3)
			pixels, dims = pixels*e, append(dims, int64(e))
		}
		epsilon, momentum := float32(0.01), float32(0.8)
		variance := d.floats("variance", int64(channels))
		for i, v := range variance.Floats {
			variance.Floats[i] = v*v + 0.1
		}
		d.graph.Initializers = []*proto.Tensor{d.floats("scale", int64(channels)), d.floats("bias", int64(channels)), d.floats("mean", int64(channels)), variance}
		d.graph.Inputs = batchPort(dims...)
		d.graph.Nodes = []*proto.Node{{Op: "BatchNormalization", Inputs: []string{"x", "scale", "bias", "mean", "variance"}, Outputs: []string{"y"}, Attributes: []*proto.Attribute{
			{Name: "epsilon", Kind: proto.Float, Float: epsilon}, {Name: "momentum", Kind: proto.Float, Float: momentum},
		}}}
		x := make([]float64, rows*channels*pixels)
		for i := range x {
			x[i] = 100 + d.NormFloat64()
		}
		s, built := stepOf(t, modelOf(d.graph, 15), trainingUse, rows, x)
		if !built.BatchStatistics {
			t.Error("nothing says that it takes statistics of the batch")
		}
		if _, err := s.verdict(d.Rand); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		s.value(nil, 0)
		got, err := s.machine.Run(s.graph, s.batch)
		if err != nil {
			t.Fatal(err)
		}
		var want []float64
		moved := map[string][]float64{}
		of := func(name string, c int) float64 { return s.at[name][c] }
		scale := make([][2]float64, channels)
		for c := range channels {
			n, sum, squares := float64(rows*pixels), 0.0, 0.0
			for r := range rows {
				for i := range pixels {
					sum += x[(r*channels+c)*pixels+i]
				}
			}
			for r := range rows {
				for i := range pixels {
					e := x[(r*channels+c)*pixels+i] - sum/n
					squares += e * e
				}
			}
			k := of("scale", c) / math.Sqrt(squares/n+float64(epsilon))
			scale[c] = [2]float64{k, of("bias", c) - k*sum/n}
			moved["mean"] = append(moved["mean"], of("mean", c)*float64(momentum)+sum/n*(1-float64(momentum)))
			moved["variance"] = append(moved["variance"], of("variance", c)*float64(momentum)+squares/n*(1-float64(momentum)))
		}
		for i, v := range x {
			c := i / pixels % channels
			want = append(want, v*scale[c][0]+scale[c][1])
		}
		out := got.Outputs[0].F
		if pixels > 1 { // channels are last in the graph, or not
			slices.Sort(out)
			slices.Sort(want)
		}
		near(t, seed, "normalized", out, want)
		for _, u := range got.Updates {
			near(t, seed, u.Segment, u.Value.F, moved[u.Segment])
		}
		if len(got.Updates) != 2 {
			t.Errorf("seed %d: %d updates", seed, len(got.Updates))
		}
		for _, v := range s.graph.Params {
			p := v.Op.(*op.Param)
			if want := map[string]block.Role{"mean": block.State, "variance": block.State}[p.Segment]; p.Role != want {
				t.Errorf("%s is %v", p.Segment, p.Role)
			}
		}
	}
}

// TestDropoutTraining drops where the random number is below the ratio, in a step alone.
func TestDropoutTraining(t *testing.T) {
	for _, c := range []struct {
		version int64
		node    proto.Node
		ratio   float64
	}{
		{10, proto.Node{Attributes: []*proto.Attribute{{Name: "ratio", Kind: proto.Float, Float: 0.25}}}, 0.25},
		{13, proto.Node{Inputs: []string{"", "r"}}, 0.25},
		{13, proto.Node{}, 0.5},
	} {
		d := &drawn{Rand: rand.New(rand.NewPCG(1, 5)), graph: &proto.Graph{Inputs: batchPort(3)}}
		d.graph.Initializers = []*proto.Tensor{d.floats("w", 3), {Name: "r", Type: proto.Float32, Floats: []float32{0.25}}}
		n := c.node
		n.Op, n.Outputs, n.Inputs = "Dropout", []string{"y"}, append([]string{"a"}, n.Inputs[min(1, len(n.Inputs)):]...)
		d.graph.Nodes = []*proto.Node{{Op: "Mul", Inputs: []string{"x", "w"}, Outputs: []string{"a"}}, &n}
		x := []float64{1, 2, 3, 4, 5, 6}
		for _, training := range []bool{true, false} {
			use := trainingUse
			use.Training = training
			s, _ := stepOf(t, modelOf(d.graph, c.version), use, 2, x)
			drawn := []float64{0.1, 0.3, 0.6, c.ratio, 0.9, 0.2}
			s.machine.Uniform = func(string, ir.Shape) []float64 { return drawn }
			if _, err := s.verdict(d.Rand); err != nil {
				t.Error(err)
			}
			s.at["w"] = []float64{1, 1, 1}
			s.value(nil, 0)
			got, err := s.machine.Run(s.graph, s.batch)
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Clone(x)
			for i := range want {
				if training && drawn[i] < c.ratio {
					want[i] = 0
				} else if training {
					want[i] /= 1 - c.ratio
				}
			}
			near(t, 0, fmt.Sprintf("opset %d", c.version), got.Outputs[0].F, want)
		}
	}
}

// TestComputedWeights trains what weights are computed of: a direction and a length.
func TestComputedWeights(t *testing.T) {
	d := &drawn{Rand: rand.New(rand.NewPCG(1, 6)), graph: &proto.Graph{Inputs: batchPort(3)}}
	d.graph.Initializers = []*proto.Tensor{d.floats("direction", 3, 4), d.floats("length", 1, 4)}
	length := []*proto.Attribute{{Name: "axes", Kind: proto.Ints, Ints: []int64{0}}, {Name: "keepdims", Kind: proto.Int, Int: 1}}
	d.graph.Nodes = []*proto.Node{
		{Op: "ReduceL2", Inputs: []string{"direction"}, Outputs: []string{"norm"}, Attributes: length},
		{Op: "Div", Inputs: []string{"direction", "norm"}, Outputs: []string{"unit"}},
		{Op: "Mul", Inputs: []string{"unit", "length"}, Outputs: []string{"w"}},
		{Op: "MatMul", Inputs: []string{"x", "w"}, Outputs: []string{"y"}},
	}
	s, built := stepOf(t, modelOf(d.graph, 13), node.Use{Trains: true}, 2, []float64{1, 2, 3, 4, 5, 6})
	if _, err := s.verdict(d.Rand); err != nil {
		t.Error(err)
	}
	var names []string
	for _, g := range s.graph.Grads {
		names = append(names, g.Param.Op.(*op.Param).Segment)
	}
	if slices.Sort(names); !slices.Equal(names, []string{"direction", "length"}) {
		t.Errorf("%v train", names)
	}
	if got := built.TensorNames(); !slices.Equal(got, []string{"direction", "length"}) {
		t.Errorf("parameters are made of %v", got)
	}
	// Where nothing trains they are one constant matrix.
	frozen, built := stepFrozen(t, modelOf(d.graph, 13))
	if len(built.Weights) > 1 || frozen > 0 {
		t.Errorf("%d parameters, %d of which train", len(built.Weights), frozen)
	}
}

func stepFrozen(t *testing.T, p *proto.Model) (trains int, built *onnx.Built) {
	t.Helper()
	use := node.Use{Trains: true, Weights: trainable.Choice{Frozen: true}}
	_, built, g := computed(t, p, use, []float64{1, 2, 3}, nil)
	for _, v := range g.Params {
		if v.Op.(*op.Param).Role == block.Trainable {
			trains++
		}
	}
	return trains, built
}

// TestTrainingMode refuses what only a description that trains has.
func TestTrainingMode(t *testing.T) {
	on := []*proto.Attribute{{Name: "training_mode", Kind: proto.Int, Int: 1}}
	d := &drawn{Rand: rand.New(rand.NewPCG(1, 7)), graph: &proto.Graph{Inputs: batchPort(3)}}
	for _, name := range []string{"s", "b", "m", "v"} {
		d.graph.Initializers = append(d.graph.Initializers, d.floats(name, 3))
	}
	d.graph.Nodes = []*proto.Node{{Op: "BatchNormalization", Inputs: []string{"x", "s", "b", "m", "v"}, Outputs: []string{"y"}, Attributes: on}}
	err := build(modelOf(d.graph, 15), onnx.Options{}, node.Use{})
	if err == nil || !strings.HasSuffix(err.Error(), "the file has it in training_mode; write training: true in the ONNX layer of a description that trains") {
		t.Error(err)
	}
	d.graph.Nodes[0].Inputs[4] = "m"
	m, err := onnx.Load("m.onnx", modelOf(d.graph, 15), onnx.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := ir.NewBuilder("train")
	in := op.InputOf(b, op.Input{Port: "x", Of: ir.Type{Shape: ir.Shape{ir.Batch, 3}}})
	if _, err := m.BuildFor(trainingUse, b, []*ir.Value{in}, ""); err == nil || !strings.Contains(err.Error(), "must be initializers of its own") {
		t.Error(err)
	}
}
