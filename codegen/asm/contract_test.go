package asm

import (
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
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
	biased = scalar.Call("add", scalar.Arg(0), scalar.Arg(1))
	relued = scalar.Call("max", biased, scalar.Num(0))
)

// denseForward is y[r,o] = e(Σ_i x[r,i]·w[i,o], b[o]).
func denseForward(in, out int, e scalar.Expr) *loop.Contract {
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

// denseGradW is dw[i,o] = Σ_r x[r,i]·dy[r,o].
func denseGradW(in, out int) *loop.Contract {
	return &loop.Contract{
		M: []loop.Axis{{Name: "i", N: in}}, N: []loop.Axis{{Name: "o", N: out}}, K: []loop.Axis{batchAxis()},
		Out: reading(&loop.Buffer{Name: "w", Grad: true, Class: loop.Gradient, Shape: []int{in, out}}, out, 1, 0),
		Lhs: reading(rowsBuffer("x", in), 1, 0, in), Rhs: reading(rowsBuffer("dy", out), 0, 1, out),
	}
}

// denseGradX is dx[r,i] = Σ_o dy[r,o]·w[i,o], times the slope of a relu.
func denseGradX(in, out int, slope bool) *loop.Contract {
	k := &loop.Contract{
		M: []loop.Axis{batchAxis()}, N: []loop.Axis{{Name: "i", N: in}}, K: []loop.Axis{{Name: "o", N: out}},
		Out: reading(rowsBuffer("dx", in), in, 1, 0), Lhs: reading(rowsBuffer("dy", out), out, 0, 1), Rhs: reading(matrix("w", in, out), 0, out, 1),
	}
	if slope {
		k.Extra = []loop.Access{reading(rowsBuffer("h", in), in, 1, 0)}
		k.Epilogue = scalar.Call("select", scalar.Call("gt", scalar.Arg(1), scalar.Num(0)), scalar.Arg(0), scalar.Num(0))
	}
	return k
}

func accumulating(k *loop.Contract) *loop.Contract {
	k.Accumulate = true
	return k
}

var denseCases = []kernelCase{
	{name: "forward 30x40", kernel: denseForward(30, 40, biased), tolerance: 1e-5, rows: []int{1, 2, 3, 7, 13, 14, 15, 29, 43}},
	{name: "forward 96x64 relu", kernel: denseForward(96, 64, relued), tolerance: 1e-5},
	{name: "forward 20x48 added", kernel: accumulating(denseForward(20, 48, biased)), tolerance: 1e-5},
	{name: "forward 20x70 tanh", kernel: denseForward(20, 70, scalar.Call("tanh", biased)), tolerance: 1e-5},
	{name: "forward 9x33 gelu", kernel: denseForward(9, 33, scalar.Call("mul", scalar.Call("mul", biased, scalar.Num(0.5)), scalar.Call("add", scalar.Num(1), scalar.Call("erf", scalar.Call("mul", biased, scalar.Num(0.70710678)))))), tolerance: 1e-5},
	{name: "forward 3000x20", kernel: denseForward(3000, 20, relued), tolerance: 1e-4, rows: []int{1, 17}},
	{name: "gradW 40x70", kernel: denseGradW(40, 70), tolerance: 1e-5, rows: []int{1, 2, 3, 33}},
	{name: "gradW 50x10", kernel: denseGradW(50, 10), tolerance: 1e-4, rows: []int{1, 4, 600}},
	{name: "gradW 50x32 added", kernel: accumulating(denseGradW(50, 32)), tolerance: 1e-5, rows: []int{1, 9}},
	{name: "gradW 64x1", kernel: denseGradW(64, 1), tolerance: 1e-5, rows: []int{1, 9}},
	{name: "gradX 40x70", kernel: denseGradX(40, 70, true), tolerance: 1e-5},
	{name: "gradX 33x16", kernel: denseGradX(33, 16, false), tolerance: 1e-5},
	{name: "gradX 64x5", kernel: denseGradX(64, 5, true), tolerance: 1e-5},
	{name: "forward 40x1", kernel: denseForward(40, 1, scalar.Call("sigmoid", biased)), tolerance: 1e-5},
	{name: "gradX 64x1", kernel: denseGradX(64, 1, false), tolerance: 1e-5},
}

func TestDense(t *testing.T) { checkKernels(t, denseCases) }

var denseBenchmarks = []kernelCase{
	{name: "forward 784x512", kernel: denseForward(784, 512, relued), rows: []int{128}},
	{name: "forward 784x480", kernel: denseForward(784, 480, relued), rows: []int{128}},
	{name: "gradW 784x512", kernel: denseGradW(784, 512), rows: []int{128}},
	{name: "gradX 784x512", kernel: denseGradX(784, 512, true), rows: []int{128}},
	{name: "gradX 512x10", kernel: denseGradX(512, 10, true), rows: []int{128}},
	{name: "forward 512x10", kernel: denseForward(512, 10, biased), rows: []int{128}},
	{name: "gradW 512x10", kernel: denseGradW(512, 10), rows: []int{128}},
	{name: "forward one row 784x512", kernel: denseForward(784, 512, relued), rows: []int{1}},
}

func BenchmarkDense(b *testing.B) { benchKernels(b, denseBenchmarks) }
