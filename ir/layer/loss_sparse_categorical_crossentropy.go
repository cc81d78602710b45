package layer

import (
	"fmt"

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
	FromLogits  bool `arg:"from_logits" doc:"outputs are logits, not probabilities"`
	IgnoreClass *int `arg:"ignore_class" hash:"unless zero" doc:"class whose rows and steps do not count, one of those that the output has"`
	classAxis
}

func (l *sparseCategoricalCrossentropy) Target(output ir.Shape) (ir.Type, int, error) {
	t, limit, err := classNumbers("sparse_categorical_crossentropy", output)
	switch {
	case err != nil:
		return t, limit, err
	case l.Axis != nil && *l.Axis != len(output)-1:
		return t, limit, fmt.Errorf("takes classes along the last axis of its output, not axis %d; leave axis out, or put a Permute layer before the output", *l.Axis)
	case l.IgnoreClass != nil && (*l.IgnoreClass < 0 || *l.IgnoreClass >= limit):
		return t, limit, fmt.Errorf("has ignore_class: %d, but its targets are class numbers from 0 to %d; write one of these, which stands in the targets wherever nothing counts", *l.IgnoreClass, limit-1)
	}
	return t, limit, nil
}

// classNumbers checks that the output has classes, and describes a target that is
// the number of one.
func classNumbers(loss string, output ir.Shape) (ir.Type, int, error) {
	if err := classes(loss, output, -1); err != nil {
		return ir.Type{}, 0, err
	}
	last := len(output) - 1
	return ir.Type{Shape: output[:last], DType: ir.I32}, output[last], nil
}

// wholeBatch says that the steps that count are counted in all rows.
func (l *sparseCategoricalCrossentropy) wholeBatch(ir.Shape) bool {
	return l.IgnoreClass != nil && l.Reduction() == MeanOverBatch
}

// PerSample is log Σ exp x - x[class] on logits x. Probabilities are clipped,
// and their logarithms are the logits: so does Keras's TensorFlow back end. Where
// it ignores a class, it computes from probabilities, never from the logits before them.
func (l *sparseCategoricalCrossentropy) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	if !p.Valid() || !target.Valid() {
		return p
	}
	x, logits := n.Logits[p]
	if !logits || l.IgnoreClass != nil {
		x, logits = p, l.FromLogits
	}
	if !logits {
		x = op.MapOf(n.B, scalar.Call("log", clip(scalar.Arg(0))), "log", p)
	}
	partition := op.LogSumExp(n.B, x, false, -1)
	picked := op.GatherAlong(n.B, x, target, len(target.Shape))
	losses := op.Binary(n.B, "sub", partition, picked)
	if l.IgnoreClass != nil {
		l.ignore(n, target, p.Shape[len(p.Shape)-1])
	}
	return l.rows(n, losses)
}

// ignore has only those steps count that are of another class.
func (l *sparseCategoricalCrossentropy) ignore(n *Net, target *ir.Value, classes int) {
	other := make([]float64, classes)
	for i := range other {
		other[i] = 1
	}
	other[*l.IgnoreClass] = 0
	table := op.ConstOf(n.B, ir.Shape{classes}, other)
	counts := n.B.Named(op.GatherAlong(n.B, table, target, 0), "counts")
	if n.Counted != nil {
		counts = op.Binary(n.B, "mul", n.Counted, counts)
	}
	n.Counted = counts
}
