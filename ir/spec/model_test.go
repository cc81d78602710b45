package spec

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/internal/golden"
)

func models(t *testing.T) map[string]*Model {
	t.Helper()
	files, err := filepath.Glob("testdata/models/*.[yj]*")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d models: %v", len(files), err)
	}
	all := map[string]*Model{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Parse(file, src)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[filepath.Base(file)] = m
	}
	return all
}

// withoutPositions is a cmp option: positions, the name of the file and how a
// number is written are not part of the meaning.
var withoutPositions = cmp.Options{
	cmpopts.IgnoreUnexported(Value{}),
	cmp.Transformer("pos", func(diag.Pos) string { return "" }),
	// What is written is the first name of a layer, wherever it was read.
	cmp.FilterPath(func(p cmp.Path) bool {
		return p.String() == "File" || p.String() == "Folder" || p.String() == "Layers.As" || p.String() == "Tree"
	}, cmp.Ignore()),
	// What is written is the list without models: a layer of one is not the third of "encoder" any more.
	cmp.FilterPath(func(p cmp.Path) bool { return strings.HasSuffix(p.String(), "Args.Owner") }, cmp.Transformer("owner", func(s string) string {
		if strings.Contains(s, " of model ") || strings.Contains(s, "layer ") && !strings.Contains(s, `"`) {
			return ""
		}
		return s
	})),
}

// TestRoundTrip writes every model as JSON and reads it back.
func TestRoundTrip(t *testing.T) {
	for name, m := range models(t) {
		text := WriteJSON(m)
		again, err := Parse(strings.TrimSuffix(name, filepath.Ext(name))+".json", text)
		if err != nil {
			t.Errorf("%s: what WriteJSON wrote cannot be read: %v\n%s", name, err, text)
			continue
		}
		if d := cmp.Diff(m, again, withoutPositions); d != "" {
			t.Errorf("%s: read, written, read:\n%s", name, d)
		}
		if second := WriteJSON(again); !bytes.Equal(second, text) {
			t.Errorf("%s: written twice:\n%s\n%s", name, text, second)
		}
	}
}

// TestGoldenJSON keeps the JSON form.
func TestGoldenJSON(t *testing.T) {
	for name, m := range models(t) {
		golden.File(t, "testdata/models/"+strings.TrimSuffix(name, filepath.Ext(name))+".want", string(WriteJSON(m)))
	}
}

// TestSame compares arguments as two metrics are compared, which may not be the
// same.
func TestSame(t *testing.T) {
	args := func(text string) Args { return parseArgs(t, text) }
	base := args("{units: 16, of: {a: [1, 0.5, null, true], b: x}}")
	for text, want := range map[string]bool{
		"{of: {b: x, a: [1.0, 5e-1, null, true]}, units: 16}": true,
		"{units: 17, of: {a: [1, 0.5, null, true], b: x}}":    false,
		"{units: 16, of: {a: [1, 0.5, null, false], b: x}}":   false,
		"{units: 16, of: {a: [1, 0.5, null, true], b: y}}":    false,
		"{units: 16, of: {a: [0.5, 1, null, true], b: x}}":    false,
		"{units: 16, of: {a: [1, 0.5, null], b: x}}":          false,
		"{units: 16, of: {a: [1, 0.5, null, true], c: x}}":    false,
		`{units: "16", of: {a: [1, 0.5, null, true], b: x}}`:  false,
		"{units: 16}": false,
		"16":          false,
	} {
		if sameArgs(base, args(text)) != want || sameArgs(args(text), base) != want {
			t.Errorf("%s: the same: %v", text, !want)
		}
	}
	if !sameArgs(args("16"), args("16.0")) || sameArgs(args("16"), args("17")) {
		t.Error("16 is not itself, or 17")
	}
}

func TestPositions(t *testing.T) {
	for file, src := range map[string]string{
		"p.yaml": "# é\ninputs:\n  \"ü\": {shape: [4]}\nlayers:\n  - Dense:\n      name: été\n      units: 3   # 7:14\n  - Dropout: 0.5\ncompile:\n  loss: {mse: {a: é, b: [1, 2]}}\nfit: {epochs: 2, batch_size: 8}\n",
		"p.json": "\n{\"inputs\":\n  {\"ü\": {\"shape\": [4]}},\n\"layers\": [\n    {\"Dense\":\n    { \"name\": \"été\",\n      \"units\":  3}},\r\n    {\"Dropout\": 0.5}],\n \"compile\":\n {\"loss\": {\"mse\": {\"a\": \"é\", \"b\": [1, 2]}}},\n\"fit\": {\"batch_size\": 8}}\n",
	} {
		m, err := Parse("some/folder/"+file, []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]map[string]string{
			"p.yaml": {"input": "3:3", "layer": "5:5", "name": "6:13", "arg": "7:7", "value": "7:14", "dropout": "8:5", "positional": "8:14", "compile": "9:1", "loss": "10:9", "b": "10:22", "2": "10:29", "fit": "11:1", "batch": "11:30"},
			"p.json": {"input": "3:4", "layer": "5:6", "name": "6:15", "arg": "7:7", "value": "7:17", "dropout": "8:6", "positional": "8:17", "compile": "9:2", "loss": "10:11", "b": "10:30", "2": "10:39", "fit": "11:1", "batch": "11:23"},
		}[file]
		d, loss := m.Layers[0], m.Compile.Losses[0].Call
		for what, got := range map[string]diag.Pos{
			"input": m.Inputs[0].Pos, "layer": d.Pos, "name": d.NamePos, "arg": d.Args.List[0].Pos, "value": d.Args.List[0].Value.Pos, "dropout": m.Layers[1].Pos,
			"positional": m.Layers[1].Args.Positional.Pos, "compile": m.Compile.Pos, "loss": loss.Pos, "b": loss.Args.List[1].Pos, "2": loss.Args.List[1].Value.List[1].Pos,
			"fit": m.Fit.Pos, "batch": m.Fit.BatchSizePos,
		} {
			if got.String() != file+":"+want[what] {
				t.Errorf("%s is at %s, want %s:%s", what, got, file, want[what])
			}
		}
	}
}

func TestNames(t *testing.T) {
	m, err := Parse("m.yaml", []byte("inputs: {dense_1: {shape: [4]}}\nlayers: [{Dense: 1}, {Dense: {units: 2, name: relu}}, {Dense: 3}, Conv2D, GlobalAveragePooling1D, BatchNormalization, LSTM, Dense, größe]\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"dense", "relu", "dense_2", "conv2d", "global_average_pooling1d", "batch_normalization", "lstm", "dense_3", "gre"}
	if got := m.Names(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOrder(t *testing.T) {
	m := models(t)["graph.yaml"]
	if got, want := fmt.Sprint(m.Order()), "[1 2 3 0 4 5 6]"; got != want {
		t.Errorf("order %s, want %s", got, want)
	}
	if got, want := m.InputRefs()[3], "embedding"; len(got) != 1 || got[0].Name != want {
		t.Errorf("layer 3 reads %v, want %s", got, want)
	}
}

func TestImpliedInputs(t *testing.T) {
	all := models(t)
	if in := all["imdb.yaml"].Inputs; len(in) != 1 || in[0].DType != "int32" || !reflect.DeepEqual(in[0].Shape, []int{Ragged}) {
		t.Errorf("tokens imply %+v", in)
	}
	if in := all["iris.yaml"].Inputs; len(in) != 1 || in[0].DType != "float32" || !reflect.DeepEqual(in[0].Shape, []int{4}) {
		t.Errorf("four columns imply %+v", in)
	}
	if row := all["imdb.yaml"].Data.Features[0]; row.NumWords != 10000 || row.OOVID != 2 || row.Type != encoding.Tokens {
		t.Errorf("a row of tokens is %+v", row)
	}
}

func TestFileAsAWhole(t *testing.T) {
	for _, c := range []struct{ file, src, want string }{
		{"model.onnx", "", `model.onnx: a description is a .yaml or .json file, and the name of this file ends in ".onnx"`},
		{"model", "", `model: a description is a .yaml or .json file, and the name of this file ends in ""`},
		{"m.json", `{"name": "` + strings.Repeat("x", 1<<20) + `"}`, "m.json: the file has 1048588 bytes; a description has at most 1048576 (1 MiB). Is it a model or data file?"},
		{"m.yaml", "inputs: {x: {shape: [4]}}\nlayers: [" + strings.Repeat("Flatten,", 10001) + "]", "m.yaml:2:9: the model has 10001 layers; at most 10000 are allowed"},
	} {
		_, err := Parse(c.file, []byte(c.src))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.file, err, c.want)
		}
	}
	if _, err := Parse("m.yaml", []byte("\ufeffinputs: {x: {shape: [4]}}\r\nlayers:\r\n  - Dense: 1\r\n")); err != nil {
		t.Errorf("a byte order mark and CRLF: %v", err)
	}
}
