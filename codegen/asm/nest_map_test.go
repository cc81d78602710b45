package asm

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Small vocabulary for describing kernels.

func testAxis(n int) loop.Axis { return loop.Axis{Name: "i", N: n} }
func rowAxis(n int) loop.Axis  { return loop.Axis{Name: "n", N: n, Rows: true} }

func testBuffer(class loop.Class, rows bool, shape ...int) *loop.Buffer {
	return &loop.Buffer{Name: fmt.Sprint("b", shape), Class: class, Rows: rows, Shape: shape}
}

func arenaRows(shape ...int) *loop.Buffer { return testBuffer(loop.Arena, true, shape...) }

func access(b *loop.Buffer, offset int, strides ...int) loop.Access {
	return loop.Access{Buf: b, Offset: offset, Strides: strides}
}

// mapOf is an elementwise store over the given axes.
func mapOf(e scalar.Expr, axes []loop.Axis, dst loop.Access, srcs ...loop.Access) *loop.Nest {
	return &loop.Nest{Outer: axes, Body: []loop.Stmt{{Dst: dst, Value: e, Srcs: srcs}}}
}

// flatMap applies an expression to rows of n elements.
func flatMap(e scalar.Expr, n int) *loop.Nest {
	axes := []loop.Axis{rowAxis(1), testAxis(n)}
	var srcs []loop.Access
	for range max(1, arguments(e)) {
		srcs = append(srcs, access(arenaRows(n), 0, n, 1))
	}
	return mapOf(e, axes, access(arenaRows(n), 0, n, 1), srcs...)
}

func call(fn string, args ...scalar.Expr) scalar.Expr { return scalar.Call(fn, args...) }

var (
	x0, x1, x2 = scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)
	reluSlope  = call("select", call("gt", x1, scalar.Num(0)), x0, scalar.Num(0))
)

// widths go through all remainders of a vector.
func widths() []int {
	var list []int
	for n := range 67 {
		list = append(list, n+1)
	}
	return list
}

func mapCases() []kernelCase {
	var list []kernelCase
	add := func(name string, k *loop.Nest, rows ...int) {
		list = append(list, kernelCase{name: name, kernel: k, rows: rows, tolerance: 1e-6})
	}
	for _, n := range widths() {
		add(fmt.Sprint("relu gradient ", n), flatMap(reluSlope, n), 1, 3)
	}
	for _, n := range []int{4, 7, 9, 16, 23, 33, 64, 67, 131} {
		row, bias := arenaRows(n), testBuffer(loop.Param, false, n)
		axes := []loop.Axis{rowAxis(3), testAxis(n)}
		e := call("add", call("mul", x0, x1), x1)
		add(fmt.Sprint("broadcast over rows ", n), mapOf(e, axes, access(arenaRows(3, n), 0, n, 1), access(arenaRows(3, n), 0, n, 1), access(bias, 0, 0, 1)), 1, 5)
		add(fmt.Sprint("number of a row ", n), mapOf(call("sub", x0, x1), []loop.Axis{rowAxis(1), testAxis(n)}, access(row, 0, n, 1), access(arenaRows(n), 0, n, 1), access(arenaRows(), 0, 1, 0)), 1, 4)
		add(fmt.Sprint("slice ", n), mapOf(x0, []loop.Axis{rowAxis(1), testAxis(n)}, access(row, 0, n, 1), access(arenaRows(n+5), 3, n+5, 1)), 1, 4)
		add(fmt.Sprint("three loops ", n), mapOf(call("mul", x0, x1), []loop.Axis{rowAxis(1), testAxis(3), testAxis(n)},
			access(arenaRows(5, n), n, 5*n, n, 1), access(arenaRows(3, n), 0, 3*n, n, 1), access(arenaRows(n), 0, n, 0, 1)), 1, 4)
		add(fmt.Sprint("parameters ", n), mapOf(call("mul", x0, call("sign", x1)), []loop.Axis{testAxis(n)}, access(testBuffer(loop.Gradient, false, n), 0, 1),
			access(testBuffer(loop.Scalar, false), 0, 0), access(bias, 0, 1)))
		sum := mapOf(x0, []loop.Axis{rowAxis(1), testAxis(n)}, access(row, 0, n, 1), access(arenaRows(n), 0, n, 1))
		sum.Body[0].Accumulate = true
		add(fmt.Sprint("accumulate ", n), sum, 1, 4)
	}
	add("rows", mapOf(call("log1p", call("exp", call("neg", call("abs", x0)))), []loop.Axis{rowAxis(1)}, access(arenaRows(), 0, 1), access(arenaRows(), 0, 1)), 1, 2, 15, 16, 17, 100)
	add("count of rows", mapOf(call("div", x0, call("mul", scalar.Rows{}, scalar.Num(3))), []loop.Axis{testAxis(9)}, access(testBuffer(loop.Arena, false, 9), 0, 1), access(testBuffer(loop.Arena, false, 9), 0, 1)))
	ints := arenaRows(21)
	ints.Class, ints.DType = loop.Input, loop.I32
	list = append(list, kernelCase{name: "integers", kernel: mapOf(call("mul", x0, scalar.Num(0.5)), []loop.Axis{rowAxis(21)}, access(arenaRows(21), 0, 1), access(ints, 0, 1)), rows: []int{1, 5}, limit: 1000})
	big := loop.Axis{Name: "d", N: 70000}
	add("many parameters", mapOf(call("mul", x0, scalar.Num(0.5)), []loop.Axis{big}, access(testBuffer(loop.Gradient, false, 70000), 0, 1), access(testBuffer(loop.Param, false, 70000), 0, 1)))
	add("long rows", mapOf(call("mul", x0, x1), []loop.Axis{rowAxis(1), testAxis(3), testAxis(45000)},
		access(arenaRows(3, 45000), 0, 135000, 45000, 1), access(arenaRows(3, 45000), 0, 135000, 45000, 1), access(arenaRows(45000), 0, 45000, 0, 1)), 1)
	for _, n := range []int{4, 5, 16, 37, 64, 100, 1600} {
		list = append(list, dropoutCase(n, 0))
	}
	k := dropoutCase(37, 0).kernel.(*loop.Nest)
	k.Body[0].Value = call("select", call("gt", x2, scalar.Num(0)), k.Body[0].Value, scalar.Num(0))
	k.Body[0].Srcs = append(k.Body[0].Srcs, access(arenaRows(37), 0, 1))
	return append(list, dropoutCase(20, 8), kernelCase{name: "gradient of dropout and relu", kernel: k, rows: []int{1, 9}, plain: true})
}

// dropoutCase keeps half of the elements of rows, drawn from element offset on.
func dropoutCase(n, offset int) kernelCase {
	random := &loop.Buffer{Name: "drop", Class: loop.Random, Rows: true, Shape: []int{n + offset}}
	keep := call("select", call("ge", x0, scalar.Num(0.5)), call("mul", x1, scalar.Num(2)), scalar.Num(0))
	k := mapOf(keep, []loop.Axis{rowAxis(n)}, access(arenaRows(n), 0, 1), access(random, 0, 1), access(arenaRows(n), 0, 1))
	if offset > 0 {
		k = mapOf(keep, []loop.Axis{rowAxis(1), testAxis(n)}, access(arenaRows(n), 0, n, 1), access(random, offset, n+offset, 1), access(arenaRows(n), 0, n, 1))
	}
	return kernelCase{name: fmt.Sprintf("dropout %d from %d", n, offset), kernel: k, rows: []int{1, 2, 9}, value: func(*loop.Buffer, int, *rand.Rand) float64 { return 1 }}
}

func TestMaps(t *testing.T) { checkKernels(t, mapCases()) }

// TestUniform compares the very numbers that are drawn.
func TestUniform(t *testing.T) {
	random := &loop.Buffer{Name: "drop", Class: loop.Random, Rows: true, Shape: []int{70}}
	checkKernels(t, []kernelCase{{name: "uniform", kernel: mapOf(x0, []loop.Axis{rowAxis(70)}, access(arenaRows(70), 0, 1), access(random, 0, 1)), rows: []int{1, 3, 20}}})
}

func TestMapsLeftToGo(t *testing.T) {
	for name, k := range map[string]*loop.Nest{
		"transposed": mapOf(x0, []loop.Axis{testAxis(8), testAxis(9)}, access(testBuffer(loop.Gradient, false, 72), 0, 9, 1), access(testBuffer(loop.Param, false, 72), 0, 1, 8)),
		"one number": mapOf(x0, nil, access(testBuffer(loop.Arena, false), 0), access(testBuffer(loop.Arena, false), 0)),
	} {
		if b, err := NewUnit(machine.Server()).Kernel(Request{Name: "k", Kernel: k, Operands: operandsOf(k)}); b != nil || err != nil {
			t.Errorf("%s: %v, %v", name, b, err)
		}
	}
}

func BenchmarkMaps(b *testing.B) {
	benchKernels(b, []kernelCase{
		{name: "rescale 128x784", kernel: flatMap(call("mul", x0, scalar.Num(1.0/255)), 784), rows: []int{128}},
		{name: "relu gradient 128x512", kernel: flatMap(reluSlope, 512), rows: []int{128}},
		{name: "exp 4096", kernel: flatMap(call("exp", x0), 4096), rows: []int{1}},
		{name: "dropout 128x1600", kernel: dropoutCase(1600, 0).kernel, rows: []int{128}},
	})
}

// TestManyOperands: what has no room is left to Go, and never fails later, when
// registers are allotted.
func TestManyOperands(t *testing.T) {
	const n = 37
	for count := 1; count <= 14; count++ {
		e := scalar.Expr(x0)
		for i := 1; i < count; i++ {
			e = call("add", e, call("mul", scalar.Arg(i), x0))
		}
		srcs := func(strides ...int) []loop.Access {
			var list []loop.Access
			for range count {
				list = append(list, access(arenaRows(3, n), 0, strides...))
			}
			return list
		}
		kernels := map[string]*loop.Nest{
			"flat": mapOf(e, []loop.Axis{rowAxis(3 * n)}, access(arenaRows(3, n), 0, 1), srcs(1)...),
			"runs": mapOf(e, []loop.Axis{rowAxis(1), testAxis(3), testAxis(n)}, access(arenaRows(3, n), 0, 3*n, n, 1), append(srcs(3*n, n, 1)[1:], access(arenaRows(n), 0, n, 0, 1))...),
			"columns": {Outer: []loop.Axis{testAxis(n)}, Body: []loop.Stmt{{
				Inner: []loop.Axis{rowAxis(1), testAxis(3)}, Dst: access(testBuffer(loop.Gradient, false, n), 0, 1, 0, 0), Reduce: loop.Sum, Value: e, Srcs: srcs(1, 3*n, n),
			}}},
			"rows": {Outer: []loop.Axis{rowAxis(1), testAxis(3)}, Body: []loop.Stmt{{
				Inner: []loop.Axis{testAxis(n)}, Dst: access(arenaRows(3), 0, 3, 1, 0), Reduce: loop.Max, Value: e, Srcs: srcs(3*n, n, 1),
			}}},
			"total": {Body: []loop.Stmt{{
				Inner: []loop.Axis{rowAxis(9 * n)}, Dst: access(testBuffer(loop.Arena, false), 0, 0), Reduce: loop.Sum, Value: e, Srcs: srcs(1),
			}}},
		}
		for name, k := range kernels {
			u := NewUnit(machine.Server())
			b, err := u.Kernel(Request{Name: "k", Kernel: k, Operands: operandsOf(k)})
			if err == nil {
				_, err = u.Source("// Test.")
			}
			if err != nil {
				t.Errorf("%s of %d operands: %v", name, count, err)
			}
			if b == nil && count <= 3 {
				t.Errorf("%s of %d operands is left to Go", name, count)
			}
		}
	}
}
