package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var meanSquaredErrorEntry = Entry[Loss]{
	Name: "mean_squared_error", Aliases: []string{"MeanSquaredError", "mse", "MSE"},
	Doc: "the mean of (p-y)² over units",
	New: func() Loss { return &meanSquaredError{} },
}

type meanSquaredError struct{ reduced }

func (*meanSquaredError) Target(output ir.Shape) (ir.Type, int, error) { return alike(output) }

func (*meanSquaredError) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	error := scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))
	return units(n, op.MapOf(n.B, scalar.Call("mul", error, error), "squared error", p, like(n, target, p)))
}
