package op

import (
	"math"

	"github.com/nngen-go/nngen/ir/scalar"
)

// gatedScalars are rows of [Scalars] that are products and differences of others,
// and those that are cut off. What slope a kink has is as in TensorFlow's gradients
// of relu6, clip_by_value and where.
func gatedScalars() map[string]ScalarFunc {
	x, y := scalar.Expr(scalar.Arg(0)), scalar.Expr(scalar.Arg(1))
	num := func(v float64) scalar.Expr { return scalar.Num(v) }
	call := scalar.Call
	zero, one := num(0), num(1)
	// hard is hard_sigmoid of x.
	hard := call("div", call("min", call("max", call("add", x, num(3)), zero), num(6)), num(6))
	half := call("mul", num(0.5), call("add", x, one))
	return map[string]ScalarFunc{
		"hard_silu": {
			call("mul", x, hard),
			call("add", hard, call("select", call("gt", hard, zero), call("select", call("lt", hard, one), call("div", x, num(6)), zero), zero)),
		},
		"hard_tanh": {
			call("max", call("min", x, one), num(-1)),
			call("select", call("eq", x, y), one, zero),
		},
		"log_sigmoid": {
			call("sub", call("min", x, zero), call("log1p", call("exp", call("neg", call("abs", x))))),
			call("sigmoid", call("neg", x)),
		},
		"sparse_plus": {
			call("select", call("le", x, num(-1)), zero, call("select", call("lt", x, one), call("mul", half, half), x)),
			call("select", call("le", x, num(-1)), zero, call("select", call("lt", x, one), half, one)),
		},
		"sparse_sigmoid": {
			call("select", call("le", x, num(-1)), zero, call("select", call("ge", x, one), one, half)),
			call("select", call("gt", y, zero), call("select", call("lt", y, one), num(0.5), zero), zero),
		},
		"tanh_shrink": {
			call("sub", x, call("tanh", x)),
			call("mul", call("tanh", x), call("tanh", x)),
		},
	}
}

// CeluExpr is x where x > 0, alpha·(exp(x/alpha)-1) elsewhere; alpha is not 0.
func CeluExpr(alpha float64) scalar.Expr {
	x, zero := scalar.Arg(0), scalar.Num(0)
	tail := scalar.Call("mul", scalar.Num(alpha), scalar.Call("expm1", scalar.Call("div", scalar.Call("min", x, zero), scalar.Num(alpha))))
	return scalar.Call("select", scalar.Call("gt", x, zero), x, tail)
}

// SquareplusExpr is (x+r)/2 with r = √(x²+b), of a positive b. Below 0, where the sum
// loses its digits, it is b/2/(r-x), which is the same. Where the square would be
// infinite, r is |x|.
func SquareplusExpr(b float64) scalar.Expr {
	x, call := scalar.Arg(0), scalar.Call
	root := call("sqrt", call("add", call("mul", x, x), scalar.Num(b)))
	r := call("select", call("gt", call("abs", x), scalar.Num(1e9*math.Sqrt(b))), call("abs", x), root)
	return call("select", call("gt", x, scalar.Num(0)), call("mul", scalar.Num(0.5), call("add", x, r)), call("div", scalar.Num(b/2), call("sub", r, x)))
}
