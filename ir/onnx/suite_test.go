package onnx_test

import (
	"archive/zip"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx/backend"
)

var (
	suite  = flag.String("suite", "", "folder of ONNX's backend tests: node and the other sets of them")
	update = flag.Bool("update", false, "write testdata/onnx/SUITE.md")
)

// TestSamples runs the samples that ship: each passes.
func TestSamples(t *testing.T) {
	o := runFolder(t, samples(t))
	for reason, names := range o.refused {
		t.Errorf("%s: %s", strings.Join(names, ", "), reason)
	}
	if o.passed < 15 {
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

// TestSuite runs ONNX's backend tests: each passes or is refused with a reason. With
// -update it writes the table.
func TestSuite(t *testing.T) {
	if *suite == "" {
		t.Skip("with -suite and the folder of ONNX's backend tests")
	}
	var b strings.Builder
	b.WriteString(suiteHead)
	all := outcome{refused: map[string][]string{}}
	sets, _ := filepath.Glob(filepath.Join(*suite, "*"))
	for _, set := range sets {
		if list, _ := filepath.Glob(filepath.Join(set, "*", "model.onnx")); len(list) == 0 {
			continue
		}
		o := runFolder(t, os.DirFS(set))
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", filepath.Base(set), o.passed, o.known, o.count())
		all.passed, all.known = all.passed+o.passed, all.known+o.known
		for reason, names := range o.refused {
			all.refused[reason] = append(all.refused[reason], names...)
		}
	}
	fmt.Fprintf(&b, "| all | %d | %d | %d |\n\n| refused | because |\n|--:|---|\n", all.passed, all.known, all.count())
	for _, reason := range all.reasons() {
		if n := len(all.refused[reason]); n > 3 {
			fmt.Fprintf(&b, "| %d | %s |\n", n, reason)
		}
	}
	b.WriteString(gradientTable(t))
	t.Log("\n" + b.String())
	for _, reason := range all.reasons() {
		t.Logf("%s: %s", reason, strings.Join(all.refused[reason], ", "))
	}
	if *update && !t.Failed() {
		if err := os.WriteFile("../../testdata/onnx/SUITE.md", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const suiteHead = `# ONNX's backend tests

Made by ` + "`go test ./ir/onnx -run TestSuite -suite DIR -update`" + `, with the tests of ONNX 1.22 in DIR. A test passes if the
interpreter gives its outputs to the suite's tolerances, or is refused with a reason; none gives other outputs. "Known" are
those of them whose shapes, axes and the like are inputs in the file, and are given when the model is built.

| set | passed | of them known | refused |
|---|--:|--:|--:|
`

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
