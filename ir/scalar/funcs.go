package scalar

import "math"

// Func is one base function of the scalar language. Emitters know these and
// nothing else; activations are written with them (package op, scalar.go).
type Func struct {
	Arity int
	Eval  func(x []float64) float64
	// Diff is the partial derivative by argument i, given the arguments and
	// the application y itself; nil where it is zero almost everywhere, and for
	// the functions that choose between arguments, which the function Diff knows.
	Diff func(i int, x []Expr, y Expr) Expr
}

func unary(f func(float64) float64, d func(x, y Expr) Expr) Func {
	fn := Func{Arity: 1, Eval: func(x []float64) float64 { return f(x[0]) }}
	if d != nil {
		fn.Diff = func(_ int, x []Expr, y Expr) Expr { return d(x[0], y) }
	}
	return fn
}

func compare(f func(a, b float64) bool) Func {
	return Func{Arity: 2, Eval: func(x []float64) float64 {
		if f(x[0], x[1]) {
			return 1
		}
		return 0
	}}
}

// Funcs is the table of base functions. Comparisons give 1 or 0 and stand as
// the condition of select; select(c, a, b) is a where c is not 0.
var Funcs map[string]Func

// Derivatives build expressions with Call, which folds constants through the
// table itself: hence init, where a composite literal would be a cycle.
func init() {
	Funcs = map[string]Func{
		"add": {2, func(x []float64) float64 { return x[0] + x[1] }, func(int, []Expr, Expr) Expr { return Num(1) }},
		"sub": {2, func(x []float64) float64 { return x[0] - x[1] }, func(i int, _ []Expr, _ Expr) Expr { return Num(1 - 2*i) }},
		"mul": {2, func(x []float64) float64 { return x[0] * x[1] }, func(i int, x []Expr, _ Expr) Expr { return x[1-i] }},
		"div": {2, func(x []float64) float64 { return x[0] / x[1] }, func(i int, x []Expr, y Expr) Expr {
			if i == 0 {
				return Call("div", Num(1), x[1])
			}
			return Call("neg", Call("div", y, x[1]))
		}},
		// The derivative of these and of select is that of the branch taken: see Diff.
		"max": {2, func(x []float64) float64 { return max(x[0], x[1]) }, nil},
		"min": {2, func(x []float64) float64 { return min(x[0], x[1]) }, nil},
		"pow": {2, func(x []float64) float64 { return math.Pow(x[0], x[1]) }, func(i int, x []Expr, y Expr) Expr {
			if i == 0 {
				return Call("mul", x[1], Call("pow", x[0], Call("sub", x[1], Num(1))))
			}
			return Call("mul", y, Call("log", x[0]))
		}},
		"select": {3, func(x []float64) float64 {
			if x[0] != 0 {
				return x[1]
			}
			return x[2]
		}, nil},

		"neg":   unary(func(x float64) float64 { return -x }, func(Expr, Expr) Expr { return Num(-1) }),
		"abs":   unary(math.Abs, func(x, _ Expr) Expr { return Call("sign", x) }),
		"sign":  unary(sign, nil),
		"floor": unary(math.Floor, nil),
		"exp":   unary(math.Exp, func(_, y Expr) Expr { return y }),
		"expm1": unary(math.Expm1, func(_, y Expr) Expr { return Call("add", y, Num(1)) }),
		"log":   unary(math.Log, func(x, _ Expr) Expr { return Call("div", Num(1), x) }),
		"log1p": unary(math.Log1p, func(x, _ Expr) Expr { return Call("div", Num(1), Call("add", Num(1), x)) }),
		"sqrt":  unary(math.Sqrt, func(_, y Expr) Expr { return Call("div", Num(0.5), y) }),
		"rsqrt": unary(func(x float64) float64 { return 1 / math.Sqrt(x) }, func(x, y Expr) Expr {
			return Call("mul", Num(-0.5), Call("div", y, x))
		}),
		"tanh": unary(math.Tanh, func(_, y Expr) Expr { return Call("sub", Num(1), Call("mul", y, y)) }),
		"sigmoid": unary(sigmoid, func(_, y Expr) Expr {
			return Call("mul", y, Call("sub", Num(1), y))
		}),
		"erf": unary(math.Erf, func(x, _ Expr) Expr {
			return Call("mul", Num(2/math.SqrtPi), Call("exp", Call("neg", Call("mul", x, x))))
		}),

		"eq": compare(func(a, b float64) bool { return a == b }),
		"lt": compare(func(a, b float64) bool { return a < b }),
		"le": compare(func(a, b float64) bool { return a <= b }),
		"gt": compare(func(a, b float64) bool { return a > b }),
		"ge": compare(func(a, b float64) bool { return a >= b }),
	}
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x // ±0 and NaN
}

// sigmoid avoids the overflow of exp(-x) for large negative x.
func sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}
