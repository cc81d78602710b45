package contract_test

import (
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
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

var denseCases = []kerneltest.Case{
	{Name: "forward 30x40", Kernel: denseForward(30, 40, biased), Tolerance: 1e-5, Rows: []int{1, 2, 3, 7, 13, 14, 15, 29, 43}},
	{Name: "forward 96x64 relu", Kernel: denseForward(96, 64, relued), Tolerance: 1e-5},
	{Name: "forward 20x48 added", Kernel: accumulating(denseForward(20, 48, biased)), Tolerance: 1e-5},
	{Name: "forward 20x70 tanh", Kernel: denseForward(20, 70, scalar.Call("tanh", biased)), Tolerance: 1e-5},
	{Name: "forward 9x33 gelu", Kernel: denseForward(9, 33, scalar.Call("mul", scalar.Call("mul", biased, scalar.Num(0.5)), scalar.Call("add", scalar.Num(1), scalar.Call("erf", scalar.Call("mul", biased, scalar.Num(0.70710678)))))), Tolerance: 1e-5},
	{Name: "forward 3000x20", Kernel: denseForward(3000, 20, relued), Tolerance: 1e-4, Rows: []int{1, 17}},
	// A single row reads the matrix in its order, as many rows of it side by side as are
	// there, or lie in 64 pages, or eight.
	{Name: "forward 130x500", Kernel: denseForward(130, 500, biased), Tolerance: 1e-5, Rows: []int{1, 2, 7}},
	{Name: "forward 300x520", Kernel: denseForward(300, 520, relued), Tolerance: 1e-4, Rows: []int{1}},
	{Name: "forward 130x1100", Kernel: denseForward(130, 1100, nil), Tolerance: 1e-5, Rows: []int{1}},
	{Name: "forward 1201x200", Kernel: denseForward(1201, 200, biased), Tolerance: 1e-4, Rows: []int{1, 3}},
	{Name: "forward 1201x230", Kernel: denseForward(1201, 230, biased), Tolerance: 1e-4, Rows: []int{1}},
	{Name: "gradW 40x70", Kernel: denseGradW(40, 70), Tolerance: 1e-5, Rows: []int{1, 2, 3, 33}},
	{Name: "gradW 50x10", Kernel: denseGradW(50, 10), Tolerance: 1e-4, Rows: []int{1, 4, 600}},
	{Name: "gradW 50x32 added", Kernel: accumulating(denseGradW(50, 32)), Tolerance: 1e-5, Rows: []int{1, 9}},
	{Name: "gradW 64x1", Kernel: denseGradW(64, 1), Tolerance: 1e-5, Rows: []int{1, 9}},
	{Name: "gradX 40x70", Kernel: denseGradX(40, 70, true), Tolerance: 1e-5},
	{Name: "gradX 33x16", Kernel: denseGradX(33, 16, false), Tolerance: 1e-5},
	{Name: "gradX 64x5", Kernel: denseGradX(64, 5, true), Tolerance: 1e-5},
	{Name: "forward 40x1", Kernel: denseForward(40, 1, scalar.Call("sigmoid", biased)), Tolerance: 1e-5},
	{Name: "gradX 64x1", Kernel: denseGradX(64, 1, false), Tolerance: 1e-5},
}

func TestDense(t *testing.T) { kerneltest.Check(t, denseCases) }

var denseBenchmarks = []kerneltest.Case{
	{Name: "forward 784x512", Kernel: denseForward(784, 512, relued), Rows: []int{128}},
	{Name: "forward 784x480", Kernel: denseForward(784, 480, relued), Rows: []int{128}},
	{Name: "gradW 784x512", Kernel: denseGradW(784, 512), Rows: []int{128}},
	{Name: "gradX 784x512", Kernel: denseGradX(784, 512, true), Rows: []int{128}},
	{Name: "gradX 512x10", Kernel: denseGradX(512, 10, true), Rows: []int{128}},
	{Name: "forward 512x10", Kernel: denseForward(512, 10, biased), Rows: []int{128}},
	{Name: "gradW 512x10", Kernel: denseGradW(512, 10), Rows: []int{128}},
	{Name: "forward one row 784x512", Kernel: denseForward(784, 512, relued), Rows: []int{1}},
}

func BenchmarkDense(b *testing.B) { kerneltest.Benchmark(b, denseBenchmarks) }
