package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var generalizedCrossEntropyEntry = Entry[Loss]{
	Name: "categorical_generalized_cross_entropy", Aliases: []string{"CategoricalGeneralizedCrossEntropy"},
	Doc: "(1 - p^q)/q of the probability p of the target's class, which wrong labels harm less (Zhang and Sabuncu, 2018); for class numbers",
	New: func() Loss { return &generalizedCrossEntropy{Q: 0.5} },
}

type generalizedCrossEntropy struct {
	Q float64 `arg:"q,above=0,below=1" doc:"near 0 as sparse_categorical_crossentropy, near 1 as the absolute error"`
	reduced
}

func (*generalizedCrossEntropy) Target(output ir.Shape) (ir.Type, int, error) {
	return classNumbers("categorical_generalized_cross_entropy", output)
}

func (l *generalizedCrossEntropy) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	if !p.Valid() || !target.Valid() {
		return p
	}
	picked := op.GatherAlong(n.B, p, target, len(target.Shape))
	e := scalar.Call("div", scalar.Call("sub", scalar.Num(1), power(scalar.Arg(0), l.Q)), scalar.Num(l.Q))
	return rows(n, op.MapOf(n.B, e, "generalized crossentropy", picked))
}
