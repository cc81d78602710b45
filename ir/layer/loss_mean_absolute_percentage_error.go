package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var meanAbsolutePercentageErrorEntry = Entry[Loss]{
	Name: "mean_absolute_percentage_error", Aliases: []string{"MeanAbsolutePercentageError", "mape", "MAPE"},
	Doc: "the mean of 100·|y-p|/|y| over units; for targets away from 0",
	New: func() Loss { return &meanAbsolutePercentageError{} },
}

type meanAbsolutePercentageError struct{ reduced }

func (*meanAbsolutePercentageError) Target(output ir.Shape) (ir.Type, int, error) {
	return alike(output)
}

// PerSample is 100·|(y-p)/max(|y|, epsilon)|.
func (*meanAbsolutePercentageError) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	size := scalar.Call("max", scalar.Call("abs", scalar.Arg(1)), scalar.Num(epsilon))
	share := scalar.Call("div", scalar.Call("sub", scalar.Arg(1), scalar.Arg(0)), size)
	e := scalar.Call("mul", scalar.Num(100), scalar.Call("abs", share))
	return units(n, op.MapOf(n.B, e, "percentage error", p, like(n, target, p)))
}
