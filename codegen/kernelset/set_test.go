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

// Panels are kept of all weights that are packed, as long as there is memory: once
// for each, whatever function reads them, and none of what takes part in too many
// products. A call that keeps none is one of the same function.
func TestKept(t *testing.T) {
	const matrix = 640 * 512
	of := func(segment, in, out int) loop.Kernel {
		k := dense(in, out)
		k.(*loop.Contract).Rhs.Buf.Segment = segment
		return k
	}
	for _, large := range []bool{false, true} {
		m := machine.Server()
		m.KeptBytes = 2 * 4 * matrix
		words := &gotree.OwnWords{}
		set := New(Config{Config: gokernel.Config{Batch: 32, Machine: m, Share: large, Words: words}, Top: words.Scope(gotree.Decl)})
		for range 2 { // and once all of them are known
			for i, tt := range []struct {
				kernel loop.Kernel
				kept   bool // the plan reads weights again
				want   int
			}{
				{of(7, 640, 512), true, 0},
				{of(7, 640, 512), true, 0},
				{of(8, 512, 640), true, 1},
				{of(9, 640, 512), true, -1}, // no memory
				{of(7, 640, 512), false, -1},
				{of(3, 640, 10), true, -1}, // is not packed
			} {
				_, fn, got, err := set.Call(tt.kernel, false, tt.kept)
				if err != nil {
					t.Fatal(err)
				}
				if got != tt.want || fn.Keeps != (i < 5) {
					t.Errorf("large %v: call %d has panels %d, want %d; its function takes some: %v", large, i, got, tt.want, fn.Keeps)
				}
			}
			if large {
				set.Join()
			}
		}
		if got := set.Panels(); len(got) != 2 || got[0] != (Panels{7, 32, matrix}) || got[1] != (Panels{8, 40, matrix}) {
			t.Errorf("large %v: kept are %v", large, got)
		}
		m.KeptUses = 0
		set = New(Config{Config: gokernel.Config{Batch: 32, Machine: m, Share: large, Words: words}, Top: words.Scope(gotree.Decl)})
		if _, fn, got, err := set.Call(of(7, 640, 512), false, true); err != nil || got != -1 || fn.Keeps {
			t.Errorf("large %v: panels %d are kept of weights of many products, %v", large, got, err)
		}
	}
}
