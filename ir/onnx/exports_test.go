package onnx_test

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

var exports = flag.String("exports", "", "pattern of folders that testdata/onnx/exports.py has written")

// TestExports holds the interpreter to what frameworks make of their own exports, and
// the classes of a classifier to theirs.
func TestExports(t *testing.T) {
	if *exports == "" {
		t.Skip("with -exports and a pattern of folders that testdata/onnx/exports.py has written")
	}
	dirs, err := filepath.Glob(*exports)
	if err != nil || len(dirs) == 0 {
		t.Fatalf("%s: no folders: %v", *exports, err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join(dir, "model.onnx"))
			if err != nil {
				t.Fatal(err)
			}
			o := onnx.Options{Bind: map[string]int{}, Files: os.DirFS(dir)}
			for _, line := range lines(dir, "bind.txt") {
				name, value, _ := strings.Cut(line, "=")
				o.Bind[name], _ = strconv.Atoi(value)
			}
			m, err := onnx.Read("model.onnx", file, o)
			if err != nil {
				t.Fatal(err)
			}
			if classes := lines(dir, "classes.txt"); !slices.Equal(m.Classes, classes) {
				t.Errorf("classes %q, expected %q", m.Classes, classes)
			}
			feed := map[string]*tensor.Tensor{}
			for i, p := range m.Inputs {
				if feed[p.Name], err = backend.ReadTensor(o.Files, "test_data_set_0/input_"+strconv.Itoa(i)+".pb"); err != nil {
					t.Fatal(err)
				}
			}
			got, err := backend.Run(m, feed)
			if err != nil {
				t.Fatal(err)
			}
			for i, y := range got {
				expected, err := backend.ReadTensor(o.Files, "test_data_set_0/output_"+strconv.Itoa(i)+".pb")
				if err != nil {
					t.Fatal(err)
				}
				want := expected.Elements()
				far, size := 0.0, 0.0
				have := y.Elements()
				if len(have) != len(want) {
					t.Fatalf("output %d has %d elements, not %d", i, len(have), len(want))
				}
				for j, w := range want {
					far, size = max(far, math.Abs(have[j]-w)), max(size, math.Abs(w))
				}
				if !(far <= 1e-5*max(1, size)) {
					t.Errorf("output %d is off by %g of %g", i, far, size)
				}
			}
		})
	}
}

func lines(dir, name string) []string {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}
