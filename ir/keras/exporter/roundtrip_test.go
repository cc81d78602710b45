package exporter_test

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/keras/exporter"
	"github.com/nngen-go/nngen/ir/keras/importer"
)

var saved = flag.String("keras", "", "folder of models that Keras has saved: testdata/keras/roundtrip.py makes it")

// comment is the first line of a description that was imported, which says of what
// file.
var comment = regexp.MustCompile(`^#.*\n`)

// write writes a model into a folder, and reads it back.
func write(t *testing.T, dir, name string, n *build.Network, values map[string][]float32) *importer.Model {
	t.Helper()
	format := exporter.Keras
	if filepath.Ext(name) == ".h5" {
		format = exporter.H5
	}
	m, err := exporter.Source{Network: n, Values: values, Date: "2026-01-31@10:20:30"}.Model(format)
	if err != nil {
		t.Error(err)
		return nil
	}
	var b bytes.Buffer
	if format == exporter.Keras {
		err = m.WriteKeras(&b)
	} else {
		err = m.WriteH5(&b)
	}
	path := filepath.Join(dir, name)
	if err == nil {
		err = os.WriteFile(path, b.Bytes(), 0o644)
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	back, err := importer.Open(path, nil)
	if err != nil {
		t.Errorf("%s is not imported: %v\n%s", name, err, m.Config)
		return nil
	}
	return back
}

// same compares descriptions and weights byte for byte.
func same(t *testing.T, was, is *importer.Model) {
	t.Helper()
	a, b := comment.ReplaceAll(was.Report.Description, nil), comment.ReplaceAll(is.Report.Description, nil)
	if !bytes.Equal(a, b) {
		t.Errorf("the description is\n%s, want\n%s", b, a)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(was.Weights)), slices.Sorted(maps.Keys(is.Weights))) {
		t.Errorf("the weights are %v, want %v", slices.Sorted(maps.Keys(is.Weights)), slices.Sorted(maps.Keys(was.Weights)))
	}
	for name, w := range was.Weights {
		if !slices.Equal(w, is.Weights[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

// TestSaved imports models that Keras has saved, exports them, and imports what was
// written: the description and the weights are the same.
func TestSaved(t *testing.T) {
	if *saved == "" {
		t.Skip("a folder of models is given by -keras")
	}
	for _, ext := range []string{".keras", ".h5"} {
		files, err := filepath.Glob(filepath.Join(*saved, "*"+ext))
		if err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(*saved, "exported")
		if err := os.MkdirAll(out, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name := filepath.Base(file)
			if regexp.MustCompile(`\.weights\.h5$`).MatchString(name) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				was, err := importer.Open(file, nil)
				if err != nil {
					t.Fatal(err)
				}
				if is := write(t, out, name, was.Network, was.Weights); is != nil {
					same(t, was, is)
				}
			})
		}
	}
}
