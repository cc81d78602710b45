package asm

import (
	"fmt"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// softmax is that of rows of n; with numbers stored, the largest one and the sum
// of a row are kept, and the exponentials beside the results.
func softmax(n int, stored bool) *loop.Nest {
	x, y := arenaRows(n), arenaRows(n)
	e, top, sum := y, testBuffer(loop.Local, false), testBuffer(loop.Local, false)
	step := 0
	if stored {
		e, top, sum, step = arenaRows(n), arenaRows(), arenaRows(), 1
	}
	inner := []loop.Axis{testAxis(n)}
	return &loop.Nest{Outer: []loop.Axis{rowAxis(1)}, Body: []loop.Stmt{
		{Inner: inner, Dst: access(top, 0, step, 0), Reduce: loop.Max, Value: x0, Srcs: []loop.Access{access(x, 0, n, 1)}},
		{Inner: inner, Dst: access(e, 0, n, 1), Value: call("exp", call("sub", x0, x1)), Srcs: []loop.Access{access(x, 0, n, 1), access(top, 0, step, 0)}},
		{Inner: inner, Dst: access(sum, 0, step, 0), Reduce: loop.Sum, Value: x0, Srcs: []loop.Access{access(e, 0, n, 1)}},
		{Inner: inner, Dst: access(y, 0, n, 1), Value: call("div", x0, x1), Srcs: []loop.Access{access(e, 0, n, 1), access(sum, 0, step, 0)}, Word: "softmax"},
	}}
}

// layerNorm normalizes rows of n by their mean and variance.
func layerNorm(n int) *loop.Nest {
	x, y, gamma := arenaRows(n), arenaRows(n), testBuffer(loop.Param, false, n)
	mean, scale, centered := testBuffer(loop.Local, false), testBuffer(loop.Local, false), arenaRows(n)
	inner := []loop.Axis{testAxis(n)}
	size := scalar.Num(n)
	return &loop.Nest{Outer: []loop.Axis{rowAxis(1)}, Body: []loop.Stmt{
		{Inner: inner, Dst: access(mean, 0, 0, 0), Reduce: loop.Sum, Value: x0, Srcs: []loop.Access{access(x, 0, n, 1)}, Finish: call("div", x0, size)},
		{Inner: inner, Dst: access(centered, 0, n, 1), Value: call("sub", x0, x1), Srcs: []loop.Access{access(x, 0, n, 1), access(mean, 0, 0, 0)}},
		{Inner: inner, Dst: access(scale, 0, 0, 0), Reduce: loop.Sum, Value: call("mul", x0, x0), Srcs: []loop.Access{access(centered, 0, n, 1)}, Finish: call("div", x0, size)},
		{Dst: access(scale, 0, 0), Value: call("rsqrt", call("add", x0, scalar.Num(1e-3))), Srcs: []loop.Access{access(scale, 0, 0)}},
		{Inner: inner, Dst: access(y, 0, n, 1), Value: call("mul", call("mul", x0, x1), x2), Srcs: []loop.Access{access(centered, 0, n, 1), access(scale, 0, 0, 0), access(gamma, 0, 0, 1)}},
	}}
}

func rowCases() []kernelCase {
	var list []kernelCase
	for _, n := range append(widths(), 128, 300, 1000) {
		if n > 1 {
			list = append(list, kernelCase{name: fmt.Sprint("softmax ", n), kernel: softmax(n, n%2 == 0), rows: []int{1, 5}, tolerance: 1e-6})
		}
	}
	for _, n := range []int{3, 8, 16, 33, 67, 200} {
		list = append(list, kernelCase{name: fmt.Sprint("layer norm ", n), kernel: layerNorm(n), rows: []int{1, 4}, tolerance: 1e-4})
		dots := &loop.Nest{Outer: []loop.Axis{rowAxis(1), testAxis(3)}, Body: []loop.Stmt{{
			Inner: []loop.Axis{testAxis(n)}, Dst: access(arenaRows(3), 0, 3, 1, 0), Reduce: loop.Sum, Value: call("mul", x0, x1), Finish: call("neg", x0),
			Srcs: []loop.Access{access(arenaRows(3, n), 0, 3*n, n, 1), access(testBuffer(loop.Param, false, n), 0, 0, 0, 1)},
		}}}
		list = append(list, kernelCase{name: fmt.Sprint("dots ", n), kernel: dots, rows: []int{1, 4}, tolerance: 1e-5})
	}
	return list
}

func TestRows(t *testing.T) { checkKernels(t, rowCases()) }

func BenchmarkRows(b *testing.B) {
	benchKernels(b, []kernelCase{
		{name: "softmax 128x10", kernel: softmax(10, false), rows: []int{128}},
		{name: "softmax 128x1000", kernel: softmax(1000, false), rows: []int{128}},
	})
}
