package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var klDivergenceEntry = Entry[Loss]{
	Name: "kl_divergence", Aliases: []string{"KLDivergence", "kld", "KLD", "kullback_leibler_divergence"},
	Doc: "Σ y·log(y/p) over units (Kullback and Leibler, 1951); for targets and outputs that are distributions",
	New: func() Loss { return &klDivergence{} },
}

type klDivergence struct{ reduced }

func (*klDivergence) Target(output ir.Shape) (ir.Type, int, error) { return vectors(output) }

// PerSample is Σ y·log(y/p), both cut off to lie in [epsilon, 1].
func (*klDivergence) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	cut := func(i int) scalar.Expr {
		return scalar.Call("min", scalar.Call("max", scalar.Arg(i), scalar.Num(epsilon)), scalar.Num(1))
	}
	e := scalar.Call("mul", cut(1), scalar.Call("log", scalar.Call("div", cut(1), cut(0))))
	return rows(n, op.Sum(n.B, op.MapOf(n.B, e, "kl_divergence", p, like(n, target, p)), false, -1))
}
