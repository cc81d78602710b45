package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var diceEntry = Entry[Loss]{
	Name: "dice", Aliases: []string{"Dice"},
	Doc: "1 - 2·Σ y·p/(Σ y + Σ p), over all elements of a batch or along some axes: how little two regions overlap (Dice, 1945)",
	New: func() Loss { return &dice{} },
}

type dice struct{ overlapping }

// PerSample is 1 - 2·Σ y·p/(Σ y + Σ p + epsilon).
func (l *dice) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	y := like(n, target, p)
	common := l.sum(n, op.Binary(n.B, "mul", y, p))
	both := scalar.Call("add", scalar.Call("add", scalar.Arg(1), scalar.Arg(2)), scalar.Num(epsilon))
	e := scalar.Call("sub", scalar.Num(1), scalar.Call("div", scalar.Call("mul", scalar.Num(2), scalar.Arg(0)), both))
	return l.rows(n, p, op.MapOf(n.B, e, "dice", common, l.sum(n, y), l.sum(n, p)))
}
