package layer

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var logCoshEntry = Entry[Loss]{
	Name: "log_cosh", Aliases: []string{"LogCosh", "logcosh"},
	Doc: "log(cosh(p-y)), the mean over units: half the squared error of small errors, and the absolute error less log 2 of large ones",
	New: func() Loss { return &logCosh{} },
}

type logCosh struct{ reduced }

func (*logCosh) Target(output ir.Shape) (ir.Type, int, error) { return alike(output) }

// PerSample is x + softplus(-2x) - log 2 of the error x, which overflows nowhere.
func (*logCosh) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	y := like(n, target, p)
	twice := op.MapOf(n.B, scalar.Call("mul", scalar.Num(-2), scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))), "error", p, y)
	error := scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))
	e := scalar.Call("sub", scalar.Call("add", error, scalar.Arg(2)), scalar.Num(math.Ln2))
	return units(n, op.MapOf(n.B, e, "log_cosh", p, y, op.Unary(n.B, "softplus", twice)))
}
