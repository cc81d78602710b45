package asm

import (
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
)

func batchAxis() loop.Axis { return loop.Axis{Name: "n", N: 1, Rows: true} }

func rowsBuffer(name string, shape ...int) *loop.Buffer {
	return &loop.Buffer{Name: name, Class: loop.Arena, Rows: true, Shape: shape}
}

func matrix(name string, shape ...int) *loop.Buffer {
	return &loop.Buffer{Name: name, Class: loop.Param, Shape: shape}
}

func reading(b *loop.Buffer, strides ...int) loop.Access {
	return loop.Access{Buf: b, Strides: strides}
}

var (
	biased = loop.Call("add", loop.Arg(0), loop.Arg(1))
	relued = loop.Call("max", biased, loop.Num(0))
)

// denseForward is y[r,o] = e(Σ_i x[r,i]·w[i,o], b[o]).
func denseForward(in, out int, e loop.Expr) *loop.Contract {
	k := &loop.Contract{
		M: []loop.Axis{batchAxis()}, N: []loop.Axis{{Name: "o", N: out}}, K: []loop.Axis{{Name: "i", N: in}},
		Out: reading(rowsBuffer("y", out), out, 1, 0), Lhs: reading(rowsBuffer("x", in), in, 0, 1), Rhs: reading(matrix("w", in, out), 0, 1, out),
		Epilogue: e,
	}
	if e != nil {
		k.Extra = []loop.Access{reading(matrix("b", out), 0, 1, 0)}
	}
	return k
}

var denseCases = []kernelCase{
	{name: "forward 30x40", kernel: denseForward(30, 40, biased), tolerance: 1e-5, rows: []int{1, 2, 3, 7, 13, 14, 15, 29, 43}},
	{name: "forward 512x10", kernel: denseForward(512, 10, nil), tolerance: 1e-5},
	{name: "forward 96x64 relu", kernel: denseForward(96, 64, relued), tolerance: 1e-5},
}

func TestDense(t *testing.T) { checkKernels(t, denseCases) }

var denseBenchmarks = []kernelCase{
	{name: "forward 784x512", kernel: denseForward(784, 512, relued), rows: []int{128}},
	{name: "forward 512x10", kernel: denseForward(512, 10, biased), rows: []int{128}},
}

func BenchmarkDense(b *testing.B) { benchKernels(b, denseBenchmarks) }
