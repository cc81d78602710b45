package onnxlayer_test

import (
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/onnx/onnxlayer"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/pass"
)

// columns is a random Col2Im.
type columns struct {
	channels                                 int
	image, block, strides, dilations, before []int64
	points                                   []int
}

func randomColumns(r *rand.Rand) *columns {
	c := &columns{channels: 1 + r.IntN(3)}
	for range 1 + r.IntN(3) {
		block, stride, dilation, before := 1+r.Int64N(3), 1+r.Int64N(3), 1+r.Int64N(2), r.Int64N(2)
		points := 1 + r.Int64N(4)
		least := (points-1)*stride + (block-1)*dilation + 1
		c.image, c.block = append(c.image, max(least-2*before, 1)), append(c.block, block)
		c.strides, c.dilations, c.before = append(c.strides, stride), append(c.dilations, dilation), append(c.before, before)
		c.points = append(c.points, int((c.image[len(c.image)-1]+2*before-(block-1)*dilation-1)/stride)+1)
	}
	return c
}

func elements[N int | int64](list []N) int {
	n := 1
	for _, d := range list {
		n *= int(d)
	}
	return n
}

// file is the model, of one operand [1, channels·taps, positions].
func (c *columns) file(t *testing.T) []byte {
	t.Helper()
	dims := []proto.Dim{{Value: 1}, {Value: int64(c.channels * elements(c.block))}, {Value: int64(elements(c.points))}}
	ints := func(name string, list []int64) *proto.Attribute {
		return &proto.Attribute{Name: name, Kind: proto.Ints, Ints: list}
	}
	constant := func(name string, list []int64) *proto.Tensor {
		return &proto.Tensor{Name: name, Type: proto.Int64, Dims: []int64{int64(len(list))}, Int64s: list}
	}
	m := proto.Model{IRVersion: 8, Opsets: []proto.Opset{{Version: 18}}, Graph: &proto.Graph{
		Name: "g", Initializers: []*proto.Tensor{constant("image", c.image), constant("block", c.block)},
		Inputs:  []*proto.ValueInfo{{Name: "x", Kind: "tensor", Element: proto.Float32, Dims: dims, Shaped: true}},
		Outputs: []*proto.ValueInfo{{Name: "y", Kind: "tensor", Element: proto.Float32}},
		Nodes: []*proto.Node{{Op: "Col2Im", Inputs: []string{"x", "image", "block"}, Outputs: []string{"y"}, Attributes: []*proto.Attribute{
			ints("strides", c.strides), ints("dilations", c.dilations), ints("pads", append(append([]int64{}, c.before...), c.before...)),
		}}},
	}}
	file, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// at are the places of element i of a list of such extents.
func at[N int | int64](i int, extents []N) []int {
	places := make([]int, len(extents))
	for a := len(extents) - 1; a >= 0; a-- {
		places[a], i = i%int(extents[a]), i/int(extents[a])
	}
	return places
}

// reference adds every tap of every position to the image. Source: ONNX 1.22, Col2Im.
func (c *columns) reference(x []float64) []float64 {
	taps, positions := elements(c.block), elements(c.points)
	y := make([]float64, c.channels*elements(c.image))
	for i, v := range x {
		tap, position := at(i/positions%taps, c.block), at(i%positions, c.points)
		to, inside := i/positions/taps, true
		for a, extent := range c.image {
			p := position[a]*int(c.strides[a]) + tap[a]*int(c.dilations[a]) - int(c.before[a])
			inside = inside && p >= 0 && p < int(extent)
			to = to*int(extent) + p
		}
		if inside {
			y[to] += v
		}
	}
	return y
}

// TestColumns: a Col2Im of any window computes what the standard says, and has kernels.
func TestColumns(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 6))
		c := randomColumns(r)
		file := c.file(t)
		m, err := onnxlayer.Describe("m.onnx", file, fstest.MapFS{"m.onnx": {Data: file}}, nil)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		n, err := build.Build(m)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		x := ir.NewTensor[float64](append(ir.Shape{1}, n.Header.Inputs[0].Shape...))
		for i := range x.F {
			x.F[i] = r.NormFloat64()
		}
		got, err := interp.New[float64](n.Predict).Run(n.Predict, interp.Batch[float64]{Rows: 1, Feed: map[string]*ir.Tensor[float64]{"x": x}})
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		for i, want := range c.reference(x.F) {
			if d := got.Outputs[0].F[i] - want; !(d < 1e-12 && d > -1e-12) {
				t.Fatalf("%+v: element %d is %v, want %v", c, i, got.Outputs[0].F[i], want)
			}
		}
		if _, err := pass.Compile(n.Header, pass.Source{Predict: n.Predict}, pass.Options{}); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
