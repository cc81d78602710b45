package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var binaryFocalCrossentropyEntry = Entry[Loss]{
	Name: "binary_focal_crossentropy", Aliases: []string{"BinaryFocalCrossentropy"},
	Doc: "binary_crossentropy times (1-q)^gamma, q being the probability of the true answer: what is learned already counts less (Lin and others, 2017)",
	New: func() Loss { return &binaryFocalCrossentropy{Alpha: 0.25, Gamma: 2} },
}

type binaryFocalCrossentropy struct {
	ApplyClassBalancing bool    `arg:"apply_class_balancing" doc:"whether targets 1 weigh alpha and targets 0 weigh 1-alpha"`
	Alpha               float64 `arg:"alpha" doc:"weight of targets 1 with apply_class_balancing"`
	Gamma               float64 `arg:"gamma,min=0" doc:"how much less counts what is learned already"`
	FromLogits          bool    `arg:"from_logits" doc:"outputs are logits, not probabilities"`
	LabelSmoothing      float64 `arg:"label_smoothing,min=0,max=1" doc:"moves targets towards 0.5 by this share"`
	unitAxis
}

func (l *binaryFocalCrossentropy) Target(output ir.Shape) (ir.Type, int, error) {
	return l.alike(output)
}

// PerSample is (1-q)^gamma·crossentropy with q = y·p + (1-y)·(1-p). The
// cross-entropy is that of the logits where there are some, and otherwise of the
// clipped probabilities.
func (l *binaryFocalCrossentropy) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	x, logits := n.Logits[p]
	if l.FromLogits {
		x, logits = p, true
		p = op.Unary(n.B, "sigmoid", x)
	}
	one, y := scalar.Num(1), smooth(scalar.Arg(1), l.LabelSmoothing, 0.5)
	not := scalar.Call("sub", one, y)
	args := []*ir.Value{p, like(n, target, p)}
	var crossentropy scalar.Expr
	if logits {
		args = append(args, x, op.Unary(n.B, "softplus", x))
		crossentropy = scalar.Call("sub", scalar.Arg(3), scalar.Call("mul", y, scalar.Arg(2)))
	} else {
		q := clip(scalar.Arg(0))
		hit, miss := scalar.Call("log", q), scalar.Call("log", scalar.Call("sub", one, q))
		crossentropy = scalar.Call("neg", scalar.Call("add", scalar.Call("mul", y, hit), scalar.Call("mul", not, miss)))
	}
	truth := scalar.Call("add", scalar.Call("mul", y, scalar.Arg(0)), scalar.Call("mul", not, scalar.Call("sub", one, scalar.Arg(0))))
	e := scalar.Call("mul", power(scalar.Call("sub", one, truth), l.Gamma), crossentropy)
	if l.ApplyClassBalancing {
		weight := scalar.Call("add", scalar.Call("mul", scalar.Num(l.Alpha), y), scalar.Call("mul", scalar.Num(1-l.Alpha), not))
		e = scalar.Call("mul", weight, e)
	}
	return l.rows(n, op.MapOf(n.B, e, "binary_focal_crossentropy", args...))
}
