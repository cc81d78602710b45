package support

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/internal/golden"
	"github.com/nngen-go/nngen/ir/layer/operation"
	"github.com/nngen-go/nngen/ir/spec"
)

// TestKeras holds every public name of Keras and each of its arguments to a place: it
// is built, or a row says why not. A row about what is built is one too many.
func TestKeras(t *testing.T) {
	table, err := Table()
	if err != nil {
		t.Fatal(err)
	}
	if len(table) < 650 {
		t.Fatalf("only %d names of Keras", len(table))
	}
	later, needed := build.Later(), map[string]bool{}
	for _, e := range table {
		name := e.Kind + "." + e.Name.Name
		if !e.Built {
			needed[e.From] = true
			if e.Why == "" {
				t.Errorf("%s is neither built nor refused: build it, or add it to refusals in ir/support/refusals.go with the reason", name)
			}
			continue
		}
		if slices.Contains(later[e.Kind], e.Name.Name) {
			t.Errorf("%s is built now: delete it from what its registry lists as later", name)
		}
		for a, answer := range e.Args {
			if answer.Built {
				continue
			}
			if needed[answer.From] = true; answer.Why == "" {
				t.Errorf("%s does not take Keras's argument %s and nothing says why: build it, or add %q to refusals in ir/support/refusals.go", name, a, name+"."+a)
			}
		}
		if e.Kind == "operations" && e.Class != "" {
			if r, ok := operation.Find(e.Class); ok && r.Class != e.Class {
				t.Errorf("%s goes by the class %s, Keras's is %s", name, r.Class, e.Class)
			} else if !ok && !slices.Contains(e.Doc.Aliases, e.Class) {
				t.Errorf("%s is not found by the name of its class, %s", name, e.Class)
			}
		}
	}
	for _, r := range refusals {
		if !needed[r.String()] {
			t.Errorf("what %s refuses is built now, or no name of Keras: delete the row from refusals in ir/support/refusals.go", r)
		}
	}
}

// TestReadme holds README.md to the registries.
func TestReadme(t *testing.T) {
	text, err := Markdown()
	if err != nil {
		t.Fatal(err)
	}
	golden.File(t, "README.md", text)
}

// elsewhere are rows that no vector of Keras names, and why.
var elsewhere = map[string]string{
	"layers.AlphaDropout":         draws,
	"layers.GaussianDropout":      draws,
	"layers.GaussianNoise":        draws,
	"metrics.edit_distance":       "Keras has no such metric: runtime/metric holds it to its definition",
	"operations.hard_swish":       "it is another name of hard_silu",
	"layers.PositionEmbedding":    hub,
	"layers.SinePositionEncoding": hub,
	"layers.WordPieceTokenizer":   "it is KerasHub's and not Keras's: runtime/encode holds it to BERT's tokenizers",
}

const (
	draws = "it draws other numbers than Keras: ir/layer/noise_test.go holds it to its distribution"
	hub   = "it is KerasHub's and not Keras's: ir/layer and codegen/conformance hold it to its formula"
)

// TestVectors holds every layer, activation, loss, metric and operation to a case of
// testdata/keras that names it.
func TestVectors(t *testing.T) {
	words := vectors(t)
	for _, k := range Kinds() {
		if k.Name == "initializers" || k.Name == "callbacks" { // held to distributions, and to calls
			continue
		}
		prefix := map[string]string{"operations": "op:"}[k.Name]
		for _, e := range k.Entries {
			row := k.Name + "." + e.Name
			named := slices.ContainsFunc(append([]string{e.Name}, e.Aliases...), func(name string) bool { return words[prefix+name] })
			// An activation as an operation is the activation itself.
			named = named || k.Name == "operations" && slices.Contains(operation.Activations, e.Name) && words[e.Name]
			switch why, ok := elsewhere[row]; {
			case named && ok:
				t.Errorf("%s has a vector of Keras now: delete it from elsewhere, which says %q", row, why)
			case !named && !ok:
				t.Errorf("no vector of testdata/keras names %s: add a case, or say in elsewhere what tests it", row)
			}
		}
	}
	for row := range elsewhere {
		kind, name, _ := strings.Cut(row, ".")
		if !slices.ContainsFunc(Kinds(), func(k Kind) bool {
			return k.Name == kind && slices.ContainsFunc(k.Entries, func(e spec.EntryDoc) bool { return e.Name == name })
		}) {
			t.Errorf("elsewhere names %s, which there is not", row)
		}
	}
}

// vectors are the words in quotes of all that Keras has written; what an Operation
// applies is there as "op:add" too.
func vectors(t *testing.T) map[string]bool {
	words := map[string]bool{}
	for _, pattern := range []string{"../../testdata/keras/*.gz", "../../testdata/keras/*.json", "../../runtime/*/testdata/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			parts := strings.Split(string(read(t, file)), `"`)
			for i := 1; i < len(parts); i += 2 { // what is between quotes
				words[parts[i]] = true
				if i > 1 && parts[i-2] == "op" {
					words["op:"+parts[i]] = true
				}
			}
		}
	}
	return words
}

// read reads a file, which may be compressed.
func read(t *testing.T, file string) []byte {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return text
}
