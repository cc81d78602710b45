package onnx_test

import (
	"flag"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
)

var hostile = flag.Int("hostile", 40, "how often every model is spoilt")

// spoil changes a few things of a model at random: shapes, attributes, operands.
func spoil(r *rand.Rand, m *proto.Model) {
	g := m.Graph
	odd := []int64{0, -1, 1, 2, 3, 5, 7, -2, -3, 100, 1 << 20, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64}
	any := func() int64 { return odd[r.IntN(len(odd))] }
	for range 1 + r.IntN(3) {
		n := g.Nodes[r.IntN(len(g.Nodes))]
		switch r.IntN(9) {
		case 0:
			if len(n.Attributes) > 0 {
				a := n.Attributes[r.IntN(len(n.Attributes))]
				a.Int = any()
				for i := range a.Ints {
					if r.IntN(2) == 0 {
						a.Ints[i] = any()
					}
				}
				if r.IntN(3) == 0 {
					a.Ints = append(a.Ints, any())
				}
				if r.IntN(3) == 0 && len(a.Ints) > 0 {
					a.Ints = a.Ints[1:]
				}
				if r.IntN(4) == 0 {
					a.Float, a.String, a.Tensor = float32(math.NaN()), []byte("SAME_UPPER"), nil
				}
			}
		case 1:
			if len(n.Attributes) > 0 {
				i := r.IntN(len(n.Attributes))
				n.Attributes = append(n.Attributes[:i:i], n.Attributes[i+1:]...)
			}
		case 2:
			if len(n.Inputs) > 0 {
				n.Inputs[r.IntN(len(n.Inputs))] = ""
			}
		case 3:
			if len(n.Inputs) > 0 {
				n.Inputs = n.Inputs[:r.IntN(len(n.Inputs))]
			}
		case 4:
			if len(n.Inputs) > 1 {
				n.Inputs[0], n.Inputs[1] = n.Inputs[1], n.Inputs[0]
			}
		case 5, 6:
			if v := g.Inputs[r.IntN(len(g.Inputs))]; len(v.Dims) > 0 {
				v.Dims[r.IntN(len(v.Dims))].Value = []int64{0, 1, 2, 3, 7, 64}[r.IntN(6)]
				if r.IntN(3) == 0 {
					v.Dims = v.Dims[1:]
				}
				if r.IntN(3) == 0 {
					v.Dims = append(v.Dims, proto.Dim{Value: 2})
				}
			}
		case 7:
			n.Op = []string{"Conv", "Gemm", "Reshape", "Slice", "Concat", "LSTM", "Gather", "Split", "Pad", "Resize", "MatMul", "TopK", "Expand", "Transpose", "MaxPool", "Squeeze", "Unsqueeze", "Tile", "Where", "Attention", "OneHot", "ReduceMean", "Softmax", "BatchNormalization", "GatherND", "ScatterND", "Einsum", "Clip", "Range", "ConvTranspose", "DepthToSpace", "GRU", "ScatterElements", "GatherElements",
				"If", "Loop", "Scan", "QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul", "MatMulInteger", "DynamicQuantizeLinear", "GridSample", "RoiAlign", "DeformConv",
				"AffineGrid", "DFT", "STFT", "RotaryEmbedding", "LinearAttention", "CausalConvWithState", "TensorScatter", "CumProd", "CumSum", "Col2Im", "MaxUnpool", "CenterCropPad", "Det",
				"BitShift", "BitwiseXor", "Mod", "Div", "Pow", "Cast", "BitCast", "LpPool", "MelWeightMatrix", "HannWindow"}[r.IntN(69)]
		default:
			m.Opsets = []proto.Opset{{Version: []int64{1, 6, 9, 11, 13, 18, 24, -5}[r.IntN(8)]}}
		}
	}
}

// known gives the inputs of a sample that are whole numbers, spoilt.
func known(r *rand.Rand, m *proto.Model, dir fs.FS) map[string]*tensor.Tensor {
	out := map[string]*tensor.Tensor{}
	for i, v := range m.Graph.Inputs {
		file := fmt.Sprintf("test_data_set_0/input_%d.pb", i)
		if _, err := fs.Stat(dir, file); err != nil || r.IntN(4) == 0 {
			continue
		}
		if x, err := backend.ReadTensor(dir, file); err == nil && (x.I != nil || r.IntN(4) == 0) {
			for j := range x.I {
				if r.IntN(3) == 0 {
					x.I[j] = []int64{0, -1, 2, 1 << 40, math.MinInt64, 3}[r.IntN(6)]
				}
			}
			out[v.Name] = x
		}
	}
	return out
}

// TestHostile spoils the samples, or with -suite all of a folder, at random: what comes
// of it is built or refused, and nothing panics.
func TestHostile(t *testing.T) {
	folder := samples(t)
	if *suite != "" {
		folder = os.DirFS(filepath.Join(*suite, "node"))
	}
	files, _ := fs.Glob(folder, "*/model.onnx")
	if len(files) == 0 {
		t.Fatal("no models")
	}
	built, refused := 0, 0
	for _, file := range files {
		data, err := fs.ReadFile(folder, file)
		if err != nil {
			t.Fatal(err)
		}
		dir, err := fs.Sub(folder, path.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(*hostile) {
			p, err := proto.DecodeModel(data)
			if err != nil || len(p.Graph.Nodes) == 0 || len(p.Graph.Inputs) == 0 {
				break
			}
			r := rand.New(rand.NewPCG(seed, uint64(len(data))))
			o := onnx.Options{Known: known(r, p, dir)}
			spoil(r, p)
			func() {
				defer func() {
					if e := recover(); e != nil {
						t.Errorf("%s, seed %d: %v\n%s", file, seed, e, debug.Stack())
					}
				}()
				if build(p, o, node.Use{}) == nil && build(p, o, trainingUse) == nil {
					built++
				} else {
					refused++
				}
			}()
		}
	}
	if built == 0 || refused == 0 {
		t.Errorf("%d were built, %d refused", built, refused)
	}
}

func build(p *proto.Model, o onnx.Options, use node.Use) error {
	m, err := onnx.Load("spoilt.onnx", p, o)
	if err != nil {
		return err
	}
	b := ir.NewBuilder("spoilt")
	var inputs []*ir.Value
	for i, p := range m.Inputs {
		shape := p.Shape
		if p.Batch {
			shape = shape[1:]
		}
		t := ir.Type{Shape: append(ir.Shape{ir.Batch}, shape...)}
		if slices.Contains(integers, p.Type) {
			t.DType = ir.I32
		}
		inputs = append(inputs, op.InputOf(b, op.Input{Port: p.Name, Index: i, Of: t}))
	}
	if err := b.Errors.Err(); err != nil {
		return err
	}
	_, err = m.BuildFor(use, b, inputs, "")
	return err
}
