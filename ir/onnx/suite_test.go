package onnx_test

import (
	"archive/zip"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

var (
	suite  = flag.String("suite", "", "folder of ONNX's backend tests: node and the other sets of them")
	update = flag.Bool("update", false, "write testdata/onnx/SUITE.md")
)

// run builds a model and computes it, in single precision as packages do: a batch that the model
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
	fed := map[string]*ir.Tensor[float32]{}
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
		x := &ir.Tensor[float32]{Shape: append(ir.Shape{rows}, shape...)}
		if given.I != nil && p.Type != proto.Bool {
			t.DType = ir.I32
			for _, v := range given.I {
				if v != int64(int32(v)) {
					return nil, fmt.Errorf("%d of input %s is beyond int32", v, p.Name)
				}
				x.I = append(x.I, int32(v))
			}
		} else {
			for _, v := range numbers(given) {
				if math.Abs(v) > math.MaxFloat32 && !math.IsInf(v, 0) {
					return nil, fmt.Errorf("%g of input %s is beyond float32", v, p.Name)
				}
				x.F = append(x.F, float32(v))
			}
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
	machine := interp.New[float32](g)
	for _, w := range built.Weights {
		copy(machine.Params[w.Segment].F, w.Data)
	}
	res, err := machine.Run(g, interp.Batch[float32]{Rows: rows, Feed: fed})
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
		t := &onnx.Tensor{Type: v.Type, Shape: shape}
		for _, f := range r.F {
			t.F = append(t.F, float64(f))
		}
		for _, id := range r.I {
			t.F = append(t.F, float64(id))
		}
		out = append(out, t)
	}
	return out, nil
}

func readTensor(t *testing.T, files fs.FS, file string) *onnx.Tensor {
	t.Helper()
	b, err := fs.ReadFile(files, file)
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

// TestSamples runs the samples that ship: each passes.
func TestSamples(t *testing.T) {
	o := runFolder(t, samples(t))
	for reason, names := range o.refused {
		t.Errorf("%s: %s", strings.Join(names, ", "), reason)
	}
	if o.passed < 25 {
		t.Errorf("%d passed", o.passed)
	}
}

// samples are those that ship.
func samples(t testing.TB) fs.FS {
	t.Helper()
	z, err := zip.OpenReader("../../testdata/onnx/samples.zip")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { z.Close() })
	return z
}

// TestSuite runs ONNX's backend tests: each passes or is refused with a reason. With
// -update it writes the table.
func TestSuite(t *testing.T) {
	if *suite == "" {
		t.Skip("with -suite and the folder of ONNX's backend tests")
	}
	var b strings.Builder
	b.WriteString(suiteHead)
	all := outcome{refused: map[string][]string{}, classes: map[string][2]int{}}
	sets, _ := filepath.Glob(filepath.Join(*suite, "*"))
	for _, set := range sets {
		if list, _ := filepath.Glob(filepath.Join(set, "*", "model.onnx")); len(list) == 0 {
			continue
		}
		o := runFolder(t, os.DirFS(set))
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", filepath.Base(set), o.passed, o.known, o.count())
		all.passed, all.known = all.passed+o.passed, all.known+o.known
		for class, n := range o.classes {
			all.classes[class] = [2]int{all.classes[class][0] + n[0], all.classes[class][1] + n[1]}
		}
		for reason, names := range o.refused {
			all.refused[reason] = append(all.refused[reason], names...)
		}
	}
	fmt.Fprintf(&b, "| all | %d | %d | %d |\n\n| inputs and outputs of | passed | refused |\n|---|--:|--:|\n", all.passed, all.known, all.count())
	for _, class := range classes {
		fmt.Fprintf(&b, "| %s | %d | %d |\n", class, all.classes[class][0], all.classes[class][1])
	}
	b.WriteString("\n| refused | because |\n|--:|---|\n")
	for _, reason := range all.reasons() {
		if n := len(all.refused[reason]); n > 3 {
			fmt.Fprintf(&b, "| %d | %s |\n", n, reason)
		}
	}
	t.Log("\n" + b.String())
	for _, reason := range all.reasons() {
		t.Logf("%s: %s", reason, strings.Join(all.refused[reason], ", "))
	}
	if *update {
		if err := os.WriteFile("../../testdata/onnx/SUITE.md", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const suiteHead = `# ONNX's backend tests

Made by ` + "`go test ./ir/onnx -run TestSuite -suite DIR -update`" + `, with the tests of ONNX 1.22 in DIR. A test passes if the
interpreter gives its outputs in single precision to the suite's tolerances, or is refused with a reason; none gives other outputs. "Known" are
those of them whose shapes, axes and the like are inputs in the file, and are given when the model is built.

| set | passed | of them known | refused |
|---|--:|--:|--:|
`

// outcome is what became of a folder of tests.
type outcome struct {
	passed, known int
	refused       map[string][]string // by reason
	classes       map[string][2]int   // passed and refused, by what the file asks for
}

// classes are what files ask for, from what decides to what does not.
var classes = []string{"strings", "sequences, optional values", "floating-point numbers of 8 bits and less, integers of 4 and less", "float64", "float16, bfloat16", "integers of 8, 16 and 32 bits, uint64", "float32, int64, bool"}

// classOf is the class of a file, by the types of its inputs and outputs.
func classOf(data []byte) string {
	m, err := proto.DecodeModel(data)
	if err != nil {
		return classes[len(classes)-1]
	}
	class := len(classes) - 1
	for _, v := range slices.Concat(m.Graph.Inputs, m.Graph.Outputs) {
		of := len(classes) - 1
		switch t := v.Element; {
		case t == proto.StringType:
			of = 0
		case v.Kind != "tensor":
			of = 1
		case t.Bits() < 8 || t >= proto.Float8E4M3FN:
			of = 2
		case t == proto.Float64:
			of = 3
		case t == proto.Float16 || t == proto.Bfloat16:
			of = 4
		case t != proto.Float32 && t != proto.Int64 && t != proto.Bool:
			of = 5
		}
		class = min(class, of)
	}
	return classes[class]
}

func (o outcome) count() int {
	n := 0
	for _, names := range o.refused {
		n += len(names)
	}
	return n
}

// reasons are those of refusals, the most frequent first.
func (o outcome) reasons() []string {
	list := slices.Sorted(maps.Keys(o.refused))
	slices.SortStableFunc(list, func(a, b string) int { return len(o.refused[b]) - len(o.refused[a]) })
	return list
}

// runFolder runs the tests of a folder; a wrong one fails the test.
func runFolder(t *testing.T, folder fs.FS) outcome {
	t.Helper()
	files, err := fs.Glob(folder, "*/model.onnx")
	if err != nil || len(files) == 0 {
		t.Fatalf("no models: %v", err)
	}
	o := outcome{refused: map[string][]string{}, classes: map[string][2]int{}}
	for _, file := range files {
		name := path.Dir(file)
		dir, err := fs.Sub(folder, name)
		if err != nil {
			t.Fatal(err)
		}
		data, _ := fs.ReadFile(dir, "model.onnx")
		class := o.classes[classOf(data)]
		known, err := runCase(t, dir)
		if err == nil {
			class[0]++
		} else {
			class[1]++
		}
		o.classes[classOf(data)] = class
		switch {
		case err == nil:
			o.passed++
			if known {
				o.known++
			}
		case strings.HasPrefix(err.Error(), "wrong"):
			t.Errorf("%s: %v", name, err)
		default:
			reason := reasonOf(err)
			o.refused[reason] = append(o.refused[reason], name)
		}
	}
	return o
}

// reasonOf is the first line of an error, without the node that it is about.
func reasonOf(err error) string {
	msg, _, _ := strings.Cut(err.Error(), "\n")
	for _, before := range []string{") ", "): "} {
		if _, after, ok := strings.Cut(msg, before); ok {
			msg = after
		}
	}
	return msg
}

// runCase runs the model of a folder as it is, and where that is refused once more with
// what could be shapes and axes known.
func runCase(t *testing.T, dir fs.FS) (known bool, err error) {
	t.Helper()
	data, err := fs.ReadFile(dir, "model.onnx")
	if err != nil {
		return false, err
	}
	o := onnx.Options{Files: dir, Bind: map[string]int{}}
	if b, err := fs.ReadFile(dir, "bind.txt"); err == nil {
		for line := range strings.Lines(string(b)) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			n := 0
			fmt.Sscan(value, &n)
			o.Bind[name] = n
		}
	}
	err = compare(t, data, o, dir)
	if err == nil || strings.HasPrefix(err.Error(), "wrong") {
		return false, err
	}
	if o.Known = whole(t, data, dir); len(o.Known) > 0 {
		return true, compare(t, data, o, dir)
	}
	return false, err
}

// whole are the inputs of a test that are integers, or single numbers.
func whole(t *testing.T, data []byte, dir fs.FS) map[string]*onnx.Tensor {
	p, err := proto.DecodeModel(data)
	if err != nil {
		return nil
	}
	known := map[string]*onnx.Tensor{}
	for i, v := range p.Graph.Inputs {
		file := fmt.Sprintf("test_data_set_0/input_%d.pb", i)
		if _, err := fs.Stat(dir, file); err != nil {
			continue
		}
		x := readTensor(t, dir, file)
		if x != nil && (i > 0 || v.Name == "start" || x.I != nil && len(x.Shape) == 0) && (x.I != nil || len(x.Shape) == 0 || len(x.Shape) == 1 && x.Shape[0] < 2 || v.Name == "scales" || v.Name == "roi") || x != nil && len(p.Graph.Inputs) == 1 && x.I != nil {
			known[v.Name] = x
		}
	}
	return known
}

// compare runs a model on the data of its folder.
func compare(t *testing.T, data []byte, o onnx.Options, dir fs.FS) error {
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
	sets, _ := fs.Glob(dir, "test_data_set_*")
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
			x := readTensor(t, dir, path.Join(set, fmt.Sprintf("input_%d.pb", i)))
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
			want := readTensor(t, dir, path.Join(set, fmt.Sprintf("output_%d.pb", i)))
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
