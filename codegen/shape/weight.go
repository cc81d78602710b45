package shape

import (
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

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

// RowCost is what the statements of a row take for each of its elements: in
// multiply-adds, and the bytes that they touch.
func RowCost(body []loop.Stmt) (mulAdds, bytes int) {
	for _, s := range body {
		mulAdds += 1 + Weight(s.Value)
		bytes += 4 * (1 + len(s.Srcs))
	}
	return mulAdds, bytes
}
