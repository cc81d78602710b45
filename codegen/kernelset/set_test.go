package kernelset

import (
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// dense is a dense layer without an epilogue.
func dense(in, out int) loop.Kernel {
	buf := func(class loop.Class, rows bool, shape ...int) *loop.Buffer {
		return &loop.Buffer{Name: "b", Class: class, Rows: rows, Shape: shape}
	}
	return canonical.Kernel(&loop.Contract{
		M: []loop.Axis{{Name: "n", N: 1, Rows: true}}, N: []loop.Axis{{Name: "o", N: out}}, K: []loop.Axis{{Name: "i", N: in}},
		Out: loop.Access{Buf: buf(loop.Arena, true, out), Strides: []int{out, 1, 0}},
		Lhs: loop.Access{Buf: buf(loop.Arena, true, in), Strides: []int{in, 0, 1}},
		Rhs: loop.Access{Buf: buf(loop.Param, false, in, out), Strides: []int{0, 1, out}},
	})
}

// Equal work is one function. In a large network contractions that differ in
// numbers alone are one too, and each call of it has its own sizes.
func TestFunctions(t *testing.T) {
	kernels := []loop.Kernel{dense(640, 512), dense(512, 640), dense(640, 512)}
	for _, tt := range []struct {
		large bool
		names string // of the functions that the kernels are calls of
		sizes int    // that calls pass: how many different ones
	}{
		{false, "dense640x512 dense512x640 dense640x512", 0},
		{true, "denseNxN denseNxN denseNxN", 2},
	} {
		words := &gotree.OwnWords{}
		set := New(Config{Config: gokernel.Config{Batch: 32, Machine: machine.Server(), Share: tt.large, Words: words}, Top: words.Scope(gotree.Decl)})
		if tt.large { // all kernels are known before any is called
			for _, k := range kernels {
				if _, _, err := set.Function(k); err != nil {
					t.Fatal(err)
				}
			}
			set.Join()
		}
		var names, sizes []string
		for _, k := range kernels {
			out, fn, err := set.Function(k)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, fn.Name)
			if out.Sized() {
				sizes = append(sizes, out.ShapeLiteral())
			}
		}
		if got := strings.Join(names, " "); got != tt.names {
			t.Errorf("large %v: calls of %s, want %s", tt.large, got, tt.names)
		}
		slices.Sort(sizes)
		if got := len(slices.Compact(sizes)); got != tt.sizes {
			t.Errorf("large %v: %d different sizes, want %d: %v", tt.large, got, tt.sizes, sizes)
		}
		distinct := slices.Compact(slices.Sorted(slices.Values(names)))
		if got := len(set.Functions()); got != len(distinct) {
			t.Errorf("large %v: %d functions, want %d", tt.large, got, len(distinct))
		}
	}
}
