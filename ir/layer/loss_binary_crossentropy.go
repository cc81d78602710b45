package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var binaryCrossentropyEntry = Entry[Loss]{
	Name: "binary_crossentropy", Aliases: []string{"BinaryCrossentropy", "bce", "BCE"},
	Doc: "-(y·log p + (1-y)·log(1-p)), the mean over units; for targets between 0 and 1",
	New: func() Loss { return &binaryCrossentropy{} },
}

type binaryCrossentropy struct {
	FromLogits     bool    `arg:"from_logits" doc:"outputs are logits, not probabilities"`
	LabelSmoothing float64 `arg:"label_smoothing,min=0,max=1" doc:"moves targets towards 0.5 by this share"`
	unitAxis
}

func (l *binaryCrossentropy) Target(output ir.Shape) (ir.Type, int, error) { return l.alike(output) }

// PerSample is softplus(x) - y·x on logits x, and the clipped formula on
// probabilities.
func (l *binaryCrossentropy) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	x, logits := n.Logits[p]
	if l.FromLogits && !logits {
		x, logits = p, true
	}
	y := like(n, target, p)
	soft := smooth(scalar.Arg(1), l.LabelSmoothing, 0.5)
	if logits {
		partition := op.Unary(n.B, "softplus", x)
		e := scalar.Call("sub", scalar.Arg(2), scalar.Call("mul", soft, scalar.Arg(0)))
		return l.rows(n, op.MapOf(n.B, e, "binary_crossentropy", x, y, partition))
	}
	q := clip(scalar.Arg(0))
	hit := scalar.Call("mul", soft, scalar.Call("log", q))
	miss := scalar.Call("mul", scalar.Call("sub", scalar.Num(1), soft), scalar.Call("log", scalar.Call("sub", scalar.Num(1), q)))
	return l.rows(n, op.MapOf(n.B, scalar.Call("neg", scalar.Call("add", hit, miss)), "binary_crossentropy", p, y))
}
