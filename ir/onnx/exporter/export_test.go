package exporter_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/exporter"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

// tensor is one of testdata/keras; see its README.
type tensor struct {
	Shape []int       `json:"shape"`
	Data  []float32   `json:"data"`
	DType string      `json:"dtype"`
	Rows  [][]float32 `json:"rows"`
}

// vector is a layer with weights, inputs and outputs of Keras.
type vector struct {
	Name            string
	Model           json.RawMessage
	Weights, Inputs map[string]tensor
	Training        bool
}

// vectorFiles are those that have layers.
var vectorFiles = []string{"layers", "attention", "images", "operations", "cells", "volumes", "sequences"}

func vectors(t *testing.T, name string) []*vector {
	f, err := os.Open("../../../testdata/keras/" + name + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []*vector }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(file.Cases, func(v *vector) bool { return v.Inputs == nil })
}

// network is what is exported, with its weights and a batch.
type network struct {
	name    string
	graph   *ir.Graph
	outputs []string
	weights map[string][]float32
	feed    map[string]*ir.Tensor[float32]
	rows    int
}

func outputs(m *spec.Model) (names []string) {
	for _, r := range m.OutputRefs() {
		names = append(names, r.Name)
	}
	return names
}

func (v *vector) network(t *testing.T) *network {
	m, err := spec.Parse(v.Name+".json", v.Model)
	if err != nil {
		t.Fatal(err)
	}
	built, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	n := &network{name: v.Name, graph: built.Predict, outputs: outputs(m), weights: map[string][]float32{}, feed: map[string]*ir.Tensor[float32]{}}
	for name, w := range v.Weights {
		n.weights[name] = w.Data
	}
	for _, x := range n.graph.Inputs {
		in := x.Op.(*op.Input)
		given := v.Inputs[in.Port]
		to := &ir.Tensor[float32]{}
		if n.rows = len(given.Rows); given.Rows == nil {
			n.rows = given.Shape[0]
		}
		to.Shape = x.Shape.Concrete(n.rows)
		switch {
		case given.Rows != nil:
			to.Offsets = []int{0}
			for _, row := range given.Rows {
				for _, id := range row {
					to.I = append(to.I, int32(id))
				}
				to.Offsets = append(to.Offsets, len(to.I))
			}
		case x.DType == ir.I32:
			for _, id := range given.Data {
				to.I = append(to.I, int32(id))
			}
		default:
			to.F = given.Data
		}
		n.feed[in.Port] = to
	}
	return n
}

// run computes a graph in float32.
func run(g *ir.Graph, rows int, feed map[string]*ir.Tensor[float32], weights map[string][]float32) ([]*ir.Tensor[float32], error) {
	m := interp.New[float32](g)
	for _, v := range g.Params {
		segment := v.Op.(*op.Param).Segment
		copy(m.Params[segment].F, weights[segment])
	}
	r, err := m.Run(g, interp.Batch[float32]{Rows: rows, Feed: feed})
	if err != nil {
		return nil, err
	}
	return r.Outputs, nil
}

func (n *network) export() ([]byte, error) {
	m, err := exporter.Export(n.graph, exporter.Options{Name: n.name, Outputs: n.outputs, Weights: n.weights})
	if err != nil {
		return nil, err
	}
	return m.Encode()
}

// reread computes a file with the reader of this module.
func (n *network) reread(b []byte) ([]*ir.Tensor[float32], error) {
	bind := map[string]int{}
	for _, x := range n.graph.Inputs {
		if in := x.Op.(*op.Input); x.Shape.Ragged() {
			bind[in.Port+"_length"] = longest(n.feed[in.Port])
		}
	}
	m, err := onnx.Read(n.name+".onnx", b, onnx.Options{Bind: bind})
	if err != nil {
		return nil, err
	}
	builder := ir.NewBuilder("predict")
	var inputs []*ir.Value
	feed := map[string]*ir.Tensor[float32]{}
	for i, p := range m.Inputs {
		x := n.feed[p.Name]
		if x.Offsets != nil {
			x = filled(x, bind[p.Name+"_length"], n.limit(p.Name))
		}
		t := ir.Type{Shape: append(ir.Shape{ir.Batch}, x.Shape[1:]...)}
		if x.I != nil {
			t.DType = ir.I32
		}
		feed[p.Name] = x
		inputs = append(inputs, op.InputOf(builder, op.Input{Port: p.Name, Index: i, Of: t}))
	}
	built, err := m.Build(builder, inputs, "")
	if err != nil {
		return nil, err
	}
	weights := map[string][]float32{}
	for _, w := range built.Weights {
		weights[w.Segment] = w.Data
	}
	for _, v := range built.Outputs {
		if v.Known == nil {
			builder.Graph.Outputs = append(builder.Graph.Outputs, v.Result())
		}
	}
	computed, err := run(builder.Graph, n.rows, feed, weights)
	if err != nil {
		return nil, err
	}
	var out []*ir.Tensor[float32]
	for _, v := range built.Outputs {
		if v.Known == nil {
			x := computed[0]
			computed = computed[1:]
			if !v.Result().Shape.Batched() {
				x = &ir.Tensor[float32]{F: slices.Repeat(x.F, n.rows), I: slices.Repeat(x.I, n.rows)}
			}
			out = append(out, x)
			continue
		}
		x := &ir.Tensor[float32]{}
		for range n.rows { // the same in all of them
			for _, f := range v.Known.F {
				x.F = append(x.F, float32(f))
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// limit is one more than the largest id of an input.
func (n *network) limit(port string) int {
	for _, v := range n.graph.Values {
		if k, ok := v.Op.(*op.MultiHot); ok && v.Args[0].Op.(*op.Input).Port == port {
			return k.Limit
		}
	}
	return 0
}

func longest(x *ir.Tensor[float32]) int {
	most := 1
	for i := range x.Offsets[1:] {
		most = max(most, x.Offsets[i+1]-x.Offsets[i])
	}
	return most
}

// filled are rows of one length.
func filled(x *ir.Tensor[float32], length, with int) *ir.Tensor[float32] {
	rows := len(x.Offsets) - 1
	out := &ir.Tensor[float32]{Shape: ir.Shape{rows, length}}
	for i := range rows {
		row := slices.Clone(x.I[x.Offsets[i]:x.Offsets[i+1]])
		for len(row) < length {
			row = append(row, int32(with))
		}
		out.I = append(out.I, row...)
	}
	return out
}

// apart is the largest difference, relative where values are large.
func apart(x, y *ir.Tensor[float32]) float64 {
	a, b := numbers(x), numbers(y)
	if len(a) != len(b) {
		return math.Inf(1)
	}
	worst := 0.0
	for i := range a {
		if math.Float64bits(a[i]) == math.Float64bits(b[i]) || math.IsNaN(a[i]) && math.IsNaN(b[i]) {
			continue
		}
		d := math.Abs(a[i]-b[i]) / (1 + math.Abs(a[i]))
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		worst = max(worst, d, 1e-30)
	}
	return worst
}

func numbers(t *ir.Tensor[float32]) []float64 {
	var out []float64
	for _, v := range t.F {
		out = append(out, float64(v))
	}
	for _, v := range t.I {
		out = append(out, float64(v))
	}
	return out
}

// tally counts what becomes of networks that are written and read again.
type tally struct {
	same     int // the same bits
	close    int // to 1e-6: what is one operation in the graph is two in ONNX, or the other way around
	notRead  int // only for the operator Scan
	refused  int
	wrong    int
	farthest float64
}

// add writes a network, reads it again, and compares what both compute.
func (r *tally) add(t *testing.T, n *network, python *checked) {
	t.Helper()
	want, err := run(n.graph, n.rows, n.feed, n.weights)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want { // its memory is the machine's
		want[i] = &ir.Tensor[float32]{Shape: want[i].Shape, F: slices.Clone(want[i].F), I: slices.Clone(want[i].I)}
	}
	b, err := n.export()
	if err != nil {
		r.refused++
		t.Logf("%s: %v", n.name, err)
		return
	}
	python.add(t, n, b, want)
	got, err := n.reread(b)
	if err != nil {
		if r.notRead++; !strings.Contains(err.Error(), "(Scan)") {
			t.Errorf("%s: %v", n.name, err)
		}
		return
	}
	worst := 0.0
	for i := range want {
		worst = max(worst, apart(want[i], got[i]))
	}
	switch r.farthest = max(r.farthest, worst); {
	case worst == 0:
		r.same++
	case worst < 1e-6:
		r.close++
	default:
		r.wrong++
		t.Errorf("%s: off by %g", n.name, worst)
	}
}

// hold compares with what became of them before.
func (r *tally) hold(t *testing.T, want tally) {
	t.Helper()
	t.Logf("the same bits %d, close %d (to %.2g), not read %d, refused %d", r.same, r.close, r.farthest, r.notRead, r.refused)
	if r.same < want.same || r.notRead > want.notRead || r.refused > want.refused {
		t.Errorf("before, %d had the same bits, %d were not read and %d refused", want.same, want.notRead, want.refused)
	}
}

// TestLayers writes every layer that Keras has a vector of, and reads it again.
func TestLayers(t *testing.T) {
	python := newChecked(t)
	var results tally
	for _, file := range vectorFiles {
		for _, v := range vectors(t, file) {
			results.add(t, v.network(t), python)
		}
	}
	python.run(t)
	results.hold(t, tally{same: 1272})
}
