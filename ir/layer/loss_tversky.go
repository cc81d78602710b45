package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var tverskyEntry = Entry[Loss]{
	Name: "tversky", Aliases: []string{"Tversky"},
	Doc: "1 - Σ y·p/(Σ y·p + alpha·Σ y·(1-p) + beta·Σ (1-y)·p), over all elements of a batch or along some axes (Salehi and others, 2017)",
	New: func() Loss { return &tversky{Alpha: 0.5, Beta: 0.5} },
}

type tversky struct {
	Alpha float64 `arg:"alpha" doc:"weight of what the output leaves out"`
	Beta  float64 `arg:"beta" doc:"weight of what the output has too much"`
	overlapping
}

// PerSample adds epsilon to the denominator.
func (l *tversky) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	y := like(n, target, p)
	one := scalar.Num(1)
	common := l.sum(n, op.Binary(n.B, "mul", y, p))
	missed := l.sum(n, op.MapOf(n.B, scalar.Call("mul", scalar.Call("sub", one, scalar.Arg(0)), scalar.Arg(1)), "missed", p, y))
	wrong := l.sum(n, op.MapOf(n.B, scalar.Call("mul", scalar.Arg(0), scalar.Call("sub", one, scalar.Arg(1))), "wrong", p, y))
	all := scalar.Call("add", scalar.Arg(0), scalar.Call("mul", scalar.Num(l.Alpha), scalar.Arg(1)))
	all = scalar.Call("add", scalar.Call("add", all, scalar.Call("mul", scalar.Num(l.Beta), scalar.Arg(2))), scalar.Num(epsilon))
	e := scalar.Call("sub", one, scalar.Call("div", scalar.Arg(0), all))
	return l.rows(n, p, op.MapOf(n.B, e, "tversky", common, missed, wrong))
}
