package layer

import (
	"fmt"

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
}

func (*categoricalCrossentropy) Target(output ir.Shape) (ir.Type, int, error) {
	if err := classes("categorical_crossentropy", output); err != nil {
		return ir.Type{}, 0, err
	}
	return ir.Type{Shape: output, DType: ir.F32}, 0, nil
}

// classes reports an output that is not a distribution over two or more classes.
func classes(loss string, output ir.Shape) error {
	if len(output) < 2 || output[len(output)-1] == 1 {
		return fmt.Errorf("needs one unit per class, at least two, not %v; for two classes and one unit use binary_crossentropy with activation: sigmoid", output)
	}
	return nil
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
		args = []*ir.Value{x, target, op.LogSumExp(n.B, x, true, -1)}
	} else {
		share := clip(scalar.Call("div", scalar.Arg(0), scalar.Arg(2)))
		e = scalar.Call("neg", scalar.Call("mul", soft, scalar.Call("log", share)))
		args = []*ir.Value{p, target, op.Sum(n.B, p, true, -1)}
	}
	return rows(n, op.Sum(n.B, op.MapOf(n.B, e, "categorical_crossentropy", args...), false, -1))
}
