package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var sparseCategoricalCrossentropyEntry = Entry[Loss]{
	Name: "sparse_categorical_crossentropy", Aliases: []string{"SparseCategoricalCrossentropy"},
	Doc: "-log p of the target's class; for class numbers",
	New: func() Loss { return &sparseCategoricalCrossentropy{} },
}

type sparseCategoricalCrossentropy struct {
	FromLogits bool `arg:"from_logits" doc:"outputs are logits, not probabilities"`
}

func (*sparseCategoricalCrossentropy) Target(output ir.Shape) (ir.Type, int, error) {
	if err := classes("sparse_categorical_crossentropy", output); err != nil {
		return ir.Type{}, 0, err
	}
	last := len(output) - 1
	return ir.Type{Shape: output[:last], DType: ir.I32}, output[last], nil
}

// PerSample is log Σ exp x - x[class] on logits x. Probabilities are clipped,
// and their logarithms are the logits: so does Keras's TensorFlow back end.
func (l *sparseCategoricalCrossentropy) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	if !p.Valid() || !target.Valid() {
		return p
	}
	x, logits := n.Logits[p]
	if l.FromLogits && !logits {
		x, logits = p, true
	}
	if !logits {
		x = op.MapOf(n.B, scalar.Call("log", clip(scalar.Arg(0))), "log", p)
	}
	partition := op.LogSumExp(n.B, x, false, -1)
	picked := op.GatherAlong(n.B, x, target, len(target.Shape))
	return rows(n, op.Binary(n.B, "sub", partition, picked))
}
