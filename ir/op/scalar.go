package op

import (
	"maps"
	"math"

	"github.com/nngen-go/nngen/ir/scalar"
)

// ScalarFunc is one activation: Expr of x = Arg(0), and its derivative, in x =
// Arg(0) and y = Arg(1), the result. Derivatives at kinks are those of
// TensorFlow's gradient kernels, which Keras trains with.
type ScalarFunc struct {
	Expr, Grad scalar.Expr
}

// Scalars is the table of activations by Keras's name; formulas and constants
// are those of Keras 3, activations/activations.py. Every row is stable: for any
// finite float32 x neither the value nor the derivative overflows where the true
// one does not.
var Scalars = scalars()

// Constants of Klambauer et al. 2017, "Self-Normalizing Neural Networks".
const (
	SeluAlpha = 1.6732632423543772848170429916717
	SeluScale = 1.0507009873554804934193349852946
)

func scalars() map[string]ScalarFunc {
	x, y := scalar.Expr(scalar.Arg(0)), scalar.Expr(scalar.Arg(1))
	num := func(v float64) scalar.Expr { return scalar.Num(v) }
	call := scalar.Call
	zero, one := num(0), num(1)

	// softplus is max(x, 0) + log1p(exp(-|x|)): exp never overflows.
	softplus := call("add", call("max", x, zero), call("log1p", call("exp", call("neg", call("abs", x)))))
	// normal is the standard normal distribution function of x.
	normal := call("mul", num(0.5), call("add", one, call("erf", call("mul", x, num(1/math.Sqrt2)))))
	density := call("mul", num(1/math.Sqrt(2*math.Pi)), call("exp", call("mul", num(-0.5), call("mul", x, x))))
	// inner is √(2/π)·(x + 0.044715·x³), of Hendrycks and Gimpel 2016.
	inner := call("mul", num(math.Sqrt(2/math.Pi)), call("add", x, call("mul", num(0.044715), call("mul", x, call("mul", x, x)))))
	innerSlope := call("mul", num(math.Sqrt(2/math.Pi)), call("add", one, call("mul", num(3*0.044715), call("mul", x, x))))
	bump := call("sub", one, call("mul", call("tanh", inner), call("tanh", inner)))
	// gate is tanh(softplus(x)), of Misra 2019.
	gate := call("tanh", softplus)

	rows := map[string]ScalarFunc{
		"linear":  {x, one},
		"relu":    {call("max", x, zero), call("gt", y, zero)},
		"relu6":   {call("min", call("max", x, zero), num(6)), call("select", call("gt", y, zero), call("lt", y, num(6)), zero)},
		"sigmoid": {call("sigmoid", x), call("mul", y, call("sub", one, y))},
		"tanh":    {call("tanh", x), call("sub", one, call("mul", y, y))},
		"elu":     {EluExpr(1), call("select", call("lt", y, zero), call("add", y, one), one)},
		"selu": {
			call("select", call("gt", x, zero), call("mul", num(SeluScale), x),
				call("mul", num(SeluScale*SeluAlpha), call("expm1", call("min", x, zero)))),
			call("select", call("lt", y, zero), call("add", y, num(SeluScale*SeluAlpha)), num(SeluScale)),
		},
		"gelu": {call("mul", x, normal), call("add", normal, call("mul", x, density))},
		"gelu_tanh": {
			call("mul", call("mul", num(0.5), x), call("add", one, call("tanh", inner))),
			call("add", call("mul", num(0.5), call("add", one, call("tanh", inner))),
				// Where tanh is saturated, x·slope may be infinite: the product is 0.
				call("select", call("gt", bump, zero), call("mul", call("mul", num(0.5), x), call("mul", bump, innerSlope)), zero)),
		},
		"silu": {
			call("mul", x, call("sigmoid", x)),
			call("add", call("sigmoid", x), call("mul", y, call("sub", one, call("sigmoid", x)))),
		},
		"softplus": {softplus, call("sigmoid", x)},
		"softsign": {
			call("div", x, call("add", one, call("abs", x))),
			call("mul", call("sub", one, call("abs", y)), call("sub", one, call("abs", y))),
		},
		"exponential": {call("exp", x), y},
		"leaky_relu":  {LeakyReluExpr(0.2), call("select", call("gt", x, zero), one, num(0.2))},
		"hard_sigmoid": {
			call("div", call("min", call("max", call("add", x, num(3)), zero), num(6)), num(6)),
			call("select", call("gt", y, zero), call("select", call("lt", y, one), num(1.0/6), zero), zero),
		},
		"mish": {
			call("mul", x, gate),
			call("add", gate, call("mul", call("mul", x, call("sigmoid", x)), call("sub", one, call("mul", gate, gate)))),
		},
	}
	maps.Copy(rows, gatedScalars())
	return rows
}

// EluExpr is x where x > 0, alpha·(exp(x)-1) elsewhere; Keras's alpha is 1.
func EluExpr(alpha float64) scalar.Expr {
	x, zero := scalar.Arg(0), scalar.Num(0)
	tail := scalar.Call("mul", scalar.Num(alpha), scalar.Call("expm1", scalar.Call("min", x, zero)))
	return scalar.Call("select", scalar.Call("gt", x, zero), x, tail)
}

// LeakyReluExpr is x where x > 0, slope·x elsewhere; Keras's negative_slope is
// 0.2 for the activation by name.
func LeakyReluExpr(slope float64) scalar.Expr {
	x := scalar.Arg(0)
	return scalar.Call("select", scalar.Call("gt", x, scalar.Num(0)), x, scalar.Call("mul", scalar.Num(slope), x))
}
