package importer

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/runtime/data"
)

var wild = flag.String("wild", "", "a folder of .keras files, each with the inputs x0, x1, ... and outputs y0, y1, ... of Keras in a .npz of its name, that TestWild imports")

// predict runs a model through the interpreter on rows of every input.
func predict(t *testing.T, m *Model, rows int, inputs map[string][]float64) [][]float64 {
	t.Helper()
	machine := interp.New[float64](m.Network.Predict)
	for _, s := range m.Network.Header.Segments {
		for i, x := range m.Weights[s.Name] {
			machine.Params[s.Name].F[i] = float64(x)
		}
	}
	batch := interp.Batch[float64]{Rows: rows, Feed: map[string]*ir.Tensor[float64]{}}
	for _, v := range m.Network.Predict.Inputs {
		port := v.Op.(*op.Input).Port
		x := ir.NewTensor[float64](v.Shape.Concrete(rows))
		if len(inputs[port]) != len(x.F) {
			t.Fatalf("%s: input %q has %d elements, want %d", m.Name, port, len(inputs[port]), len(x.F))
		}
		copy(x.F, inputs[port])
		if v.DType == ir.I32 {
			x.I = make([]int32, len(x.F))
			for i, f := range x.F {
				x.I[i] = int32(f)
			}
			x.F = nil
		}
		batch.Feed[port] = x
	}
	result, err := machine.Run(m.Network.Predict, batch)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]float64
	for _, o := range result.Outputs {
		out = append(out, o.F)
	}
	return out
}

// distance is the largest difference of two lists, and the largest number of want.
func distance(got, want []float64) (worst, size float64) {
	if len(got) != len(want) {
		return math.Inf(1), 0
	}
	for i, w := range want {
		if d := math.Abs(got[i] - w); d > worst || math.IsNaN(d) {
			worst = d
		}
		size = max(size, math.Abs(w))
	}
	return worst, size
}

// file is a file of testdata, unpacked where it is called .gz there.
func file(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("testdata", name)
	packed, err := os.ReadFile(path + ".gz")
	if err != nil {
		return path
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestOpen compares with predictions of Keras; see testdata/models.py.
func TestOpen(t *testing.T) {
	text, err := os.ReadFile("testdata/models.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]struct {
		Inputs map[string]struct {
			Shape []int
			Data  []float64
		}
		Output []float64
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"functional.keras", "legacy.h5"} {
		m, err := Open(file(t, name), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c := cases[name]
		rows, inputs := 0, map[string][]float64{}
		for input, x := range c.Inputs {
			rows, inputs[input] = x.Shape[0], x.Data
		}
		if worst, size := distance(predict(t, m, rows, inputs)[0], c.Output); !(worst <= 1e-6) || size == 0 {
			t.Errorf("%s: the outputs differ by %g of %g", name, worst, size)
		}
		if m.Left != nil || m.Optimizer == nil || m.Optimizer.Rule.Name() != "sgd" || m.Optimizer.Step != 2 {
			t.Errorf("%s: left out are %q, the optimizer is %v", name, m.Left, m.Optimizer)
		}
		if m.Network.Spec.Compile == nil || m.Report.Version != "3.15.1" {
			t.Errorf("%s: version %q, compile %v", name, m.Report.Version, m.Network.Spec.Compile)
		}
	}
}

// TestGates reads a model of Keras 1 in a model, whose LSTM has weights of its own for
// each gate in one file, and kernels of all gates in the other.
func TestGates(t *testing.T) {
	const config = `{"class_name": "Sequential", "config": [{"class_name": "Sequential", "config": [
		{"class_name": "LSTM", "config": {"name": "lstm_1", "batch_input_shape": [null, 3, 2], "output_dim": 2, "inner_activation": "sigmoid"}},
		{"class_name": "Dense", "config": {"name": "dense_1", "output_dim": 1}}], "name": "sequential_1"}]}`
	number := float32(0)
	array := func(name string, shape ...int) container.Tensor {
		n := 1
		for _, d := range shape {
			n *= d
		}
		v := make([]float32, n)
		for i := range v {
			number++
			v[i] = number
		}
		return container.NewTensor(name, shape, v)
	}
	var apart []container.Tensor
	for _, gate := range []string{"i", "c", "f", "o"} {
		apart = append(apart, array("W_"+gate, 2, 2), array("U_"+gate, 2, 2), array("b_"+gate, 2))
	}
	// Side by side in the order i, f, c, o.
	var joined []container.Tensor
	for k, shape := range [][]int{{2, 8}, {2, 8}, {8}} {
		var all []float32
		rows := 1
		if len(shape) == 2 {
			rows = 2
		}
		for row := range rows {
			for _, gate := range []int{0, 2, 1, 3} {
				v, err := apart[3*gate+k].Float32s()
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, v[2*row:2*row+2]...)
			}
		}
		joined = append(joined, container.NewTensor([]string{"W", "U", "b"}[k], shape, all))
	}
	state := []container.Tensor{array("random_flip_1/StateVar:0", 3)}
	dense := []container.Tensor{array("dense_W", 2, 1), array("dense_b", 1)}
	var got [2]map[string][]float32
	for i, lstm := range [][]container.Tensor{apart, joined} {
		f := container.Model{Format: container.Layers, Config: []byte(config), Version: "1.2.2", Backend: "tensorflow",
			Groups: []container.Group{{Path: "sequential_1", Tensors: slices.Concat(lstm, dense, state)}}}
		m, err := Open(written(t, &f), nil)
		if err != nil {
			t.Fatal(err)
		}
		got[i] = m.Weights
		if want := []string{"the states of random generators, 1 array: training has a seed of its own"}; !slices.Equal(m.Left, want) {
			t.Errorf("left out are %q", m.Left)
		}
	}
	if len(got[0]) != 5 {
		t.Errorf("%v", got[0])
	}
	for name, v := range got[0] {
		if !slices.Equal(v, got[1][name]) {
			t.Errorf("%s: %v and %v", name, v, got[1][name])
		}
	}
}

// written is the path of a file of format Layers.
func written(t *testing.T, m *container.Model) string {
	t.Helper()
	var b bytes.Buffer
	if err := m.WriteH5(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.h5")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWild imports a folder of files and compares with what Keras predicted.
func TestWild(t *testing.T) {
	if *wild == "" {
		t.Skip("there is no -wild folder")
	}
	files, err := filepath.Glob(filepath.Join(*wild, "*.keras"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files in ", *wild, err)
	}
	imported, compared, same := 0, 0, 0
	for _, path := range files {
		m, err := Open(path, nil)
		if err != nil {
			t.Logf("refused  %v", err)
			continue
		}
		imported++
		predictions := strings.TrimSuffix(path, ".keras") + ".npz"
		if _, err := os.Stat(predictions); err != nil {
			t.Logf("imported %s, without predictions", path)
			continue
		}
		compared++
		if worst, size := m.compare(t, path, predictions); worst <= 1e-5*max(size, 1) {
			same++
			t.Logf("same     %s: %.2g of %.2g", path, worst, size)
		} else {
			t.Errorf("%s differs: %.2g of %.2g", path, worst, size)
		}
	}
	t.Logf("%d files, %d imported, %d of %d as Keras predicts", len(files), imported, same, compared)
}

// compare runs a model on the inputs of a .npz file.
func (m *Model) compare(t *testing.T, path, predictions string) (worst, size float64) {
	t.Helper()
	var order, names []string
	for i, in := range m.Network.Spec.Inputs {
		order = append(order, in.Name)
		names = append(names, fmt.Sprint("x", i))
	}
	if byName(t, path) { // and so did whoever made the inputs
		slices.Sort(order)
	}
	for i := range m.Network.Predict.Outputs {
		names = append(names, fmt.Sprint("y", i))
	}
	arrays, err := data.OpenNPZ(predictions, names...)
	if err != nil {
		t.Error(err)
		return math.Inf(1), 0
	}
	values := func(a *data.NPY) (all []float64) {
		row := make([]float32, a.Width())
		for i := range a.Len() {
			a.Row(i, row)
			for _, x := range row {
				all = append(all, float64(x))
			}
		}
		return all
	}
	inputs := map[string][]float64{}
	for i, name := range order {
		inputs[name] = values(arrays[i])
	}
	for i, got := range predict(t, m, arrays[0].Len(), inputs) {
		w, s := distance(got, values(arrays[len(order)+i]))
		worst, size = max(worst, w), max(size, s)
	}
	return worst, size
}

// byName reports a model that takes its inputs by name.
func byName(t *testing.T, path string) bool {
	t.Helper()
	f, err := container.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var c struct {
		Config struct {
			Inputs json.RawMessage `json:"input_layers"`
		}
	}
	return json.Unmarshal(f.Config, &c) == nil && bytes.HasPrefix(bytes.TrimSpace(c.Config.Inputs), []byte("{"))
}

// TestErrors opens what cannot be imported.
func TestErrors(t *testing.T) {
	const dense = `{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"name": "d", "batch_input_shape": [null, 2], "units": 3}},
		{"class_name": "Dense", "config": {"name": "e", "units": 1}}]}}`
	numbers := func(name string, shape ...int) container.Tensor {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return container.NewTensor(name, shape, make([]float32, n))
	}
	model := func(groups ...container.Group) string {
		return written(t, &container.Model{Format: container.Layers, Config: []byte(dense), Version: "2.4.0", Groups: groups})
	}
	text := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	saved := t.TempDir()
	if err := os.WriteFile(filepath.Join(saved, "saved_model.pb"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		model(
			container.Group{Path: "d", Tensors: []container.Tensor{numbers("kernel:0", 3, 3), numbers("bias:0", 3)}},
			container.Group{Path: "e", Tensors: []container.Tensor{numbers("kernel:0", 3, 1)}},
			container.Group{Path: "f", Tensors: []container.Tensor{numbers("kernel:0", 2, 2)}},
		): {
			"the weights in the file are not those of its layers:",
			`layer "e" has 1 array in the file, and 2 in the network: e/kernel, e/bias`,
			"d/kernel is (3, 3) in the file, and (2, 3) in the network",
			`the file has an array "f/kernel:0" (2, 2), which no layer of the network has`,
		},
		model(): {`layer "d" is not in the file`, `layer "e" is not in the file`},
		written(t, &container.Model{Format: container.Layers, Groups: []container.Group{{Path: "d"}}}): {`the file has weights alone, without the layers that they belong to; save the whole model in Python with model.save("model.keras"), or give what model.to_json() says in a file: --config model.json`},
		saved:                {"this is a SavedModel of TensorFlow"},
		t.TempDir():          {"this is a folder, not a file of Keras"},
		text("m.onnx", "x"):  {"an ONNX file needs no import"},
		text("m.yaml", "x"):  {"this is a description already"},
		text("m.keras", "x"): {"neither a .keras archive nor HDF5"},
		text("n.keras", "version https://git-lfs.github.com/spec/v1\n"): {"git lfs pull"},
		"testdata/nothing.keras": {"no such file"},
	} {
		_, err := Open(path, nil)
		if err == nil {
			t.Errorf("%s is imported", path)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != len(want) && len(want) > 2 {
			t.Errorf("%v, want %q", err, want)
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v, want %q", err, w)
			}
		}
	}
}

// TestVocabulary reads vocabularies that layers have learned, as Windows writes them,
// and refuses a file without them.
func TestVocabulary(t *testing.T) {
	const config = `{"class_name": "Functional", "config": {"name": "m", "layers": [
		{"class_name": "InputLayer", "name": "s", "config": {"name": "s", "batch_shape": [null, 1], "dtype": "string"}, "inbound_nodes": []},
		{"class_name": "InputLayer", "name": "n", "config": {"name": "n", "batch_shape": [null, 1], "dtype": "int64"}, "inbound_nodes": []},
		{"class_name": "StringLookup", "name": "a", "config": {"name": "a", "output_mode": "one_hot", "vocabulary": null, "vocabulary_size": 4, "encoding": "utf-8"},
			"inbound_nodes": [[["s", 0, 0, {}]]]},
		{"class_name": "IntegerLookup", "name": "b", "config": {"name": "b", "output_mode": "multi_hot", "vocabulary": null}, "inbound_nodes": [[["n", 0, 0, {}]]]},
		{"class_name": "Concatenate", "name": "c", "config": {"name": "c"}, "inbound_nodes": [[["a", 0, 0, {}], ["b", 0, 0, {}]]]},
		{"class_name": "Dense", "name": "d", "config": {"name": "d", "units": 1, "use_bias": false}, "inbound_nodes": [[["c", 0, 0, {}]]]}],
		"input_layers": [["s", 0, 0], ["n", 0, 0]], "output_layers": [["d", 0, 0]]}}`
	weights := container.Model{Groups: []container.Group{{Path: "layers/dense", Tensors: []container.Tensor{container.NewTensor("0", []int{7, 1}, []float32{1, 2, 3, 4, 5, 6, 7})}}}}
	var tree bytes.Buffer
	if err := weights.WriteH5(&tree); err != nil {
		t.Fatal(err)
	}
	archive := func(members map[string]string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, content := range members {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, content); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "m.keras")
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	members := map[string]string{"config.json": config, "model.weights.h5": tree.String(),
		"assets/layers/string_lookup/vocabulary.txt":  "[UNK]\r\nno\r\nmaybe so\r\n1",
		"assets/layers/integer_lookup/vocabulary.txt": "-1\n7\n5"}
	m, err := Open(archive(members), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`vocabulary: ["[UNK]", no, "maybe so", "1"]`, "vocabulary: [-1, 7, 5]"} {
		if !strings.Contains(string(m.Report.Description), want) {
			t.Errorf("%s\nwant %s", m.Report.Description, want)
		}
	}
	members["assets/layers/integer_lookup/vocabulary.txt"] = "-1\nseven"
	delete(members, "assets/layers/string_lookup/vocabulary.txt")
	_, err = Open(archive(members), nil)
	for _, want := range []string{`"a": it has learned its vocabulary, which is not in the file; give it`, `"b": its vocabulary has "seven", which is no whole number`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestShapes gives the extents that a file leaves open, and has a batch of fewer rows
// where 32 take too much memory.
func TestShapes(t *testing.T) {
	path := written(t, &container.Model{Format: container.Layers, Version: "2.4.0",
		Config: []byte(`{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": {"name": "image", "batch_input_shape": [null, null, null, 1]}},
			{"class_name": "Conv2D", "config": {"name": "c", "filters": 4, "kernel_size": [1, 1], "use_bias": false}}]}}`),
		Groups: []container.Group{{Path: "c", Tensors: []container.Tensor{container.NewTensor("kernel:0", []int{1, 1, 1, 4}, []float32{1, 2, 3, 4})}}}})
	if _, err := Open(path, nil); err == nil || !strings.Contains(err.Error(), "nngen import --shape image=64,64,1") {
		t.Error(err)
	}
	for extent, want := range map[int]string{8: "", 2048: "fit: {batch_size: 8}", 4096: "fit: {batch_size: 1}"} {
		m, err := Open(path, map[string][]int{"image": {extent, extent, 1}})
		if err != nil {
			t.Error(err)
			continue
		}
		text := string(m.Report.Description)
		if !strings.Contains(text, fmt.Sprintf("image: {shape: [%d, %d, 1]}", extent, extent)) || !strings.Contains(text, want) || want == "" && strings.Contains(text, "fit") {
			t.Errorf("%s\nwant %s", text, want)
		}
	}
}
