package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var categoricalHingeEntry = Entry[Loss]{
	Name: "categorical_hinge", Aliases: []string{"CategoricalHinge"},
	Doc: "max(1 + the largest output of another class - the output of the target's class, 0); for one-hot targets",
	New: func() Loss { return &categoricalHinge{} },
}

type categoricalHinge struct{ reduced }

func (*categoricalHinge) Target(output ir.Shape) (ir.Type, int, error) {
	return (&classAxis{}).oneHot("categorical_hinge", output)
}

// PerSample is max(max((1-y)·p) - Σ y·p + 1, 0).
func (*categoricalHinge) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	product := op.Binary(n.B, "mul", target, p)
	others := op.MapOf(n.B, scalar.Call("mul", scalar.Call("sub", scalar.Num(1), scalar.Arg(1)), scalar.Arg(0)), "other classes", p, target)
	margin := scalar.Call("add", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), scalar.Num(1))
	return rows(n, op.MapOf(n.B, scalar.Call("max", margin, scalar.Num(0)), "categorical_hinge", op.Max(n.B, others, false, -1), op.Sum(n.B, product, false, -1)))
}
