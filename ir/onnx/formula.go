package onnx

import (
	"github.com/nngen-go/nngen/ir/scalar"
)

// truncated is x without its fraction.
func truncated(x scalar.Expr) scalar.Expr {
	return scalar.Call("select", scalar.Call("ge", x, scalar.Num(0)), scalar.Call("floor", x), scalar.Call("neg", scalar.Call("floor", scalar.Call("neg", x))))
}

// rounded is x rounded to the nearest whole number, halves to the even one.
func rounded(x scalar.Expr) scalar.Expr {
	down := scalar.Call("floor", x)
	part := scalar.Call("sub", x, down)
	odd := scalar.Call("sub", down, scalar.Call("mul", scalar.Num(2), scalar.Call("floor", scalar.Call("mul", scalar.Num(0.5), down))))
	up := scalar.Call("select", scalar.Call("eq", part, scalar.Num(0.5)), odd, scalar.Call("gt", part, scalar.Num(0.5)))
	return scalar.Call("add", down, up)
}

// clipped is x between two bounds.
func clipped(x scalar.Expr, low, high float64) scalar.Expr {
	return scalar.Call("min", scalar.Call("max", x, scalar.Num(low)), scalar.Num(high))
}
