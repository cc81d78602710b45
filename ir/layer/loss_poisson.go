package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var poissonEntry = Entry[Loss]{
	Name: "poisson", Aliases: []string{"Poisson"},
	Doc: "p - y·log p, the mean over units: of the rate p of a Poisson distribution; for counts and outputs above 0",
	New: func() Loss { return &poisson{} },
}

type poisson struct{ reduced }

func (*poisson) Target(output ir.Shape) (ir.Type, int, error) { return alike(output) }

// PerSample is p - y·log(p + epsilon).
func (*poisson) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	log := scalar.Call("log", scalar.Call("add", scalar.Arg(0), scalar.Num(epsilon)))
	e := scalar.Call("sub", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), log))
	return units(n, op.MapOf(n.B, e, "poisson", p, like(n, target, p)))
}
