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
	"github.com/nngen-go/nngen/ir/onnx/proto"
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

// TestSuite runs ONNX's backend tests: each passes or is refused with a reason. With
// -update it writes the table.
func TestSuite(t *testing.T) {
	if *suite == "" {
		t.Skip("with -suite and the folder of ONNX's backend tests")
	}
	var b strings.Builder
	b.WriteString(suiteHead)
	all := outcome{refused: map[string][]string{}, classes: map[string][2]int{}}
	sets, _ := filepath.Glob(filepath.Join(*suite, "*"))
	for _, set := range sets {
		if list, _ := filepath.Glob(filepath.Join(set, "*", "model.onnx")); len(list) == 0 {
			continue
		}
		o := runFolder(t, os.DirFS(set))
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", filepath.Base(set), o.passed, o.known, o.count())
		all.passed, all.known = all.passed+o.passed, all.known+o.known
		for class, n := range o.classes {
			all.classes[class] = [2]int{all.classes[class][0] + n[0], all.classes[class][1] + n[1]}
		}
		for reason, names := range o.refused {
			all.refused[reason] = append(all.refused[reason], names...)
		}
	}
	fmt.Fprintf(&b, "| all | %d | %d | %d |\n\n| inputs and outputs of | passed | refused |\n|---|--:|--:|\n", all.passed, all.known, all.count())
	for _, class := range classes {
		fmt.Fprintf(&b, "| %s | %d | %d |\n", class, all.classes[class][0], all.classes[class][1])
	}
	b.WriteString("\n| refused | because |\n|--:|---|\n")
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
interpreter gives its outputs in single precision to the suite's tolerances, or is refused with a reason; none gives other outputs. "Known" are
those of them whose shapes, axes and the like are inputs in the file, and are given when the model is built.

| set | passed | of them known | refused |
|---|--:|--:|--:|
`

// outcome is what became of a folder of tests.
type outcome struct {
	passed, known int
	refused       map[string][]string // by reason
	classes       map[string][2]int   // passed and refused, by what the file asks for
}

// classes are what files ask for, from what decides to what does not.
var classes = []string{"strings", "sequences, optional values", "floating-point numbers of 8 bits and less, integers of 4 and less", "float64", "float16, bfloat16", "integers of 8, 16 and 32 bits, uint64", "float32, int64, bool"}

// classOf is the class of a file, by the types of its inputs and outputs.
func classOf(data []byte) string {
	m, err := proto.DecodeModel(data)
	if err != nil {
		return classes[len(classes)-1]
	}
	class := len(classes) - 1
	for _, v := range slices.Concat(m.Graph.Inputs, m.Graph.Outputs) {
		of := len(classes) - 1
		switch t := v.Element; {
		case t == proto.StringType:
			of = 0
		case v.Kind != "tensor":
			of = 1
		case t.Bits() < 8 || t >= proto.Float8E4M3FN:
			of = 2
		case t == proto.Float64:
			of = 3
		case t == proto.Float16 || t == proto.Bfloat16:
			of = 4
		case t != proto.Float32 && t != proto.Int64 && t != proto.Bool:
			of = 5
		}
		class = min(class, of)
	}
	return classes[class]
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
	o := outcome{refused: map[string][]string{}, classes: map[string][2]int{}}
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
		data, _ := fs.ReadFile(dir, "model.onnx")
		class := o.classes[classOf(data)]
		if err == nil {
			class[0]++
		} else {
			class[1]++
		}
		o.classes[classOf(data)] = class
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
