package onnx_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

var suite = flag.String("suite", "", "folder of ONNX's backend tests, or of some of them")

// run builds a model and computes it, in double precision: a batch that the model
// leaves open is as many rows.
func run(m *onnx.Model, feed map[string]*onnx.Tensor) ([]*onnx.Tensor, error) {
	b := ir.NewBuilder("predict")
	var inputs []*ir.Value
	rows := 1
	for _, p := range m.Inputs {
		if given := feed[p.Name]; given != nil && p.Batch && len(given.Shape) > 0 {
			rows = given.Shape[0]
		}
	}
	fed := map[string]*ir.Tensor[float64]{}
	for i, p := range m.Inputs {
		shape := slices.Clone(p.Shape)
		if p.Batch {
			shape = shape[1:]
		}
		t := ir.Type{Shape: append(ir.Shape{ir.Batch}, shape...)}
		given := feed[p.Name]
		if given == nil {
			return nil, fmt.Errorf("no data for %s", p.Name)
		}
		x := &ir.Tensor[float64]{Shape: append(ir.Shape{rows}, shape...)}
		switch {
		case p.Type == proto.Int64 || p.Type == proto.Int32:
			t.DType = ir.I32
			for _, v := range given.I {
				x.I = append(x.I, int32(v))
			}
		case p.Type == proto.Float32 || p.Type == proto.Bool:
			x.F = slices.Clone(given.F)
			for _, v := range given.I {
				x.F = append(x.F, float64(v))
			}
		default:
			return nil, fmt.Errorf("input of %v", p.Type)
		}
		if n := x.Shape.Elements(); !p.Batch && rows > 1 { // the same for every row
			for len(x.F) > 0 && len(x.F) < n {
				x.F = append(x.F, x.F[:n/rows]...)
			}
			for len(x.I) > 0 && len(x.I) < n {
				x.I = append(x.I, x.I[:n/rows]...)
			}
		}
		fed[p.Name] = x
		inputs = append(inputs, op.InputOf(b, op.Input{Port: p.Name, Index: i, Of: t}))
	}
	if err := b.Errors.Err(); err != nil {
		return nil, err
	}
	built, err := m.Build(b, inputs, "")
	if err != nil {
		return nil, err
	}
	var out []*onnx.Tensor
	for _, v := range built.Outputs {
		if v.Known == nil {
			b.Graph.Outputs = append(b.Graph.Outputs, v.Result())
		}
	}
	g := b.Graph
	machine := interp.New[float64](g)
	for _, w := range built.Weights {
		for i, f := range w.Data {
			machine.Params[w.Segment].F[i] = float64(f)
		}
	}
	res, err := machine.Run(g, interp.Batch[float64]{Rows: rows, Feed: fed})
	if err != nil {
		return nil, err
	}
	next := 0
	for _, v := range built.Outputs {
		if v.Known != nil {
			out = append(out, v.Known)
			continue
		}
		r := res.Outputs[next]
		next++
		shape := v.Shape
		if rows > 1 && len(shape) > 0 {
			shape = append([]int{rows * shape[0]}, shape[1:]...)
		}
		t := &onnx.Tensor{Type: v.Type, Shape: shape, F: r.F}
		for _, id := range r.I {
			t.F = append(t.F, float64(id))
		}
		out = append(out, t)
	}
	return out, nil
}

func readTensor(t *testing.T, file string) *onnx.Tensor {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := proto.DecodeTensor(b)
	if err != nil {
		return nil
	}
	out, err := onnx.ReadTensor(p, nil)
	if err != nil {
		return nil
	}
	return out
}

// numbers are the elements of a tensor.
func numbers(t *onnx.Tensor) []float64 {
	if t.F != nil || t.I == nil {
		return t.F
	}
	var out []float64
	for _, v := range t.I {
		out = append(out, float64(v))
	}
	return out
}

// TestSuite runs ONNX's backend tests: each passes or is refused with a reason.
func TestSuite(t *testing.T) {
	if *suite == "" {
		t.Skip("with -suite and a folder of ONNX's backend tests")
	}
	dirs, err := filepath.Glob(filepath.Join(*suite, "*", "model.onnx"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no models in %s: %v", *suite, err)
	}
	passed, wrong, known := 0, 0, 0
	reasons := map[string][]string{}
	for _, file := range dirs {
		dir := filepath.Dir(file)
		name := filepath.Base(dir)
		err := func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("%s panics: %v", name, p)
					panic(p)
				}
			}()
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			o := onnx.Options{Files: os.DirFS(dir), Bind: map[string]int{}}
			if b, err := os.ReadFile(filepath.Join(dir, "bind.txt")); err == nil {
				for line := range strings.Lines(string(b)) {
					at := strings.LastIndexByte(line, '=')
					n := 0
					fmt.Sscan(line[at+1:], &n)
					o.Bind[line[:at]] = n
				}
			}
			err = compare(t, data, o, dir)
			if err == nil || strings.HasPrefix(err.Error(), "wrong") {
				return err
			}
			// With shapes and the like known, as --set would say.
			if o.Known = whole(t, data, dir); len(o.Known) > 0 {
				if err := compare(t, data, o, dir); err == nil || strings.HasPrefix(err.Error(), "wrong") {
					known++
					return err
				}
			}
			return err
		}()
		switch {
		case err == nil:
			passed++
		case strings.HasPrefix(err.Error(), "wrong"):
			wrong++
			t.Errorf("%s: %v", name, err)
		default:
			msg, _, _ := strings.Cut(err.Error(), "\n")
			if _, after, ok := strings.Cut(msg, ") "); ok {
				msg = after
			}
			if _, after, ok := strings.Cut(msg, "): "); ok {
				msg = after
			}
			reasons[msg] = append(reasons[msg], name)
		}
	}
	var list []string
	for r := range reasons {
		list = append(list, r)
	}
	sort.Slice(list, func(i, j int) bool { return len(reasons[list[i]]) > len(reasons[list[j]]) })
	refused := 0
	for _, r := range list {
		refused += len(reasons[r])
		t.Logf("%4d %s: %s", len(reasons[r]), r, strings.Join(reasons[r][:min(3, len(reasons[r]))], " "))
	}
	t.Logf("%d passed (%d with inputs that are known), %d refused, %d wrong", passed, known, refused, wrong)
}

// whole are the inputs of a test that are integers, or single numbers.
func whole(t *testing.T, data []byte, dir string) map[string]*onnx.Tensor {
	p, err := proto.DecodeModel(data)
	if err != nil {
		return nil
	}
	known := map[string]*onnx.Tensor{}
	for i, v := range p.Graph.Inputs {
		file := filepath.Join(dir, "test_data_set_0", fmt.Sprintf("input_%d.pb", i))
		if _, err := os.Stat(file); err != nil {
			continue
		}
		x := readTensor(t, file)
		if x != nil && i > 0 && (x.I != nil || len(x.Shape) == 0 || x.Shape[0] == 0 || v.Name == "scales" || v.Name == "roi") || x != nil && len(p.Graph.Inputs) == 1 && x.I != nil {
			known[v.Name] = x
		}
	}
	return known
}

// compare runs a model on the data of its folder.
func compare(t *testing.T, data []byte, o onnx.Options, dir string) error {
	m, err := onnx.Read("model.onnx", data, o)
	if err != nil {
		return err
	}
	p, err := proto.DecodeModel(data)
	if err != nil {
		return err
	}
	var inputs []*proto.ValueInfo // as they are counted in the folder
	for _, v := range p.Graph.Inputs {
		if !slices.ContainsFunc(p.Graph.Initializers, func(t *proto.Tensor) bool { return t.Name == v.Name }) {
			inputs = append(inputs, v)
		}
	}
	sets, _ := filepath.Glob(filepath.Join(dir, "test_data_set_*"))
	if len(sets) == 0 { // there is no reference: it builds
		feed := map[string]*onnx.Tensor{}
		for _, p := range m.Inputs {
			feed[p.Name] = onnx.Zeros(p)
		}
		_, err := run(m, feed)
		return err
	}
	for _, set := range sets {
		feed := map[string]*onnx.Tensor{}
		for i, p := range inputs {
			x := readTensor(t, filepath.Join(set, fmt.Sprintf("input_%d.pb", i)))
			if x == nil {
				return fmt.Errorf("input of %v", p.Element)
			}
			feed[p.Name] = x
		}
		got, err := run(m, feed)
		if err != nil {
			return err
		}
		for i, g := range got {
			want := readTensor(t, filepath.Join(set, fmt.Sprintf("output_%d.pb", i)))
			if want == nil {
				return fmt.Errorf("output of another type")
			}
			if !slices.Equal(g.Shape, want.Shape) && len(g.Shape)+len(want.Shape) > 0 {
				return fmt.Errorf("wrong: output %d is %v, want %v", i, g.Shape, want.Shape)
			}
			a, b := numbers(g), numbers(want)
			scale := 0.0
			for _, v := range b {
				if !math.IsInf(v, 0) && !math.IsNaN(v) {
					scale = max(scale, math.Abs(v))
				}
			}
			for j := range b {
				if math.IsNaN(a[j]) && math.IsNaN(b[j]) || a[j] == b[j] {
					continue
				}
				if d := math.Abs(a[j] - b[j]); !(d <= 1e-7+1e-3*math.Abs(b[j])+1e-5*scale) {
					return fmt.Errorf("wrong: output %d[%d] of %v is %v, want %v", i, j, want.Shape, a[j], b[j])
				}
			}
		}
	}
	return nil
}
