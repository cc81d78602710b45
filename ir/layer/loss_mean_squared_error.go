package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

var meanSquaredErrorEntry = Entry[Loss]{
	Name: "mean_squared_error", Aliases: []string{"MeanSquaredError", "mse", "MSE"},
	Doc: "the mean of (p-y)² over units",
	New: func() Loss { return &meanSquaredError{} },
}

type meanSquaredError struct{}

func (*meanSquaredError) Target(output ir.Shape) (ir.Type, int, error) { return alike(output) }

func (*meanSquaredError) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	error := loop.Call("sub", loop.Arg(0), loop.Arg(1))
	return rows(n, op.MapOf(n.B, loop.Call("mul", error, error), "squared error", p, like(n, target, p)))
}
