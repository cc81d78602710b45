package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var meanAbsoluteErrorEntry = Entry[Loss]{
	Name: "mean_absolute_error", Aliases: []string{"MeanAbsoluteError", "mae", "MAE"},
	Doc: "the mean of |p-y| over units",
	New: func() Loss { return &meanAbsoluteError{} },
}

type meanAbsoluteError struct{ reduced }

func (*meanAbsoluteError) Target(output ir.Shape) (ir.Type, int, error) { return alike(output) }

func (*meanAbsoluteError) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	error := scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))
	return units(n, op.MapOf(n.B, scalar.Call("abs", error), "absolute error", p, like(n, target, p)))
}
