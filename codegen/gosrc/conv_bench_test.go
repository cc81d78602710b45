package gosrc

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
)

// benchedConvolutions are the kernels of a small image classifier, of a padded
// layer of one and of a depthwise one.
func benchedConvolutions() []loop.Kernel {
	first, second := image(28, 28, 1, 32, 3, 3), image(13, 13, 32, 64, 3, 3)
	padded := pad(image(14, 14, 16, 32, 3, 3), 1, 1, 1, 1)
	pooled := stride(image(26, 26, 32, 0, 2, 2), 2, 2)
	list := []loop.Kernel{
		first.forward(true), first.gradW(),
		second.forward(true), second.gradW(), bare(second.gradX(0, 0)),
		padded.forward(false), padded.gradW(), bare(padded.gradX(0, 0)),
		pooled.window(loop.Max, false), pooled.windowGrad(loop.Max, false),
		pad(stride(image(14, 14, 32, 0, 3, 3), 2, 2), 0, 0, 1, 1).window(loop.Sum, true),
	}
	for _, k := range pad(image(14, 14, 32, 0, 3, 3), 1, 1, 1, 1).depthwise() {
		list = append(list, bare(k))
	}
	return list
}

// bare is a contraction without its epilogue.
func bare(k *loop.Contract) *loop.Contract {
	k.Epilogue, k.Extra, k.Word = nil, nil, ""
	return k
}

// The kernels of convolutions stand under testdata, beside naive loops that they
// are measured against:
//
//	go test -bench Convolution ./codegen/gosrc/testdata/kernels
func TestBenchmarkedConvolutions(t *testing.T) {
	e := newKernels(&loop.Program{Name: "kernels", File: "conv_bench_test.go", Hash: "none", Predict: &loop.Plan{}}, Config{Package: "kernels"}, &ownWords{})
	e.unit = nil
	for _, k := range benchedConvolutions() {
		if _, _, err := e.kernel(canonical.Kernel(k)); err != nil {
			t.Fatal(err)
		}
	}
	f := e.newFile()
	e.kernelDecls(f)
	src, err := f.Render()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "kernels", "convolutions_generic.go")
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
