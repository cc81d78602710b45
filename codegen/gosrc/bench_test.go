package gosrc

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
)

var update = flag.Bool("update", false, "rewrite the kernels under testdata")

// The kernels of 784-512-10 and 16-16 stand under testdata, beside naive loops
// that they are measured against:
//
//	go test -bench . ./codegen/gosrc/testdata/kernels
func TestBenchmarkedKernels(t *testing.T) {
	e := newKernels(&loop.Program{Name: "kernels", File: "bench_test.go", Hash: "none", Predict: &loop.Plan{}}, Config{Package: "kernels"}, &ownWords{})
	e.unit = nil
	for _, s := range [][2]int{{784, 512}, {512, 10}, {16, 16}, {4, 16}} {
		for _, k := range denseTriple(s[0], s[1]) {
			if _, _, err := e.kernel(canonical.Kernel(k)); err != nil {
				t.Fatal(err)
			}
		}
	}
	f := e.newFile()
	e.kernelDecls(f)
	src, err := f.Render()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "kernels", "kernels_generic.go")
	if *update {
		if err := os.WriteFile(path, src, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(src, want) {
		t.Errorf("%s is out of date: go test ./codegen/gosrc -update", path)
	}
}

// denseTriple is a dense layer with relu and its two gradients.
func denseTriple(in, out int) []loop.Kernel {
	w := weightBuf(in, out)
	dx := &loop.Contract{M: []loop.Axis{rowsAxis(1)}, N: []loop.Axis{plainAxis("i", in)}, K: []loop.Axis{plainAxis("o", out)},
		Out: access(rowBuf(in), in, 1, 0), Lhs: access(rowBuf(out), out, 0, 1), Rhs: access(w, 0, out, 1)}
	dx.Out.Buf.Grad, dx.Lhs.Buf.Grad = true, true
	return []loop.Kernel{
		&loop.Contract{M: []loop.Axis{rowsAxis(1)}, N: []loop.Axis{plainAxis("o", out)}, K: []loop.Axis{plainAxis("i", in)},
			Out: access(rowBuf(out), out, 1, 0), Lhs: access(rowBuf(in), in, 0, 1), Rhs: access(w, 0, 1, out),
			Epilogue: reluBias, Extra: []loop.Access{access(weightBuf(out), 0, 1, 0)}, Word: "relu"},
		&loop.Contract{M: []loop.Axis{plainAxis("i", in)}, N: []loop.Axis{plainAxis("o", out)}, K: []loop.Axis{rowsAxis(1)},
			Out: access(w, out, 1, 0), Lhs: access(rowBuf(in), 1, 0, in), Rhs: access(rowBuf(out), 0, 1, out)},
		dx,
	}
}
