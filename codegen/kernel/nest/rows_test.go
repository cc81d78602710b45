package nest_test

import (
	"fmt"
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// softmax is that of rows of n; with numbers stored, the largest one and the sum
// of a row are kept, and the exponentials beside the results.
func softmax(n int, stored bool) *loop.Nest {
	x, y := kerneltest.ArenaRows(n), kerneltest.ArenaRows(n)
	e, top, sum := y, kerneltest.TestBuffer(loop.Local, false), kerneltest.TestBuffer(loop.Local, false)
	step := 0
	if stored {
		e, top, sum, step = kerneltest.ArenaRows(n), kerneltest.ArenaRows(), kerneltest.ArenaRows(), 1
	}
	inner := []loop.Axis{kerneltest.TestAxis(n)}
	return &loop.Nest{Outer: []loop.Axis{kerneltest.RowAxis(1)}, Body: []loop.Stmt{
		{Inner: inner, Dst: kerneltest.Access(top, 0, step, 0), Reduce: loop.Max, Value: kerneltest.X0, Srcs: []loop.Access{kerneltest.Access(x, 0, n, 1)}},
		{Inner: inner, Dst: kerneltest.Access(e, 0, n, 1), Value: kerneltest.Call("exp", kerneltest.Call("sub", kerneltest.X0, kerneltest.X1)), Srcs: []loop.Access{kerneltest.Access(x, 0, n, 1), kerneltest.Access(top, 0, step, 0)}},
		{Inner: inner, Dst: kerneltest.Access(sum, 0, step, 0), Reduce: loop.Sum, Value: kerneltest.X0, Srcs: []loop.Access{kerneltest.Access(e, 0, n, 1)}},
		{Inner: inner, Dst: kerneltest.Access(y, 0, n, 1), Value: kerneltest.Call("div", kerneltest.X0, kerneltest.X1), Srcs: []loop.Access{kerneltest.Access(e, 0, n, 1), kerneltest.Access(sum, 0, step, 0)}, Word: "softmax"},
	}}
}

// layerNorm normalizes rows of n by their mean and variance.
func layerNorm(n int) *loop.Nest {
	x, y, gamma := kerneltest.ArenaRows(n), kerneltest.ArenaRows(n), kerneltest.TestBuffer(loop.Param, false, n)
	mean, scale, centered := kerneltest.TestBuffer(loop.Local, false), kerneltest.TestBuffer(loop.Local, false), kerneltest.ArenaRows(n)
	inner := []loop.Axis{kerneltest.TestAxis(n)}
	size := scalar.Num(n)
	return &loop.Nest{Outer: []loop.Axis{kerneltest.RowAxis(1)}, Body: []loop.Stmt{
		{Inner: inner, Dst: kerneltest.Access(mean, 0, 0, 0), Reduce: loop.Sum, Value: kerneltest.X0, Srcs: []loop.Access{kerneltest.Access(x, 0, n, 1)}, Finish: kerneltest.Call("div", kerneltest.X0, size)},
		{Inner: inner, Dst: kerneltest.Access(centered, 0, n, 1), Value: kerneltest.Call("sub", kerneltest.X0, kerneltest.X1), Srcs: []loop.Access{kerneltest.Access(x, 0, n, 1), kerneltest.Access(mean, 0, 0, 0)}},
		{Inner: inner, Dst: kerneltest.Access(scale, 0, 0, 0), Reduce: loop.Sum, Value: kerneltest.Call("mul", kerneltest.X0, kerneltest.X0), Srcs: []loop.Access{kerneltest.Access(centered, 0, n, 1)}, Finish: kerneltest.Call("div", kerneltest.X0, size)},
		{Dst: kerneltest.Access(scale, 0, 0), Value: kerneltest.Call("rsqrt", kerneltest.Call("add", kerneltest.X0, scalar.Num(1e-3))), Srcs: []loop.Access{kerneltest.Access(scale, 0, 0)}},
		{Inner: inner, Dst: kerneltest.Access(y, 0, n, 1), Value: kerneltest.Call("mul", kerneltest.Call("mul", kerneltest.X0, kerneltest.X1), kerneltest.X2), Srcs: []loop.Access{kerneltest.Access(centered, 0, n, 1), kerneltest.Access(scale, 0, 0, 0), kerneltest.Access(gamma, 0, 0, 1)}},
	}}
}

func rowCases() []kerneltest.Case {
	var list []kerneltest.Case
	for _, n := range append(widths(), 128, 300, 1000) {
		if n > 1 {
			list = append(list, kerneltest.Case{Name: fmt.Sprint("softmax ", n), Kernel: softmax(n, n%2 == 0), Rows: []int{1, 5}, Tolerance: 1e-6})
		}
	}
	for _, n := range []int{3, 8, 16, 33, 67, 200} {
		list = append(list, kerneltest.Case{Name: fmt.Sprint("layer norm ", n), Kernel: layerNorm(n), Rows: []int{1, 4}, Tolerance: 1e-4})
		dots := &loop.Nest{Outer: []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(3)}, Body: []loop.Stmt{{
			Inner: []loop.Axis{kerneltest.TestAxis(n)}, Dst: kerneltest.Access(kerneltest.ArenaRows(3), 0, 3, 1, 0), Reduce: loop.Sum, Value: kerneltest.Call("mul", kerneltest.X0, kerneltest.X1), Finish: kerneltest.Call("neg", kerneltest.X0),
			Srcs: []loop.Access{kerneltest.Access(kerneltest.ArenaRows(3, n), 0, 3*n, n, 1), kerneltest.Access(kerneltest.TestBuffer(loop.Param, false, n), 0, 0, 0, 1)},
		}}}
		list = append(list, kerneltest.Case{Name: fmt.Sprint("dots ", n), Kernel: dots, Rows: []int{1, 4}, Tolerance: 1e-5})
	}
	return list
}

func TestRows(t *testing.T) { kerneltest.Check(t, rowCases()) }

func BenchmarkRows(b *testing.B) {
	kerneltest.Benchmark(b, []kerneltest.Case{
		{Name: "softmax 128x10", Kernel: softmax(10, false), Rows: []int{128}},
		{Name: "softmax 128x1000", Kernel: softmax(1000, false), Rows: []int{128}},
	})
}
