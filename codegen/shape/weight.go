package shape

import "github.com/nngen-go/nngen/ir/scalar"

// Weight is how many multiply-adds take about as long as an expression.
func Weight(e scalar.Expr) int {
	a, ok := e.(scalar.Apply)
	if !ok {
		return 0
	}
	n := 1
	switch a.Fn {
	case "div", "sqrt", "rsqrt":
		n = 8
	case "exp", "expm1", "log", "log1p", "sigmoid", "tanh", "erf":
		n = 20
	case "pow":
		n = 80
	}
	for _, x := range a.Args {
		n += Weight(x)
	}
	return n
}
