package contract_test

import (
	"fmt"
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// dotCases are dense layers of one unit, with every tail of a register.
func dotCases() []kerneltest.Case {
	var list []kerneltest.Case
	sigmoid := scalar.Call("sigmoid", biased)
	for _, in := range []int{2, 3, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 65, 100, 257, 300, 784} {
		list = append(list, kerneltest.Case{Name: fmt.Sprintf("%d sigmoid", in), Kernel: denseForward(in, 1, sigmoid), Tolerance: 1e-5})
	}
	residual := denseForward(20, 1, scalar.Call("max", scalar.Call("mul", scalar.Call("add", biased, scalar.Arg(2)), scalar.Arg(3)), scalar.Num(0)))
	residual.Extra = append(residual.Extra, reading(rowsBuffer("h"), 1, 0, 0), reading(&loop.Buffer{Name: "share", Class: loop.Scalar}, 0, 0, 0))
	return append(list,
		kerneltest.Case{Name: "16", Kernel: denseForward(16, 1, nil), Tolerance: 1e-5},
		kerneltest.Case{Name: "20 residual", Kernel: residual, Tolerance: 1e-5},
		kerneltest.Case{Name: "5000", Kernel: denseForward(5000, 1, biased), Tolerance: 1e-4, Rows: []int{1, 30}},
	)
}

// A convolution of one filter and one tap has a product for every pixel.
var pixelDots = kerneltest.Case{Name: "pixels", Tolerance: 1e-5, Kernel: &loop.Contract{
	M: []loop.Axis{{Name: "n", N: 12, Rows: true}}, K: axes("c", 37),
	Out: reading(rowsBuffer("y", 3, 4, 1), 1, 0), Lhs: reading(rowsBuffer("x", 3, 4, 37), 37, 1), Rhs: reading(matrix("w", 37), 0, 1),
	Epilogue: relued, Extra: []loop.Access{reading(matrix("b", 1), 0, 0)},
}}

func TestDot(t *testing.T) { kerneltest.Check(t, append(dotCases(), pixelDots)) }

func BenchmarkDot(b *testing.B) {
	kerneltest.Benchmark(b, []kerneltest.Case{
		{Name: "16x1 sigmoid", Kernel: denseForward(16, 1, scalar.Call("sigmoid", biased)), Rows: []int{512}},
		{Name: "784x1", Kernel: denseForward(784, 1, biased), Rows: []int{128}},
	})
}
