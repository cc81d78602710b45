package importer

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/ir/keras/custom"
)

// own is a model with layers of classes of its own, in the forms of Keras 3.
const own = `{"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional", "config": {"name": "own", "trainable": true, "layers": [
	{"module": "keras.layers", "class_name": "InputLayer", "registered_name": null, "name": "in", "config": {"batch_shape": [null, 5, 4], "dtype": "float32", "name": "in"}, "inbound_nodes": []},
	{"module": null, "class_name": "Block", "registered_name": "Block", "name": "block", "config": {"width": 4, "trainable": true, "dtype": "float32"}, "inbound_nodes": [{"args": [` + history + `"in", 0, 0]}}], "kwargs": {}}]},
	{"module": null, "class_name": "Block", "registered_name": "Block", "name": "block_1", "config": {"width": 4, "trainable": true, "dtype": "float32"}, "inbound_nodes": [{"args": [` + history + `"block", 0, 0]}}], "kwargs": {}}]},
	{"module": "mine", "class_name": "Gap", "registered_name": "Mine>Gap", "name": "gap", "config": {"trainable": true, "dtype": "float32"}, "inbound_nodes": [{"args": [` + history + `"block_1", 0, 0]}}], "kwargs": {"other": ` + history + `"in", 0, 0]}}}}]}],
	"input_layers": ["in", 0, 0], "output_layers": ["gap", 0, 0]}}`

const history = `{"class_name": "__keras_tensor__", "config": {"shape": [null, 5, 4], "dtype": "float32", "keras_history": [`

const blocks = `
Block:
  defaults: {bias: true}
  layers:
    - Dense: {name: second, units: $width, use_bias: $bias}
    - Dense: {name: first, units: $width, use_bias: $bias}
    - EinsumDense: {name: scale, equation: "abc,c->abc", output_shape: [5, $width]}
    - PositionEmbedding: {name: place, sequence_length: 5}
    - Model: {name: ffn, layers: [Dense: $width, Dropout: 0.5, Dense: $width]}
    - Add: {inputs: [ffn, x, place]}
  weights: {first: first, second: dense.list/dense_3, scale: {kernel: vars/1}, place: {embeddings: vars/0}, ffn: ffn}
Mine>Gap:
  inputs: [x, other]
  layers: [Subtract: {inputs: [x, other]}]
`

// arrays are those of one Block, by their places in a .keras file. Element 0 tells them apart.
func arrays(at string, first float32) (groups []container.Group, order []container.Tensor) {
	add := func(path string, names string, shapes ...[]int) {
		g := container.Group{Path: strings.TrimSuffix(at+"/"+path, "/")}
		for i, shape := range shapes {
			n := 1
			for _, d := range shape {
				n *= d
			}
			v := make([]float32, n)
			v[0] = first + float32(len(order))
			t := container.NewTensor(string(names[i]), shape, v)
			g.Tensors, order = append(g.Tensors, t), append(order, t)
		}
		groups = append(groups, g)
	}
	add("", "01", []int{1, 5, 4}, []int{1, 1, 4})
	add("first", "01", []int{4, 4}, []int{4})
	add("dense.list/dense_3", "01", []int{4, 4}, []int{4})
	add("ffn/layers/dense", "01", []int{4, 4}, []int{4})
	add("ffn/layers/dense_1", "01", []int{4, 4}, []int{4})
	return groups, order
}

// saved is the path of a .keras file of a model.
func saved(t *testing.T, m *container.Model) string {
	t.Helper()
	var b bytes.Buffer
	if err := m.WriteKeras(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.keras")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCustom finds the weights of classes that a file of definitions describes, in both
// formats.
func TestCustom(t *testing.T) {
	one, listed := arrays("layers/block", 100)
	two, more := arrays("layers/block_1", 200)
	m := &container.Model{Config: []byte(own), Version: "3.15.1", Groups: slices.Concat(one, two)}
	path := saved(t, m)
	if _, err := Open(path, nil); err == nil || !strings.Contains(err.Error(), `layers[3] "gap": its class "Gap" is Python code of its own, which is not in the file; say what it computes in a file for --custom (import --draft begins one)`) {
		t.Error(err)
	}
	read := func(src, path string) (*Model, error) {
		t.Helper()
		f, err := custom.Read("custom.yaml", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		return Options{Custom: f}.Open(path)
	}
	got, err := read(blocks, path)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]float32{"place/embeddings": 100, "scale/kernel": 101, "first/kernel": 102, "first/bias": 103, "second/kernel": 104, "second/bias": 105,
		"dense/kernel": 106, "dense_1/bias": 109, "place_1/embeddings": 200, "scale_1/kernel": 201, "second_1/kernel": 204, "dense_2/kernel": 206, "dense_3/bias": 209}
	check := func(got *Model) {
		t.Helper()
		for name, want := range names {
			if v := got.Weights[name]; len(v) == 0 || v[0] != want {
				t.Errorf("%s begins with %v, want %v", name, v, want)
			}
		}
	}
	check(got)
	for _, want := range []string{"name: block\n", "inputs: {x: block}", "- Subtract: {name: gap, inputs: [block_1, in]}", "- PositionEmbedding: {name: place_1, sequence_length: 5}"} {
		if !strings.Contains(string(got.Report.Description), want) {
			t.Errorf("%s\nwant %s", got.Report.Description, want)
		}
	}
	// An .h5 file has them in one list for each layer, in the order of weights.
	byLayer := func(name string, list []container.Tensor) container.Group {
		g := container.Group{Path: name}
		for i, k := range []int{2, 3, 4, 5, 1, 0, 6, 7, 8, 9} {
			tensor := list[k]
			tensor.Name = string(rune('a' + i))
			g.Tensors = append(g.Tensors, tensor)
		}
		return g
	}
	h5 := written(t, &container.Model{Format: container.Layers, Config: []byte(own), Version: "3.15.1", Groups: []container.Group{byLayer("block", listed), byLayer("block_1", more)}})
	if got, err = read(blocks, h5); err != nil {
		t.Fatal(err)
	}
	check(got)
	unlisted := strings.Replace(blocks, ", ffn: ffn}", "}", 1)
	if got, err = read(unlisted, path); err != nil {
		t.Fatal(err)
	}
	check(got)
	if _, err = read(unlisted, h5); err == nil || !strings.Contains(err.Error(), `"block": an .h5 file has the weights of Block in the order in which its constructor makes them; say it in the file of --custom, weights: [...], for all layers that have weights`) {
		t.Error(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"sequence_length: 5", "sequence_length: 6", "place/embeddings is (1, 5, 4) in the file, and (6, 4) in the network"},
		{"vars/1}", "vars/2}", `the file has an array "layers/block/1" (1, 1, 4), which no layer of the network has`},
		{"ffn: ffn}", "ffn: ffn, other: o}", `custom.yaml:11:119: Block: weights: there is no layer "other"`},
		{"inputs: [ffn, x, place]", "inputs: [ffn, x, plac]", `custom.yaml:10:30: Block: there is no layer or input "plac" before it; did you mean "place"?`},
		{"Dropout: 0.5", "Drop: 0.5", `unknown layer "Drop"; did you mean "Dropout"?`},
		{"units: $width, use_bias", "unit: $width, use_bias", "custom.yaml:5:29:"},
		{"$width, use_bias", "$with, use_bias", `custom.yaml:5:36: Block: $with: the file has no argument "with"; did you mean "width"?`},
		{"- Add: {inputs", "- Block: {width: $width}\n    - Add: {inputs", "custom.yaml are more than 16 levels inside one another"},
		{"Mine>Gap", "Gap", ""},
	} {
		_, err := read(strings.Replace(blocks, c.old, c.new, 1), path)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v\nwant %s", c.new, err, c.want)
		}
	}
}

// TestDraft begins a file of definitions, which reads.
func TestDraft(t *testing.T) {
	one, _ := arrays("layers/block", 1)
	m := &container.Model{Config: []byte(own), Version: "3.15.1", Groups: one}
	path := saved(t, m)
	text, err := Options{}.Draft(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := custom.Read("custom.yaml", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(f.All()) != 2 || f.Find("Gap") == nil {
		t.Errorf("%s", text)
	}
	for _, want := range []string{`# layers[1] "block" and 1 more, with width: 4`, "- Dense: {name: first, units: $width}", "- Model: {name: ffn, layers: [{Dense: {units: $width}}, {Dense: {units: $width}}]}",
		"the class has a weight of its own, (1, 5, 4), vars/0", "Gap:\n  inputs: [x, x2]"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s\nwant %s", text, want)
		}
	}
}
