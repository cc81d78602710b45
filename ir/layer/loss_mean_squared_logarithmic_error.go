package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var meanSquaredLogarithmicErrorEntry = Entry[Loss]{
	Name: "mean_squared_logarithmic_error", Aliases: []string{"MeanSquaredLogarithmicError", "msle", "MSLE"},
	Doc: "the mean of (log(1+p)-log(1+y))² over units, where what is below 0 counts as 0",
	New: func() Loss { return &meanSquaredLogarithmicError{} },
}

type meanSquaredLogarithmicError struct{ reduced }

func (*meanSquaredLogarithmicError) Target(output ir.Shape) (ir.Type, int, error) {
	return alike(output)
}

// PerSample is (log(1 + max(p, epsilon)) - log(1 + max(y, epsilon)))².
func (*meanSquaredLogarithmicError) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	log := func(i int) scalar.Expr {
		return scalar.Call("log1p", scalar.Call("max", scalar.Arg(i), scalar.Num(epsilon)))
	}
	error := op.MapOf(n.B, scalar.Call("sub", log(0), log(1)), "logarithmic error", p, like(n, target, p))
	return units(n, op.MapOf(n.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(0)), "squared error", error))
}
