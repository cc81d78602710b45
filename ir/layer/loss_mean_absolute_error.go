package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

var meanAbsoluteErrorEntry = Entry[Loss]{
	Name: "mean_absolute_error", Aliases: []string{"MeanAbsoluteError", "mae", "MAE"},
	Doc: "the mean of |p-y| over units",
	New: func() Loss { return &meanAbsoluteError{} },
}

type meanAbsoluteError struct{}

func (*meanAbsoluteError) Target(output ir.Shape) (ir.Type, int, error) { return alike(output) }

func (*meanAbsoluteError) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	error := loop.Call("sub", loop.Arg(0), loop.Arg(1))
	return rows(n, op.MapOf(n.B, loop.Call("abs", error), "absolute error", p, like(n, target, p)))
}
