package conformance

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/onnxlayer"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/weights"
)

var onnxTests = flag.String("onnx", "", "pattern of folders laid out as ONNX's backend tests: their packages are compiled and trained")

// onnxCase is a folder as a network and a batch of one row. There are no outputs to
// compare with where its inputs are not finite, and others are drawn for these.
func onnxCase(name, dir string) (*network, harness.Case, [][]float64, error) {
	var c harness.Case
	data, err := os.ReadFile(filepath.Join(dir, "model.onnx"))
	if err != nil {
		return nil, c, nil, err
	}
	var bind []string
	if b, err := os.ReadFile(filepath.Join(dir, "bind.txt")); err == nil {
		bind = strings.Fields(string(b))
	}
	files := os.DirFS(dir)
	src, err := onnxlayer.Source("model.onnx", data, files, bind)
	if err != nil {
		return nil, c, nil, err
	}
	src = append(bytes.TrimSuffix(src, []byte("}")), `,"compile":{"optimizer":"sgd","loss":"mean_squared_error"},"fit":{"batch_size":4}}`...)
	m, err := spec.Parse("model.json", src)
	if err != nil {
		return nil, c, nil, err
	}
	m.Files, m.Name = files, name
	net, err := build.Build(m)
	if err != nil {
		return nil, c, nil, err
	}
	n := &network{name: name, Network: net}
	c = n.randomCase(1)
	for _, s := range net.Header.Segments {
		copy(c.Params[s.Offset:][:s.Len()], net.Weights[s.Name])
	}
	c.Batch.X, c.Batch.Y, c.Batch.Weight, c.Steps = c.Batch.X[:1], c.Batch.Y[:1], c.Batch.Weight[:1], nil
	var x []float64
	read, _ := onnx.Read("model.onnx", data, onnx.Options{Files: files, Bind: bindings(bind)})
	finite := true
	for i := range read.Inputs {
		t, err := tensorFile(filepath.Join(dir, "test_data_set_0", fmt.Sprintf("input_%d.pb", i)))
		if err != nil {
			return nil, c, nil, err
		}
		port := net.Header.Inputs[i]
		for _, v := range t[:min(len(t), product(read.Inputs[i].Shape))] {
			if math.IsNaN(v) || math.IsInf(v, 0) { // which no file of cases holds
				v, finite = 0.5, false
			}
			if port.Limit > 0 && (v < float64(port.Least) || v >= float64(port.Limit)) {
				return nil, c, nil, fmt.Errorf("%v is no value that input %s takes", v, port.Name)
			}
			x = append(x, v)
		}
	}
	c.Batch.X[0] = x
	var want [][]float64
	for i := range read.Outputs {
		t, err := tensorFile(filepath.Join(dir, "test_data_set_0", fmt.Sprintf("output_%d.pb", i)))
		if err != nil {
			return nil, c, nil, err
		}
		for _, v := range t {
			if finite && (math.IsNaN(v) || math.IsInf(v, 0)) {
				return nil, c, nil, fmt.Errorf("an output is %v, which no file of results holds", v)
			}
		}
		want = append(want, t)
	}
	if !finite {
		want = nil
	}
	for _, v := range c.Params {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, c, nil, fmt.Errorf("a weight is %v, which no file of cases holds", v)
		}
	}
	return n, c, want, nil
}

func bindings(list []string) map[string]int {
	m, _ := onnxlayer.Bindings(list)
	return m
}

func tensorFile(file string) ([]float64, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p, err := proto.DecodeTensor(b)
	if err != nil {
		return nil, err
	}
	t, err := onnx.ReadTensor(p, nil)
	if err != nil {
		return nil, err
	}
	out := t.F
	for _, v := range t.I {
		out = append(out, float64(v))
	}
	return out, nil
}

// TestONNX compiles the packages of ONNX files: outputs are those of the folder, and
// outputs and gradients those of the interpreter.
func TestONNX(t *testing.T) {
	if *onnxTests == "" {
		t.Skip("with -onnx and a pattern of folders of ONNX's backend tests")
	}
	dirs, _ := filepath.Glob(*onnxTests)
	dir := t.TempDir()
	var nets []*network
	var names, folders []string
	var cases []harness.Case
	var wants [][][]float64
	refused := 0
	for i, d := range dirs {
		n, c, want, err := onnxCase(fmt.Sprintf("o%04d", i), d)
		if err != nil {
			refused++
			t.Logf("%s: %.200v", filepath.Base(d), err)
			continue
		}
		if err := n.emit(dir, pass.Options{}); err != nil {
			t.Errorf("%s: %.300v", filepath.Base(d), err)
			continue
		}
		nets, names, cases, wants, folders = append(nets, n), append(names, n.name), append(cases, c), append(wants, want), append(folders, filepath.Base(d))
	}
	link(t, dir, names, "-N", "-l")
	references := interpretedAll(t, nets, cases)
	for _, level := range levels() {
		good := 0
		for i, got := range drive(t, dir, cases, level) {
			err := nets[i].compare(references[i], got)
			if err != nil && strings.Contains(err.Error(), "unsupported value") {
				t.Logf("%v: %s: its results are not finite, which no file of results holds", level, folders[i])
				continue
			}
			if len(got.Outputs) == 0 {
				t.Errorf("%v: %s: %.400v", level, folders[i], err)
				continue
			}
			want := slices.Concat(wants[i]...)
			d, size := largest(got.Outputs[0], want[:min(len(got.Outputs[0]), len(want))])
			// Whole numbers of halves that double precision does not see are the folder's.
			if err != nil && (want == nil || d > 1e-6*size) {
				t.Errorf("%v: %s: %.400v", level, folders[i], err)
				continue
			}
			if want != nil && !(d <= 1e-3*max(size, 1e-3)) {
				t.Errorf("%v: %s: output off by %g of %g", level, folders[i], d, size)
				continue
			}
			good++
		}
		t.Logf("%v: %d of %d", level, good, len(nets))
	}
	t.Logf("%d compiled, %d refused", len(nets), refused)
}

// initial is a weights file with what a network begins with of the files that its layers
// read; nil: there are none.
func (n *network) initial() ([]byte, error) {
	if len(n.Weights) == 0 {
		return nil, nil
	}
	var tensors []weights.Tensor
	for _, s := range n.Header.Segments {
		if data, ok := n.Weights[s.Name]; ok {
			tensors = append(tensors, weights.Tensor{Name: s.Name, Shape: s.Shape, Data: data})
		}
	}
	var b bytes.Buffer
	_, err := weights.WriteTensors(&b, map[string]string{weights.KeyModelID: n.Header.ModelID}, tensors)
	return b.Bytes(), err
}
