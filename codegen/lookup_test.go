package codegen

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
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

// preprocessing is a description with a preprocessing layer for each case: case 7 reads
// inputs "x7", "y7", "z7" and is layer "c7".
func preprocessing(t *testing.T) *loop.Program {
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
	inputs, layers, ends := map[string]any{}, []any{}, []string{}
	call := func(kind string, args map[string]any) { layers = append(layers, map[string]any{kind: args}) }
	for i, c := range file.Cases {
		var reads []string
		for k, of := range c.Of {
			name := fmt.Sprintf("%c%d", 'x'+k, i)
			inputs[name] = map[string]any{"shape": []int{c.Size}, "dtype": of}
			reads = append(reads, name)
		}
		name := fmt.Sprint("c", i)
		c.Args["name"], c.Args["inputs"] = name, reads
		call(c.Layer, c.Args)
		if mode, ok := c.Args["output_mode"]; !ok || mode == "int" {
			call("Embedding", map[string]any{"name": name + "e", "input_dim": 2000, "output_dim": 1})
		}
		call("Flatten", map[string]any{"name": name + "f"})
		ends = append(ends, name+"f")
	}
	inputs["text"] = map[string]any{"shape": []int{1}, "dtype": "string"}
	call("WordPieceTokenizer", map[string]any{"name": "pieces", "inputs": []string{"text"}, "vocabulary": pieces, "sequence_length": 8,
		"lowercase": true, "strip_accents": true, "start_token": "[CLS]", "end_token": "[SEP]"})
	call("Embedding", map[string]any{"name": "piecese", "input_dim": len(pieces), "output_dim": 1})
	call("Flatten", map[string]any{"name": "piecesf"})
	call("Concatenate", map[string]any{"inputs": append(ends, "piecesf")})
	call("Dense", map[string]any{"units": 1})
	model, err := json.Marshal(map[string]any{"name": "lookup", "inputs": inputs, "layers": layers, "compile": map[string]any{"loss": "mse"}})
	if err != nil {
		t.Fatal(err)
	}
	return compiled(t, string(model))
}

// What Encode makes of hostile rows by preprocessing layers is what Keras makes of them,
// in packages of both kinds (testdata/lookup_test.go.txt).
func TestPreprocessingKeras(t *testing.T) {
	testBoth(t, preprocessing(t), "lookup", "testdata/lookup_test.go.txt")
}
