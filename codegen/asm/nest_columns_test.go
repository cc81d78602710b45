package asm

import (
	"fmt"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// columnSums sums rows of n elements, each counts of them, over the rows.
func columnSums(e, finish scalar.Expr, reduce loop.Reduction, rows, n int) *loop.Nest {
	var srcs []loop.Access
	for i := range max(1, arguments(e)) {
		if i == 2 {
			srcs = append(srcs, access(testBuffer(loop.Arena, false, n), 0, 1, 0))
			continue
		}
		srcs = append(srcs, access(arenaRows(rows, n), 0, 1, n))
	}
	return &loop.Nest{Outer: []loop.Axis{testAxis(n)}, Body: []loop.Stmt{{
		Inner: []loop.Axis{rowAxis(rows)}, Dst: access(testBuffer(loop.Gradient, false, n), 0, 1, 0), Reduce: reduce, Value: e, Srcs: srcs, Finish: finish,
	}}}
}

func columnCases() []kernelCase {
	var list []kernelCase
	add := func(name string, tolerance float64, k *loop.Nest, rows ...int) {
		list = append(list, kernelCase{name: name, kernel: k, rows: rows, tolerance: tolerance})
	}
	for _, n := range widths() {
		if n >= smallest {
			add(fmt.Sprint("sums ", n), 1e-5, columnSums(x0, nil, loop.Sum, 1, n), 1, 7)
		}
	}
	for _, n := range []int{10, 32, 67, 300, 512} {
		add(fmt.Sprint("dots ", n), 1e-4, columnSums(call("mul", x0, x1), nil, loop.Sum, 1, n), 1, 5, 300)
		add(fmt.Sprint("variance ", n), 1e-4, columnSums(call("mul", call("sub", x0, x2), call("sub", x1, x2)), call("div", x0, call("mul", scalar.Rows{}, scalar.Num(9))), loop.Sum, 9, n), 1, 40)
		add(fmt.Sprint("largest ", n), 0, columnSums(x0, call("neg", x0), loop.Max, 1, n), 1, 33)
		means := &loop.Nest{Outer: []loop.Axis{rowAxis(1), testAxis(n)}, Body: []loop.Stmt{{
			Inner: []loop.Axis{testAxis(25)}, Dst: access(arenaRows(n), 0, n, 1, 0), Reduce: loop.Sum, Value: x0,
			Srcs: []loop.Access{access(arenaRows(25, n), 0, 25*n, 1, n)}, Finish: call("div", x0, scalar.Num(25)),
		}}}
		add(fmt.Sprint("means of positions ", n), 1e-5, means, 1, 4)
		cut := &loop.Nest{Outer: []loop.Axis{rowAxis(1), testAxis(n)}, Body: []loop.Stmt{{
			Inner: []loop.Axis{testAxis(3), testAxis(2)}, Dst: access(arenaRows(n), 0, n, 1, 0, 0), Reduce: loop.Max, Value: call("abs", x0),
			Srcs: []loop.Access{access(arenaRows(4, 5, n), 6*n, 20*n, 1, 5*n, n)},
		}}}
		add(fmt.Sprint("largest of positions ", n), 0, cut, 1, 4)
	}
	add("many positions", 1e-4, &loop.Nest{Outer: []loop.Axis{rowAxis(1), testAxis(20)}, Body: []loop.Stmt{{
		Inner: []loop.Axis{testAxis(9000)}, Dst: access(arenaRows(20), 0, 20, 1, 0), Reduce: loop.Sum, Value: x0, Srcs: []loop.Access{access(arenaRows(9000, 20), 0, 180000, 1, 20)},
	}}}, 1)
	return list
}

// penalty sums an expression of all elements of parameters.
func penalty(e scalar.Expr, n int) *loop.Nest {
	return &loop.Nest{Body: []loop.Stmt{{
		Inner: []loop.Axis{testAxis(n)}, Dst: access(testBuffer(loop.Arena, false), 0, 0), Reduce: loop.Sum, Value: e, Srcs: []loop.Access{access(testBuffer(loop.Param, false, n), 0, 1)},
	}}}
}

func TestTotals(t *testing.T) {
	var list []kernelCase
	for _, n := range []int{128, 131, 160, 1000, 200003} {
		list = append(list, kernelCase{name: fmt.Sprint("penalty ", n), kernel: penalty(call("mul", scalar.Num(0.01), call("mul", x0, x0)), n), tolerance: 1e-6})
		rows := &loop.Nest{Body: []loop.Stmt{{
			Inner: []loop.Axis{rowAxis(1), testAxis(n)}, Dst: access(testBuffer(loop.Arena, false), 0, 0, 0), Reduce: loop.Sum, Value: call("abs", x0), Srcs: []loop.Access{access(arenaRows(n), 0, n, 1)},
		}}}
		if n < 2000 {
			list = append(list, kernelCase{name: fmt.Sprint("of rows ", n), kernel: rows, tolerance: 1e-6, rows: []int{1, 3}})
		}
	}
	checkKernels(t, list)
}

func TestColumns(t *testing.T) { checkKernels(t, columnCases()) }

func BenchmarkColumns(b *testing.B) {
	benchKernels(b, []kernelCase{
		{name: "column sums 128x512", kernel: columnSums(x0, nil, loop.Sum, 1, 512), rows: []int{128}},
		{name: "column sums 128x676x32", kernel: columnSums(x0, nil, loop.Sum, 676, 32), rows: []int{128}},
	})
}
