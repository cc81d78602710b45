package asm

import (
	"fmt"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// dotCases are dense layers of one unit, with every tail of a register.
func dotCases() []kernelCase {
	var list []kernelCase
	sigmoid := scalar.Call("sigmoid", biased)
	for _, in := range []int{2, 3, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 65, 100, 257, 300, 784} {
		list = append(list, kernelCase{name: fmt.Sprintf("%d sigmoid", in), kernel: denseForward(in, 1, sigmoid), tolerance: 1e-5})
	}
	residual := denseForward(20, 1, scalar.Call("max", scalar.Call("mul", scalar.Call("add", biased, scalar.Arg(2)), scalar.Arg(3)), scalar.Num(0)))
	residual.Extra = append(residual.Extra, reading(rowsBuffer("h"), 1, 0, 0), reading(&loop.Buffer{Name: "share", Class: loop.Scalar}, 0, 0, 0))
	return append(list,
		kernelCase{name: "16", kernel: denseForward(16, 1, nil), tolerance: 1e-5},
		kernelCase{name: "20 residual", kernel: residual, tolerance: 1e-5},
		kernelCase{name: "5000", kernel: denseForward(5000, 1, biased), tolerance: 1e-4, rows: []int{1, 30}},
	)
}

// A convolution of one filter and one tap has a product for every pixel.
var pixelDots = kernelCase{name: "pixels", tolerance: 1e-5, kernel: &loop.Contract{
	M: []loop.Axis{{Name: "n", N: 12, Rows: true}}, K: axes("c", 37),
	Out: reading(rowsBuffer("y", 3, 4, 1), 1, 0), Lhs: reading(rowsBuffer("x", 3, 4, 37), 37, 1), Rhs: reading(matrix("w", 37), 0, 1),
	Epilogue: relued, Extra: []loop.Access{reading(matrix("b", 1), 0, 0)},
}}

func TestDot(t *testing.T) { checkKernels(t, append(dotCases(), pixelDots)) }

func BenchmarkDot(b *testing.B) {
	benchKernels(b, []kernelCase{
		{name: "16x1 sigmoid", kernel: denseForward(16, 1, scalar.Call("sigmoid", biased)), rows: []int{512}},
		{name: "784x1", kernel: denseForward(784, 1, biased), rows: []int{128}},
	})
}
