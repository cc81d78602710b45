package codegen

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
)

// lookupCase is a case of testdata/keras/lookup.json.gz.
type lookupCase struct {
	Name, Layer string
	Args        map[string]any
	Of          []string
	Size        int
	Shape       []int
}

// pieces are those that testdata/lookup_test.go.txt knows the ids of.
var pieces = []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "cafe", ",", "`"}

// lookupCases reads them.
func lookupCases(t *testing.T) []lookupCase {
	t.Helper()
	f, err := os.Open("../testdata/keras/lookup.json.gz")
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
	var file struct{ Cases []lookupCase }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

// description is one of a network.
type description struct {
	inputs map[string]any
	layers []any
	ends   []string // layers whose results are concatenated
}

func (d *description) call(kind string, args map[string]any) {
	d.layers = append(d.layers, map[string]any{kind: args})
}

// add adds case i: layer "c7" of inputs "x7", "y7", "z7".
func (d *description) add(i int, c lookupCase) {
	var reads []string
	for k, of := range c.Of {
		name := fmt.Sprintf("%c%d", 'x'+k, i)
		d.inputs[name] = map[string]any{"shape": []int{c.Size}, "dtype": of}
		reads = append(reads, name)
	}
	name := fmt.Sprint("c", i)
	args := maps.Clone(c.Args)
	args["name"], args["inputs"] = name, reads
	d.call(c.Layer, args)
	if mode, ok := c.Args["output_mode"]; !ok || mode == "int" {
		d.call("Embedding", map[string]any{"name": name + "e", "input_dim": 2000, "output_dim": 1})
	}
	d.call("Flatten", map[string]any{"name": name + "f"})
	d.ends = append(d.ends, name+"f")
}

// program compiles the network.
func (d *description) program(t *testing.T) *loop.Program {
	t.Helper()
	if len(d.ends) > 1 {
		d.call("Concatenate", map[string]any{"inputs": d.ends})
	}
	d.call("Dense", map[string]any{"units": 1})
	model, err := json.Marshal(map[string]any{"name": "lookup", "inputs": d.inputs, "layers": d.layers, "compile": map[string]any{"loss": "mse"}})
	if err != nil {
		t.Fatal(err)
	}
	return compiled(t, string(model))
}

// preprocessing is a description with a preprocessing layer for each case.
func preprocessing(t *testing.T) *loop.Program {
	t.Helper()
	d := &description{inputs: map[string]any{}}
	for i, c := range lookupCases(t) {
		d.add(i, c)
	}
	d.inputs["text"] = map[string]any{"shape": []int{1}, "dtype": "string"}
	d.call("WordPieceTokenizer", map[string]any{"name": "pieces", "inputs": []string{"text"}, "vocabulary": pieces, "sequence_length": 8,
		"lowercase": true, "strip_accents": true, "start_token": "[CLS]", "end_token": "[SEP]"})
	d.call("Embedding", map[string]any{"name": "piecese", "input_dim": len(pieces), "output_dim": 1})
	d.call("Flatten", map[string]any{"name": "piecesf"})
	d.ends = append(d.ends, "piecesf")
	return d.program(t)
}

// What Encode makes of hostile rows by preprocessing layers is what Keras makes of them,
// in packages of both kinds (testdata/lookup_test.go.txt).
func TestPreprocessingKeras(t *testing.T) {
	testBoth(t, preprocessing(t), "lookup", "testdata/lookup_test.go.txt")
}

// A layer alone needs everything that Encode names, whatever others would have declared:
// each kind of layer by itself, in both kinds of packages, names nothing that its package
// does not declare.
func TestPreprocessingAlone(t *testing.T) {
	seen := map[string]bool{}
	for i, c := range lookupCases(t) {
		kind := fmt.Sprint(c.Layer, c.Of, c.Args["output_mode"], c.Size > 1)
		if seen[kind] {
			continue
		}
		seen[kind] = true
		d := &description{inputs: map[string]any{}}
		d.add(i, c)
		p := d.program(t)
		for _, predictOnly := range []bool{false, true} {
			files, err := Generate(p, Config{PredictOnly: predictOnly})
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			for _, name := range undeclared(t, files) {
				t.Errorf("%s, predict-only %v: %s", kind, predictOnly, name)
			}
		}
	}
	if len(seen) < 20 {
		t.Fatalf("%d kinds", len(seen))
	}
}

// undeclared lists what the files of a package name and neither they nor Go declare. What
// imported packages have is not looked at.
func undeclared(t *testing.T, files []File) (list []string) {
	t.Helper()
	set := token.NewFileSet()
	var parsed []*ast.File
	for _, f := range files {
		if !strings.HasSuffix(f.Name, ".go") || strings.HasSuffix(f.Name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, f.Name, f.Data, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	check := types.Config{FakeImportC: true, Importer: nothing{}, Error: func(err error) {
		if name, ok := strings.CutPrefix(err.(types.Error).Msg, "undefined: "); ok && !strings.Contains(name, ".") {
			list = append(list, err.Error())
		}
	}}
	_, _ = check.Check("p", set, parsed, nil) // the errors have been looked at
	return list
}

// nothing imports packages that declare nothing.
type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, path[strings.LastIndex(path, "/")+1:])
	p.MarkComplete()
	return p, nil
}
