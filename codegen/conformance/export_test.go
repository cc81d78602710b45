package conformance

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/exporter"
	"github.com/nngen-go/nngen/ir/op"
)

// exported is a random network as an ONNX file, and a batch.
type exported struct {
	*network
	input string
	file  []byte
	rows  int
	feed  *ir.Tensor[float32]
	limit int // of ids of any length, which are filled up with it
}

// exportedOf writes a random network. The error is what ONNX cannot say of it.
func exportedOf(t *testing.T, seed uint64) (*exported, error) {
	t.Helper()
	src, err := randomModel(seed)
	if err != nil {
		t.Fatal(err)
	}
	n, err := compileJSON(fmt.Sprintf("e%04d", seed), src)
	if err != nil {
		t.Fatal(err)
	}
	c := n.randomCase(seed)
	if len(n.Header.Inputs) != 1 {
		t.Fatalf("%d inputs", len(n.Header.Inputs))
	}
	in := n.Header.Inputs[0]
	e := &exported{network: n, input: in.Name, rows: len(c.Batch.X), limit: in.Limit, feed: &ir.Tensor[float32]{}}
	weights := map[string][]float32{}
	for _, s := range n.Header.Segments {
		weights[s.Name] = c.Params[s.Offset:][:s.Len()]
	}
	o := exporter.Options{Name: n.name, Weights: weights}
	for _, r := range n.Spec.OutputRefs() {
		o.Outputs = append(o.Outputs, r.Name)
	}
	m, err := exporter.Export(n.Predict, o)
	if err != nil {
		return nil, err
	}
	if e.file, err = m.Encode(); err != nil {
		t.Fatal(err)
	}
	e.feed.Shape = n.Predict.Inputs[0].Shape.Concrete(e.rows)
	for _, row := range c.Batch.X {
		if in.Ragged {
			e.feed.Offsets = append(e.feed.Offsets, len(e.feed.I))
		}
		for _, v := range row {
			if n.Predict.Inputs[0].DType == ir.I32 {
				e.feed.I = append(e.feed.I, int32(v))
			} else {
				e.feed.F = append(e.feed.F, float32(v))
			}
		}
	}
	if in.Ragged {
		e.feed.Offsets = append(e.feed.Offsets, len(e.feed.I))
	}
	return e, nil
}

// unsayable ends what ONNX cannot say of the histograms of images.
const unsayable = "it adds to the rows of several tables, after 2 axes that they share; ONNX has that of one"

// single runs a graph in single precision.
func single(g *ir.Graph, feed map[string]*ir.Tensor[float32], rows int, weights func(segment string) []float32) ([][]float32, error) {
	m := interp.New[float32](g)
	for _, v := range g.Params {
		segment := v.Op.(*op.Param).Segment
		copy(m.Params[segment].F, weights(segment))
	}
	r, err := m.Run(g, interp.Batch[float32]{Rows: rows, Feed: feed})
	if err != nil {
		return nil, err
	}
	var out [][]float32
	for _, y := range r.Outputs {
		out = append(out, slices.Clone(y.F))
	}
	return out, nil
}

// filled are the ids of every row, filled up to one length.
func (e *exported) filled() (*ir.Tensor[float32], int) {
	if e.feed.Offsets == nil {
		return e.feed, 0
	}
	length := 1
	for i := range e.rows {
		length = max(length, e.feed.Offsets[i+1]-e.feed.Offsets[i])
	}
	x := &ir.Tensor[float32]{Shape: ir.Shape{e.rows, length}}
	for i := range e.rows {
		row := e.feed.I[e.feed.Offsets[i]:e.feed.Offsets[i+1]]
		x.I = append(append(x.I, row...), slices.Repeat([]int32{int32(e.limit)}, length-len(row))...)
	}
	return x, length
}

// read runs the file.
func (e *exported) read() ([][]float32, error) {
	x, length := e.filled()
	o := onnx.Options{}
	if length > 0 {
		o.Bind = map[string]int{e.input + "_length": length}
	}
	m, err := onnx.Read("model.onnx", e.file, o)
	if err != nil {
		return nil, err
	}
	b := ir.NewBuilder("predict")
	t := ir.Type{Shape: append(ir.Shape{ir.Batch}, x.Shape[1:]...)}
	if x.I != nil {
		t.DType = ir.I32
	}
	built, err := m.Build(b, []*ir.Value{op.InputOf(b, op.Input{Port: e.input, Of: t})}, "")
	if err != nil {
		return nil, err
	}
	weights := map[string][]float32{}
	for _, w := range built.Weights {
		weights[w.Segment] = w.Data
	}
	for _, v := range built.Outputs {
		b.Graph.Outputs = append(b.Graph.Outputs, v.Result())
	}
	return single(b.Graph, map[string]*ir.Tensor[float32]{e.input: x}, e.rows, func(s string) []float32 { return weights[s] })
}

// TestExportedONNX writes random networks as ONNX files and reads them again: both
// compute the same, most to the last bit.
func TestExportedONNX(t *testing.T) {
	same, close, loops, refused := 0, 0, 0, 0
	const networks = 300
	for seed := range uint64(networks) {
		e, err := exportedOf(t, 5000+seed)
		switch {
		case err != nil && strings.HasSuffix(err.Error(), unsayable):
			refused++
			continue
		case err != nil:
			t.Fatalf("seed %d: %v", 5000+seed, err)
		}
		c := e.randomCase(5000 + seed)
		params := map[string][]float32{}
		for _, s := range e.Header.Segments {
			params[s.Name] = c.Params[s.Offset:][:s.Len()]
		}
		want, err := single(e.Predict, map[string]*ir.Tensor[float32]{e.input: e.feed}, e.rows, func(s string) []float32 { return params[s] })
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.read()
		switch {
		case err != nil && strings.Contains(err.Error(), "(Scan)"):
			loops++
			continue
		case err != nil:
			t.Errorf("seed %d: %v", 5000+seed, err)
			continue
		}
		worst := 0.0
		for i := range want {
			for j, y := range want[i] {
				if z := got[i][j]; z != y && !(z != z && y != y) {
					worst = max(worst, math.Abs(float64(z-y))/(1+math.Abs(float64(y))))
				}
			}
		}
		switch {
		case worst == 0:
			same++
		case worst < 1e-5:
			close++
		default:
			t.Errorf("seed %d: off by %g", 5000+seed, worst)
		}
	}
	t.Logf("of %d networks %d give the same bits and %d are close; %d have a loop that is not read, and %d are refused", networks, same, close, loops, refused)
	if same < networks/2 || loops > networks/5 || refused > networks/20 {
		t.Error("too few can be compared")
	}
}
