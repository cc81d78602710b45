package arithmetic

import (
	"github.com/nngen-go/nngen/ir/scalar"
)

// Truncated is x without its fraction.
func Truncated(x scalar.Expr) scalar.Expr {
	return scalar.Call("select", scalar.Call("ge", x, scalar.Num(0)), scalar.Call("floor", x), scalar.Call("neg", scalar.Call("floor", scalar.Call("neg", x))))
}

// Rounded is x rounded to the nearest whole number, halves to the even one.
func Rounded(x scalar.Expr) scalar.Expr {
	down := scalar.Call("floor", x)
	part := scalar.Call("sub", x, down)
	odd := scalar.Call("sub", down, scalar.Call("mul", scalar.Num(2), scalar.Call("floor", scalar.Call("mul", scalar.Num(0.5), down))))
	up := scalar.Call("select", scalar.Call("eq", part, scalar.Num(0.5)), odd, scalar.Call("gt", part, scalar.Num(0.5)))
	return scalar.Call("add", down, up)
}

// Clipped is x between two bounds.
func Clipped(x scalar.Expr, low, high float64) scalar.Expr {
	return scalar.Call("min", scalar.Call("max", x, scalar.Num(low)), scalar.Num(high))
}
