package nest_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/scalar"
)

// widths go through all remainders of a vector.
func widths() []int {
	var list []int
	for n := range 67 {
		list = append(list, n+1)
	}
	return list
}

func mapCases() []kerneltest.Case {
	var list []kerneltest.Case
	add := func(name string, k *loop.Nest, rows ...int) {
		list = append(list, kerneltest.Case{Name: name, Kernel: k, Rows: rows, Tolerance: 1e-6})
	}
	for _, n := range widths() {
		add(fmt.Sprint("relu gradient ", n), kerneltest.FlatMap(kerneltest.ReluSlope, n), 1, 3)
	}
	for _, n := range []int{4, 7, 9, 16, 23, 33, 64, 67, 131} {
		row, bias := kerneltest.ArenaRows(n), kerneltest.TestBuffer(loop.Param, false, n)
		axes := []loop.Axis{kerneltest.RowAxis(3), kerneltest.TestAxis(n)}
		e := kerneltest.Call("add", kerneltest.Call("mul", kerneltest.X0, kerneltest.X1), kerneltest.X1)
		add(fmt.Sprint("broadcast over rows ", n), kerneltest.MapOf(e, axes, kerneltest.Access(kerneltest.ArenaRows(3, n), 0, n, 1), kerneltest.Access(kerneltest.ArenaRows(3, n), 0, n, 1), kerneltest.Access(bias, 0, 0, 1)), 1, 5)
		add(fmt.Sprint("number of a row ", n), kerneltest.MapOf(kerneltest.Call("sub", kerneltest.X0, kerneltest.X1), []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(n)}, kerneltest.Access(row, 0, n, 1), kerneltest.Access(kerneltest.ArenaRows(n), 0, n, 1), kerneltest.Access(kerneltest.ArenaRows(), 0, 1, 0)), 1, 4)
		add(fmt.Sprint("slice ", n), kerneltest.MapOf(kerneltest.X0, []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(n)}, kerneltest.Access(row, 0, n, 1), kerneltest.Access(kerneltest.ArenaRows(n+5), 3, n+5, 1)), 1, 4)
		add(fmt.Sprint("three loops ", n), kerneltest.MapOf(kerneltest.Call("mul", kerneltest.X0, kerneltest.X1), []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(3), kerneltest.TestAxis(n)},
			kerneltest.Access(kerneltest.ArenaRows(5, n), n, 5*n, n, 1), kerneltest.Access(kerneltest.ArenaRows(3, n), 0, 3*n, n, 1), kerneltest.Access(kerneltest.ArenaRows(n), 0, n, 0, 1)), 1, 4)
		add(fmt.Sprint("parameters ", n), kerneltest.MapOf(kerneltest.Call("mul", kerneltest.X0, kerneltest.Call("sign", kerneltest.X1)), []loop.Axis{kerneltest.TestAxis(n)}, kerneltest.Access(kerneltest.TestBuffer(loop.Gradient, false, n), 0, 1),
			kerneltest.Access(kerneltest.TestBuffer(loop.Scalar, false), 0, 0), kerneltest.Access(bias, 0, 1)))
		sum := kerneltest.MapOf(kerneltest.X0, []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(n)}, kerneltest.Access(row, 0, n, 1), kerneltest.Access(kerneltest.ArenaRows(n), 0, n, 1))
		sum.Body[0].Accumulate = true
		add(fmt.Sprint("accumulate ", n), sum, 1, 4)
	}
	add("rows", kerneltest.MapOf(kerneltest.Call("log1p", kerneltest.Call("exp", kerneltest.Call("neg", kerneltest.Call("abs", kerneltest.X0)))), []loop.Axis{kerneltest.RowAxis(1)}, kerneltest.Access(kerneltest.ArenaRows(), 0, 1), kerneltest.Access(kerneltest.ArenaRows(), 0, 1)), 1, 2, 15, 16, 17, 100)
	add("count of rows", kerneltest.MapOf(kerneltest.Call("div", kerneltest.X0, kerneltest.Call("mul", scalar.Rows{}, scalar.Num(3))), []loop.Axis{kerneltest.TestAxis(9)}, kerneltest.Access(kerneltest.TestBuffer(loop.Arena, false, 9), 0, 1), kerneltest.Access(kerneltest.TestBuffer(loop.Arena, false, 9), 0, 1)))
	ints := kerneltest.ArenaRows(21)
	ints.Class, ints.DType = loop.Input, loop.I32
	list = append(list, kerneltest.Case{Name: "integers", Kernel: kerneltest.MapOf(kerneltest.Call("mul", kerneltest.X0, scalar.Num(0.5)), []loop.Axis{kerneltest.RowAxis(21)}, kerneltest.Access(kerneltest.ArenaRows(21), 0, 1), kerneltest.Access(ints, 0, 1)), Rows: []int{1, 5}, Limit: 1000})
	big := loop.Axis{Name: "d", N: 70000}
	add("many parameters", kerneltest.MapOf(kerneltest.Call("mul", kerneltest.X0, scalar.Num(0.5)), []loop.Axis{big}, kerneltest.Access(kerneltest.TestBuffer(loop.Gradient, false, 70000), 0, 1), kerneltest.Access(kerneltest.TestBuffer(loop.Param, false, 70000), 0, 1)))
	add("long rows", kerneltest.MapOf(kerneltest.Call("mul", kerneltest.X0, kerneltest.X1), []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(3), kerneltest.TestAxis(45000)},
		kerneltest.Access(kerneltest.ArenaRows(3, 45000), 0, 135000, 45000, 1), kerneltest.Access(kerneltest.ArenaRows(3, 45000), 0, 135000, 45000, 1), kerneltest.Access(kerneltest.ArenaRows(45000), 0, 45000, 0, 1)), 1)
	for _, n := range []int{4, 5, 16, 37, 64, 100, 1600} {
		list = append(list, dropoutCase(n, 0))
	}
	k := dropoutCase(37, 0).Kernel.(*loop.Nest)
	k.Body[0].Value = kerneltest.Call("select", kerneltest.Call("gt", kerneltest.X2, scalar.Num(0)), k.Body[0].Value, scalar.Num(0))
	k.Body[0].Srcs = append(k.Body[0].Srcs, kerneltest.Access(kerneltest.ArenaRows(37), 0, 1))
	return append(list, dropoutCase(20, 8), kerneltest.Case{Name: "gradient of dropout and relu", Kernel: k, Rows: []int{1, 9}, Plain: true})
}

// dropoutCase keeps half of the elements of rows, drawn from element offset on.
func dropoutCase(n, offset int) kerneltest.Case {
	random := &loop.Buffer{Name: "drop", Class: loop.Random, Rows: true, Shape: []int{n + offset}}
	keep := kerneltest.Call("select", kerneltest.Call("ge", kerneltest.X0, scalar.Num(0.5)), kerneltest.Call("mul", kerneltest.X1, scalar.Num(2)), scalar.Num(0))
	k := kerneltest.MapOf(keep, []loop.Axis{kerneltest.RowAxis(n)}, kerneltest.Access(kerneltest.ArenaRows(n), 0, 1), kerneltest.Access(random, 0, 1), kerneltest.Access(kerneltest.ArenaRows(n), 0, 1))
	if offset > 0 {
		k = kerneltest.MapOf(keep, []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(n)}, kerneltest.Access(kerneltest.ArenaRows(n), 0, n, 1), kerneltest.Access(random, offset, n+offset, 1), kerneltest.Access(kerneltest.ArenaRows(n), 0, n, 1))
	}
	return kerneltest.Case{Name: fmt.Sprintf("dropout %d from %d", n, offset), Kernel: k, Rows: []int{1, 2, 9}, Value: func(*loop.Buffer, int, *rand.Rand) float64 { return 1 }}
}

func TestMaps(t *testing.T) { kerneltest.Check(t, mapCases()) }

// TestUniform compares the very numbers that are drawn.
func TestUniform(t *testing.T) {
	random := &loop.Buffer{Name: "drop", Class: loop.Random, Rows: true, Shape: []int{70}}
	kerneltest.Check(t, []kerneltest.Case{{Name: "uniform", Kernel: kerneltest.MapOf(kerneltest.X0, []loop.Axis{kerneltest.RowAxis(70)}, kerneltest.Access(kerneltest.ArenaRows(70), 0, 1), kerneltest.Access(random, 0, 1)), Rows: []int{1, 3, 20}}})
}

func TestMapsLeftToGo(t *testing.T) {
	for name, k := range map[string]*loop.Nest{
		"transposed": kerneltest.MapOf(kerneltest.X0, []loop.Axis{kerneltest.TestAxis(8), kerneltest.TestAxis(9)}, kerneltest.Access(kerneltest.TestBuffer(loop.Gradient, false, 72), 0, 9, 1), kerneltest.Access(kerneltest.TestBuffer(loop.Param, false, 72), 0, 1, 8)),
		"one number": kerneltest.MapOf(kerneltest.X0, nil, kerneltest.Access(kerneltest.TestBuffer(loop.Arena, false), 0), kerneltest.Access(kerneltest.TestBuffer(loop.Arena, false), 0)),
	} {
		if b, err := kernel.Bodies(driver.NewUnit(machine.Server()), driver.Request{Name: "k", Kernel: k, Operands: kerneltest.OperandsOf(k)}); b != nil || err != nil {
			t.Errorf("%s: %v, %v", name, b, err)
		}
	}
}

func BenchmarkMaps(b *testing.B) {
	kerneltest.Benchmark(b, []kerneltest.Case{
		{Name: "rescale 128x784", Kernel: kerneltest.FlatMap(kerneltest.Call("mul", kerneltest.X0, scalar.Num(1.0/255)), 784), Rows: []int{128}},
		{Name: "relu gradient 128x512", Kernel: kerneltest.FlatMap(kerneltest.ReluSlope, 512), Rows: []int{128}},
		{Name: "exp 4096", Kernel: kerneltest.FlatMap(kerneltest.Call("exp", kerneltest.X0), 4096), Rows: []int{1}},
		{Name: "dropout 128x1600", Kernel: dropoutCase(1600, 0).Kernel, Rows: []int{128}},
	})
}

// TestManyOperands: what has no room is left to Go, and never fails later, when
// registers are allotted.
func TestManyOperands(t *testing.T) {
	const n = 37
	for count := 1; count <= 14; count++ {
		e := scalar.Expr(kerneltest.X0)
		for i := 1; i < count; i++ {
			e = kerneltest.Call("add", e, kerneltest.Call("mul", scalar.Arg(i), kerneltest.X0))
		}
		srcs := func(strides ...int) []loop.Access {
			var list []loop.Access
			for range count {
				list = append(list, kerneltest.Access(kerneltest.ArenaRows(3, n), 0, strides...))
			}
			return list
		}
		kernels := map[string]*loop.Nest{
			"flat": kerneltest.MapOf(e, []loop.Axis{kerneltest.RowAxis(3 * n)}, kerneltest.Access(kerneltest.ArenaRows(3, n), 0, 1), srcs(1)...),
			"runs": kerneltest.MapOf(e, []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(3), kerneltest.TestAxis(n)}, kerneltest.Access(kerneltest.ArenaRows(3, n), 0, 3*n, n, 1), append(srcs(3*n, n, 1)[1:], kerneltest.Access(kerneltest.ArenaRows(n), 0, n, 0, 1))...),
			"columns": {Outer: []loop.Axis{kerneltest.TestAxis(n)}, Body: []loop.Stmt{{
				Inner: []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(3)}, Dst: kerneltest.Access(kerneltest.TestBuffer(loop.Gradient, false, n), 0, 1, 0, 0), Reduce: loop.Sum, Value: e, Srcs: srcs(1, 3*n, n),
			}}},
			"rows": {Outer: []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(3)}, Body: []loop.Stmt{{
				Inner: []loop.Axis{kerneltest.TestAxis(n)}, Dst: kerneltest.Access(kerneltest.ArenaRows(3), 0, 3, 1, 0), Reduce: loop.Max, Value: e, Srcs: srcs(3*n, n, 1),
			}}},
			"total": {Body: []loop.Stmt{{
				Inner: []loop.Axis{kerneltest.RowAxis(9 * n)}, Dst: kerneltest.Access(kerneltest.TestBuffer(loop.Arena, false), 0, 0), Reduce: loop.Sum, Value: e, Srcs: srcs(1),
			}}},
		}
		for name, k := range kernels {
			u := driver.NewUnit(machine.Server())
			b, err := kernel.Bodies(u, driver.Request{Name: "k", Kernel: k, Operands: kerneltest.OperandsOf(k)})
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
