package torch

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/weights"
)

var modulesDir = flag.String("torch", "", "a folder that testdata/modules.py has written, for TestModules")

// TestModules compares with what PyTorch computes with the same weights.
func TestModules(t *testing.T) {
	if *modulesDir == "" {
		t.Skip("there is no -torch folder")
	}
	files, err := filepath.Glob(filepath.Join(*modulesDir, "*.safetensors"))
	if err != nil || len(files) < 14 {
		t.Fatal("no files in ", *modulesDir, err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(path, ".safetensors")
		text := func(ending string) []byte {
			b, err := os.ReadFile(name + ending)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		m, err := Read(name+".map.yaml", text(".map.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		file, err := weights.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		model, net := network(t, name+".yaml", text(".yaml"))
		found, err := m.Take(model, net.Header.Segments, file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		arrays, err := data.OpenNPZ(name+".npz", "x", "y")
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.0
		got := predict(t, net, found, arrays[0])
		row := make([]float32, arrays[1].Width())
		for i := range arrays[1].Len() {
			arrays[1].Row(i, row)
			for j, want := range row {
				worst = max(worst, math.Abs(got[i*len(row)+j]-float64(want))/math.Max(1, math.Abs(float64(want))))
			}
		}
		if t.Logf("%s: %.2g", filepath.Base(name), worst); !(worst <= 1e-6) || len(got) != arrays[1].Len()*len(row) {
			t.Errorf("%s differs by %.2g", name, worst)
		}
	}
}

func network(t *testing.T, file string, text []byte) (*spec.Model, *build.Network) {
	t.Helper()
	model, err := spec.Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	net, err := build.Build(model)
	if err != nil {
		t.Fatal(err)
	}
	return model, net
}

// predict runs the interpreter on rows of the one input.
func predict(t *testing.T, net *build.Network, found map[string][]float32, rows *data.NPY) []float64 {
	t.Helper()
	machine := interp.New[float64](net.Predict)
	for name, v := range found {
		for i, x := range v {
			machine.Params[name].F[i] = float64(x)
		}
	}
	in := net.Predict.Inputs[0]
	x := ir.NewTensor[float64](in.Shape.Concrete(rows.Len()))
	row := make([]float32, rows.Width())
	for i := range rows.Len() {
		rows.Row(i, row)
		for j, v := range row {
			x.F[i*len(row)+j] = float64(v)
		}
	}
	if in.DType == ir.I32 {
		x.I = make([]int32, len(x.F))
		for i, v := range x.F {
			x.I[i] = int32(v)
		}
		x.F = nil
	}
	result, err := machine.Run(net.Predict, interp.Batch[float64]{Rows: rows.Len(), Feed: map[string]*ir.Tensor[float64]{in.Op.(*op.Input).Port: x}})
	if err != nil {
		t.Fatal(err)
	}
	return result.Outputs[0].F
}

// tensor is a name, a shape and the elements 1, 2, 3 and so on.
type tensor struct {
	name  string
	shape []int
}

// opened is a file of tensors.
func opened(t *testing.T, list ...tensor) *weights.File {
	t.Helper()
	var all []weights.Tensor
	for _, x := range list {
		n := 1
		for _, d := range x.shape {
			n *= d
		}
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(i + 1)
		}
		all = append(all, weights.Tensor{Name: x.name, Shape: x.shape, Data: v})
	}
	var b bytes.Buffer
	if _, err := weights.WriteTensors(&b, nil, all); err != nil {
		t.Fatal(err)
	}
	f, err := weights.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const description = `inputs: {x: {shape: [6, 3]}}
layers:
  - Conv1D: {name: conv, filters: 4, kernel_size: 2}
  - LSTM: {name: cell, units: 2}
  - Dense: {name: square, units: 2}
  - Dense: {name: last, units: 1}
`

func file(t *testing.T) *weights.File {
	return opened(t, tensor{"conv.weight", []int{4, 3, 2}}, tensor{"conv.bias", []int{4}}, tensor{"rnn.weight_ih_l0", []int{8, 4}}, tensor{"rnn.weight_hh_l0", []int{8, 2}},
		tensor{"rnn.bias_ih_l0", []int{8}}, tensor{"rnn.bias_hh_l0", []int{8}}, tensor{"fc.weight", []int{2, 2}}, tensor{"fc.bias", []int{2}}, tensor{"out.weight", []int{1, 2}}, tensor{"out.bias", []int{1}}, tensor{"steps", nil})
}

// TestTake has every way to say where a weight is.
func TestTake(t *testing.T) {
	model, net := network(t, "m.yaml", []byte(description))
	for _, text := range []string{
		"layers: {conv: conv, cell: rnn, square: {module: fc}, last: out}\nignore: steps",
		`weights:
  conv/kernel: {tensor: conv.weight, axes: [2, 1, 0]}
  conv/bias: conv.bias
  cell/kernel: rnn.weight_ih_l0
  cell/recurrent_kernel: rnn.weight_hh_l0
  cell/bias: {sum: [rnn.bias_ih_l0, rnn.bias_hh_l0]}
  square/kernel: {tensor: fc.weight, axes: [1, 0]}
  square/bias: fc.bias
  last/kernel: out.weight
  last/bias: out.bias
ignore: ["st*"]
`,
	} {
		m, err := Read("map.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		found, err := m.Take(model, net.Header.Segments, file(t))
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string][]float32{
			"conv/kernel": {1, 7, 13, 19, 3, 9, 15, 21, 5, 11, 17, 23, 2, 8, 14, 20, 4, 10, 16, 22, 6, 12, 18, 24}, "conv/bias": {1, 2, 3, 4},
			"cell/recurrent_kernel": {1, 3, 5, 7, 9, 11, 13, 15, 2, 4, 6, 8, 10, 12, 14, 16}, "cell/bias": {2, 4, 6, 8, 10, 12, 14, 16},
			"square/kernel": {1, 3, 2, 4}, "last/kernel": {1, 2}, "last/bias": {1},
		} {
			if !slices.Equal(found[name], want) {
				t.Errorf("%s is %v, want %v", name, found[name], want)
			}
		}
		if len(found) != len(net.Header.Segments) {
			t.Errorf("%d weights", len(found))
		}
	}
}

// TestTakeErrors lists all that does not fit.
func TestTakeErrors(t *testing.T) {
	model, net := network(t, "m.yaml", []byte(description))
	for text, want := range map[string]string{
		"layers: {conf: conv, cell: rnn, square: fc, last: out}": `map.yaml:1:10: the network has no layer "conf"; did you mean "conv"?
map.yaml: it does not say which tensors these weights are: conv/kernel [2, 3, 4], conv/bias [4]
map.yaml: nothing takes these tensors of weights: "conv.weight" [4, 3, 2], "conv.bias" [4], "steps" []; name them under weights: or ignore:`,
		"layers: {conv: {module: conv, layer: 1}, cell: rnn, square: f, last: out}\nignore: [steps, conv*, stepz, fc.*]": `map.yaml:1:10: layer "conv": its module has one layer alone; take layer: 1 out
map.yaml:1:53: square/bias: the file has no tensor "f.bias"; did you mean "fc.bias"?
map.yaml:1:53: square/kernel: the file has no tensor "f.weight"; did you mean "fc.weight"?
map.yaml:2:24: ignore: the file has no tensor "stepz"; did you mean "steps"?
map.yaml: it does not say which tensors these weights are: conv/kernel [2, 3, 4], conv/bias [4]`,
		"layers: {conv: conv, cell: rnn, last: fc}\nweights:\n  square/kernel: fc.weight\n  square/bias: {sum: [fc.bias, conv.bias]}\n  last/bias: out.bias\n  lost: out.weight\nignore: [out.*, steps]": `map.yaml:1:33: last/bias: fc.bias is [2] in the file, which is [2] as the layer has it, and [1] in the network
map.yaml:1:33: last/kernel: fc.weight is [2, 2] in the file, which is [2, 2] as the layer has it, and [2, 1] in the network
map.yaml:3:3: square/kernel: fc.weight is [2, 2] in the file and [2, 2] in the network, which axes: [0, 1] and axes: [1, 0] both make; say which, or name the layer's module under layers:
map.yaml:4:3: square/bias: fc.bias is [2] and conv.bias is [4], which have no sum
map.yaml:5:3: last/bias is said twice; its layer is a module in line 1
map.yaml:6:3: the network has no weight "lost"`,
		"weights: {conv/kernel: {tensor: conv.weight, axes: [0, 1]}, conv/bias: fc.weight, cell/kernel: {tensor: conv.weight, axes: [0, 1, 2]}}\nignore: '*'": `map.yaml:1:11: conv/kernel: conv.weight is [4, 3, 2] in the file and [2, 3, 4] in the network; axes: [0, 1] is not an order of its axes
map.yaml:1:61: conv/bias: fc.weight is [2, 2] in the file and [4] in the network, and no order of its axes makes that
map.yaml:1:83: cell/kernel: conv.weight is [4, 3, 2] in the file and [4, 8] in the network; with axes: [0, 1, 2] it is [4, 3, 2]
map.yaml: it does not say which tensors these weights are: cell/recurrent_kernel [2, 8], cell/bias [8], square/kernel [2, 2], square/bias [2], last/kernel [2, 1], last/bias [1]`,
	} {
		m, err := Read("map.yaml", []byte(text))
		if err == nil {
			_, err = m.Take(model, net.Header.Segments, file(t))
		}
		if got := lines(fmt.Sprint(err)); !slices.Equal(got, lines(want)) {
			t.Errorf("%s:\n%s\nwant\n%s", text, strings.Join(got, "\n"), want)
		}
	}
}

// lines are those of an error, of which those of one place may stand in any order.
func lines(text string) []string {
	list := strings.Split(text, "\n")
	slices.Sort(list)
	return list
}

// TestReadErrors reads maps with mistakes.
func TestReadErrors(t *testing.T) {
	for text, want := range map[string]string{
		"layer: {a: b}": `m.yaml:1:1: a map of weights has no entry "layer"; did you mean "layers"?; it has layers, weights and ignore`,
		"[a]":           "m.yaml:1:1: a map of weights has layers: and weights:, not a list",
		"layers: a":     `m.yaml:1:9: layers: it is a map of names, not the text "a"`,
		"layers: {a: 1, b: {modul: c}, c: {module: d, layer: -1}}": `m.yaml:1:13: a: it is the name of a module, or {module: NAME, layer: 1}, not 1
m.yaml:1:20: b: there is no entry "modul"; did you mean "module"?; it has [layer module]
m.yaml:1:53: c: layer is a whole number from 0, not -1`,
		"weights: {a: [b], b: {axes: [0, 0]}, c: {sum: []}}": `m.yaml:1:14: a: it is the name of a tensor, or {tensor: NAME, axes: [1, 0]}, not a list
m.yaml:1:22: b: which tensor? Write {tensor: NAME} or {sum: [NAME, NAME]}
m.yaml:1:29: b: axes is a list of the numbers from 0 in some order, not a list
m.yaml:1:41: c: which tensor? Write {tensor: NAME} or {sum: [NAME, NAME]}
m.yaml:1:47: c: sum is a list of names, not an empty list`,
		"ignore: {a: b}": "m.yaml:1:9: ignore: it is a list of names of tensors, not a map",
		"ignore: ['a[']": `m.yaml:1:10: ignore: it is a list of names of tensors or patterns such as "head.*", not the text "a["`,
	} {
		if _, err := Read("m.yaml", []byte(text)); fmt.Sprint(err) != want {
			t.Errorf("%s:\n%v\nwant\n%s", text, err, want)
		}
	}
}

// TestTransposed compares random orders of axes with their definition, and finds them
// again by the shapes where these leave one.
func TestTransposed(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := 1 + rng.IntN(4)
		a := array{}
		size := 1
		for range n {
			d := 1 + rng.IntN(4)
			a.shape, size = append(a.shape, d), size*d
		}
		for i := range size {
			a.data = append(a.data, float32(i))
		}
		axes := rng.Perm(n)
		b := a.transposed(axes...)
		at := make([]int, n) // in b
		for i := range size {
			rest := i
			for k := n - 1; k >= 0; k-- {
				at[k] = rest % b.shape[k]
				rest /= b.shape[k]
			}
			from := 0
			for axis := range n {
				from = from*a.shape[axis] + at[slices.Index(axes, axis)]
			}
			if b.data[i] != float32(from) {
				t.Fatalf("%v by %v: element %d is %v, want %d", a.shape, axes, i, b.data[i], from)
			}
		}
		switch list := turnings(a.shape, b.shape); {
		case len(list) == 0:
			t.Errorf("no order makes %v of %v", b.shape, a.shape)
		case len(list) == 1 && !slices.Equal(a.transposed(list[0]...).data, b.data):
			t.Errorf("%v of %v by %v, not by %v", b.shape, a.shape, list[0], axes)
		}
	}
}

// TestRulesOfAnyShape has every rule take tensors of any shape: what fits has as many
// elements as the weight, and nothing panics.
func TestRulesOfAnyShape(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	shape := func() (list []int) {
		for range rng.IntN(6) {
			list = append(list, rng.IntN(4))
		}
		return list
	}
	taken := 0
	for _, inner := range []string{"", "LSTM", "GRU", "SimpleRNN", "Dense"} {
		for _, class := range append(slices.Sorted(maps.Keys(modules)), "TimeDistributed", "Bidirectional", "Flatten") {
			m, _ := moduleOf(class, inner)
			for _, w := range m.weights {
				for range 200 {
					var of []array
					for range w.tensors {
						a := array{shape: shape(), data: []float32{}}
						n := 1
						for _, d := range a.shape {
							n *= d
						}
						a.data = make([]float32, n)
						of = append(of, a)
					}
					want := shape()
					if class == "DepthwiseConv1D" || class == "DepthwiseConv2D" { // whose kernels have so many axes
						want = make([]int, 3)
					}
					n := 1
					for _, d := range want {
						n *= d
					}
					if a, err := w.make(of, want); err == nil {
						if taken++; len(a.data) != n || !slices.Equal(a.shape, want) {
							t.Fatalf("%s %s: %v for %v", class, w.name, a.shape, want)
						}
					}
				}
			}
		}
	}
	if taken < 100 {
		t.Errorf("only %d fit", taken)
	}
}
