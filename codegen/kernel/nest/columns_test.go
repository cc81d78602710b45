package nest_test

import (
	"fmt"
	"testing"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// columnSums sums rows of n elements, each counts of them, over the rows.
func columnSums(e, finish scalar.Expr, reduce loop.Reduction, rows, n int) *loop.Nest {
	var srcs []loop.Access
	for i := range max(1, amd64.Arguments(e)) {
		if i == 2 {
			srcs = append(srcs, kerneltest.Access(kerneltest.TestBuffer(loop.Arena, false, n), 0, 1, 0))
			continue
		}
		srcs = append(srcs, kerneltest.Access(kerneltest.ArenaRows(rows, n), 0, 1, n))
	}
	return &loop.Nest{Outer: []loop.Axis{kerneltest.TestAxis(n)}, Body: []loop.Stmt{{
		Inner: []loop.Axis{kerneltest.RowAxis(rows)}, Dst: kerneltest.Access(kerneltest.TestBuffer(loop.Gradient, false, n), 0, 1, 0), Reduce: reduce, Value: e, Srcs: srcs, Finish: finish,
	}}}
}

func columnCases() []kerneltest.Case {
	var list []kerneltest.Case
	add := func(name string, tolerance float64, k *loop.Nest, rows ...int) {
		list = append(list, kerneltest.Case{Name: name, Kernel: k, Rows: rows, Tolerance: tolerance})
	}
	for _, n := range widths() {
		if n >= driver.Smallest {
			add(fmt.Sprint("sums ", n), 1e-5, columnSums(kerneltest.X0, nil, loop.Sum, 1, n), 1, 7)
		}
	}
	for _, n := range []int{10, 32, 67, 300, 512} {
		add(fmt.Sprint("dots ", n), 1e-4, columnSums(kerneltest.Call("mul", kerneltest.X0, kerneltest.X1), nil, loop.Sum, 1, n), 1, 5, 300)
		add(fmt.Sprint("variance ", n), 1e-4, columnSums(kerneltest.Call("mul", kerneltest.Call("sub", kerneltest.X0, kerneltest.X2), kerneltest.Call("sub", kerneltest.X1, kerneltest.X2)), kerneltest.Call("div", kerneltest.X0, kerneltest.Call("mul", scalar.Rows{}, scalar.Num(9))), loop.Sum, 9, n), 1, 40)
		add(fmt.Sprint("largest ", n), 0, columnSums(kerneltest.X0, kerneltest.Call("neg", kerneltest.X0), loop.Max, 1, n), 1, 33)
		means := &loop.Nest{Outer: []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(n)}, Body: []loop.Stmt{{
			Inner: []loop.Axis{kerneltest.TestAxis(25)}, Dst: kerneltest.Access(kerneltest.ArenaRows(n), 0, n, 1, 0), Reduce: loop.Sum, Value: kerneltest.X0,
			Srcs: []loop.Access{kerneltest.Access(kerneltest.ArenaRows(25, n), 0, 25*n, 1, n)}, Finish: kerneltest.Call("div", kerneltest.X0, scalar.Num(25)),
		}}}
		add(fmt.Sprint("means of positions ", n), 1e-5, means, 1, 4)
		cut := &loop.Nest{Outer: []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(n)}, Body: []loop.Stmt{{
			Inner: []loop.Axis{kerneltest.TestAxis(3), kerneltest.TestAxis(2)}, Dst: kerneltest.Access(kerneltest.ArenaRows(n), 0, n, 1, 0, 0), Reduce: loop.Max, Value: kerneltest.Call("abs", kerneltest.X0),
			Srcs: []loop.Access{kerneltest.Access(kerneltest.ArenaRows(4, 5, n), 6*n, 20*n, 1, 5*n, n)},
		}}}
		add(fmt.Sprint("largest of positions ", n), 0, cut, 1, 4)
	}
	add("many positions", 1e-4, &loop.Nest{Outer: []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(20)}, Body: []loop.Stmt{{
		Inner: []loop.Axis{kerneltest.TestAxis(9000)}, Dst: kerneltest.Access(kerneltest.ArenaRows(20), 0, 20, 1, 0), Reduce: loop.Sum, Value: kerneltest.X0, Srcs: []loop.Access{kerneltest.Access(kerneltest.ArenaRows(9000, 20), 0, 180000, 1, 20)},
	}}}, 1)
	return list
}

// penalty sums an expression of all elements of parameters.
func penalty(e scalar.Expr, n int) *loop.Nest {
	return &loop.Nest{Body: []loop.Stmt{{
		Inner: []loop.Axis{kerneltest.TestAxis(n)}, Dst: kerneltest.Access(kerneltest.TestBuffer(loop.Arena, false), 0, 0), Reduce: loop.Sum, Value: e, Srcs: []loop.Access{kerneltest.Access(kerneltest.TestBuffer(loop.Param, false, n), 0, 1)},
	}}}
}

func TestTotals(t *testing.T) {
	var list []kerneltest.Case
	for _, n := range []int{128, 131, 160, 1000, 200003} {
		list = append(list, kerneltest.Case{Name: fmt.Sprint("penalty ", n), Kernel: penalty(kerneltest.Call("mul", scalar.Num(0.01), kerneltest.Call("mul", kerneltest.X0, kerneltest.X0)), n), Tolerance: 1e-6})
		rows := &loop.Nest{Body: []loop.Stmt{{
			Inner: []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(n)}, Dst: kerneltest.Access(kerneltest.TestBuffer(loop.Arena, false), 0, 0, 0), Reduce: loop.Sum, Value: kerneltest.Call("abs", kerneltest.X0), Srcs: []loop.Access{kerneltest.Access(kerneltest.ArenaRows(n), 0, n, 1)},
		}}}
		if n < 2000 {
			list = append(list, kerneltest.Case{Name: fmt.Sprint("of rows ", n), Kernel: rows, Tolerance: 1e-6, Rows: []int{1, 3}})
		}
	}
	kerneltest.Check(t, list)
}

func TestColumns(t *testing.T) { kerneltest.Check(t, columnCases()) }

func BenchmarkColumns(b *testing.B) {
	kerneltest.Benchmark(b, []kerneltest.Case{
		{Name: "column sums 128x512", Kernel: columnSums(kerneltest.X0, nil, loop.Sum, 1, 512), Rows: []int{128}},
		{Name: "column sums 128x676x32", Kernel: columnSums(kerneltest.X0, nil, loop.Sum, 676, 32), Rows: []int{128}},
	})
}
