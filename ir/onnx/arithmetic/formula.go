package arithmetic

import "github.com/nngen-go/nngen/ir/scalar"

// The words that formulas are written in: the operands, numbers and functions.
var (
	a0 scalar.Expr = scalar.Arg(0)
	a1 scalar.Expr = scalar.Arg(1)
	a2 scalar.Expr = scalar.Arg(2)
)

func num(v float64) scalar.Expr { return scalar.Num(v) }

func call(fn string, args ...scalar.Expr) scalar.Expr { return scalar.Call(fn, args...) }

// Truncated is x without its fraction.
func Truncated(x scalar.Expr) scalar.Expr {
	return call("select", call("ge", x, num(0)), call("floor", x), call("neg", call("floor", call("neg", x))))
}

// Rounded is x rounded to the nearest whole number, halves to the even one.
func Rounded(x scalar.Expr) scalar.Expr {
	down := call("floor", x)
	part := call("sub", x, down)
	odd := call("sub", down, call("mul", num(2), call("floor", call("mul", num(0.5), down))))
	up := call("select", call("eq", part, num(0.5)), odd, call("gt", part, num(0.5)))
	return call("add", down, up)
}

// Clipped is x between two bounds.
func Clipped(x scalar.Expr, low, high float64) scalar.Expr {
	return call("min", call("max", x, num(low)), num(high))
}
