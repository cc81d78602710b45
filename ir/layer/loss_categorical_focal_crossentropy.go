package layer

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var categoricalFocalCrossentropyEntry = Entry[Loss]{
	Name: "categorical_focal_crossentropy", Aliases: []string{"CategoricalFocalCrossentropy"},
	Doc: "-Σ alpha·(1-p)^gamma·y·log p over the classes: what is learned already counts less (Lin and others, 2017); for one-hot targets",
	New: func() Loss { return &categoricalFocalCrossentropy{Alpha: []float64{0.25}, Gamma: 2} },
}

type categoricalFocalCrossentropy struct {
	Alpha          []float64 `arg:"alpha" doc:"weight of every class, or one for all of them"`
	Gamma          float64   `arg:"gamma,min=0" doc:"how much less counts what is learned already"`
	FromLogits     bool      `arg:"from_logits" doc:"outputs are logits, not probabilities"`
	LabelSmoothing float64   `arg:"label_smoothing,min=0,max=1" doc:"moves targets towards equal probabilities by this share"`
	classAxis
}

func (l *categoricalFocalCrossentropy) Target(output ir.Shape) (ir.Type, int, error) {
	t, limit, err := l.oneHot("categorical_focal_crossentropy", output)
	if err != nil {
		return t, limit, err
	}
	if last := output[len(output)-1]; len(l.Alpha) != 1 && len(l.Alpha) != last {
		return t, limit, fmt.Errorf("has %d values of alpha, but the output has %d units; write one for every unit, or one for all", len(l.Alpha), last)
	}
	return t, limit, nil
}

// PerSample divides probabilities by their sum and clips them, also those that it
// makes of logits by a softmax: it never computes with logits, as Keras does not.
func (l *categoricalFocalCrossentropy) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	if !p.Valid() || !target.Valid() {
		return p
	}
	if l.FromLogits {
		p = op.Softmax(n.B, p, l.at())
	}
	units := p.Shape[len(p.Shape)-1]
	args := []*ir.Value{p, target, op.Sum(n.B, p, true, l.at())}
	var alpha scalar.Expr = scalar.Num(l.Alpha[0])
	if len(l.Alpha) > 1 {
		args = append(args, op.ConstOf(n.B, ir.Shape{units}, l.Alpha))
		alpha = scalar.Arg(3)
	}
	share := clip(scalar.Call("div", scalar.Arg(0), scalar.Arg(2)))
	entropy := scalar.Call("neg", scalar.Call("mul", smooth(scalar.Arg(1), l.LabelSmoothing, 1/float64(units)), scalar.Call("log", share)))
	e := scalar.Call("mul", scalar.Call("mul", alpha, power(scalar.Call("sub", scalar.Num(1), share), l.Gamma)), entropy)
	return l.rows(n, op.Sum(n.B, op.MapOf(n.B, e, "categorical_focal_crossentropy", args...), false, l.at()))
}
