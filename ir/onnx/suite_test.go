package onnx_test

import (
	"archive/zip"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/backend"
)

var suite = flag.String("suite", "", "folder of ONNX's backend tests: node and the other sets of them")

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

// TestSuite runs ONNX's backend tests by the interpreter: each passes or is refused with a
// reason, and derivatives are as differences say. TestSuite of codegen/conformance runs
// their packages.
func TestSuite(t *testing.T) {
	if *suite == "" {
		t.Skip("with -suite and the folder of ONNX's backend tests")
	}
	sets, _ := filepath.Glob(filepath.Join(*suite, "*"))
	for _, set := range sets {
		if list, _ := filepath.Glob(filepath.Join(set, "*", "model.onnx")); len(list) == 0 {
			continue
		}
		o := runFolder(t, os.DirFS(set))
		t.Logf("%s: %d passed, of them %d with inputs that are known, %d refused", filepath.Base(set), o.passed, o.known, o.count())
		for _, reason := range o.reasons() {
			t.Logf("%s: %s", reason, strings.Join(o.refused[reason], ", "))
		}
		agreed, without, rough := gradients(t, os.DirFS(set))
		t.Logf("%s: %d derivatives agree, %d have no path, rough: %v", filepath.Base(set), agreed, without, rough)
	}
}

// TestSettled: what is known of a sample can be an initializer of its file as well.
func TestSettled(t *testing.T) {
	folder, settled := samples(t), 0
	files, err := fs.Glob(folder, "*/model.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		dir, err := fs.Sub(folder, path.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		c, err := backend.Open(dir)
		if err == nil {
			err = c.Run()
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		data, err := c.Settled()
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		m, err := onnx.Read("model.onnx", data, onnx.Options{Files: dir, Bind: c.Options.Bind})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if settled += len(c.Options.Known); len(c.Sets()) == 0 {
			continue
		}
		feed, err := c.Feed(c.Sets()[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := backend.Run(m, feed)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for i, g := range got {
			if err := c.Check(c.Sets()[0], i, g); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if settled < 3 {
		t.Errorf("%d inputs are known", settled)
	}
}

// outcome is what became of a folder of tests.
type outcome struct {
	passed, known int
	refused       map[string][]string // by reason
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
	o := outcome{refused: map[string][]string{}}
	for _, file := range files {
		name := path.Dir(file)
		dir, err := fs.Sub(folder, name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := backend.Open(dir)
		if err == nil {
			err = c.Run()
		}
		_, wrong := err.(backend.Wrong)
		switch {
		case err == nil:
			o.passed++
			if c.Known {
				o.known++
			}
		case wrong:
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
