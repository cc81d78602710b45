package conformance

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

// TestSameBytes compiles every description that ships with the repository five
// times, and once more with comments, blank lines and another folder: the
// emitted bytes depend on nothing but the description's meaning.
func TestSameBytes(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/models/*.yaml")
	if err != nil || len(paths) < 3 {
		t.Fatalf("%d descriptions (%v)", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want := generate(t, path, src)
			for range 4 {
				same(t, "compiled again", want, generate(t, path, src))
			}
			remarked := "# a remark\n\n" + strings.ReplaceAll(string(src), "\nlayers:", "\n# another\n\nlayers: # and one more\n")
			same(t, "with comments", want, generate(t, filepath.Join("elsewhere", filepath.Base(path)), []byte(remarked)))
		})
	}
}

func generate(t *testing.T, path string, src []byte) []codegen.File {
	t.Helper()
	m, err := spec.Parse(path, src)
	if err != nil {
		t.Fatal(err)
	}
	net, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	source := pass.Source{Predict: net.Predict, Step: net.Step, Evaluate: net.Evaluate, Train: net.Train}
	for _, a := range net.Adapts {
		source.Adapts = append(source.Adapts, a.Graph)
	}
	p, err := pass.Compile(net.Header, source, pass.Options{})
	if err != nil {
		t.Fatal(err)
	}
	files, err := codegen.Generate(p, codegen.Config{Package: "model"})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func same(t *testing.T, when string, want, got []codegen.File) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%s: %d files, not %d", when, len(got), len(want))
	}
	for i := range want {
		if want[i].Name != got[i].Name || !bytes.Equal(want[i].Data, got[i].Data) {
			t.Errorf("%s: %s differs", when, want[i].Name)
		}
	}
}
