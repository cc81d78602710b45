package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var categoricalCrossentropyEntry = Entry[Loss]{
	Name: "categorical_crossentropy", Aliases: []string{"CategoricalCrossentropy"},
	Doc: "-Σ y·log p over the classes; for one-hot targets",
	New: func() Loss { return &categoricalCrossentropy{} },
}

type categoricalCrossentropy struct {
	FromLogits     bool    `arg:"from_logits" doc:"outputs are logits, not probabilities"`
	LabelSmoothing float64 `arg:"label_smoothing,min=0,max=1" doc:"moves targets towards equal probabilities by this share"`
	classAxis
}

func (l *categoricalCrossentropy) Target(output ir.Shape) (ir.Type, int, error) {
	return l.oneHot("categorical_crossentropy", output)
}

// PerSample is Σ y·(log Σ exp x - x) on logits x; on probabilities these are
// first divided by their sum, then clipped.
func (l *categoricalCrossentropy) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	if !p.Valid() || !target.Valid() {
		return p
	}
	x, logits := n.Logits[p]
	if l.FromLogits && !logits {
		x, logits = p, true
	}
	count := float64(p.Shape[len(p.Shape)-1])
	soft := smooth(scalar.Arg(1), l.LabelSmoothing, 1/count)
	var e scalar.Expr
	var args []*ir.Value
	if logits {
		e = scalar.Call("mul", soft, scalar.Call("sub", scalar.Arg(2), scalar.Arg(0)))
		args = []*ir.Value{x, target, op.LogSumExp(n.B, x, true, l.at())}
	} else {
		share := clip(scalar.Call("div", scalar.Arg(0), scalar.Arg(2)))
		e = scalar.Call("neg", scalar.Call("mul", soft, scalar.Call("log", share)))
		args = []*ir.Value{p, target, op.Sum(n.B, p, true, l.at())}
	}
	return l.rows(n, op.Sum(n.B, op.MapOf(n.B, e, "categorical_crossentropy", args...), false, l.at()))
}
