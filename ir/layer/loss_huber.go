package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var huberEntry = Entry[Loss]{
	Name: "huber", Aliases: []string{"Huber"},
	Doc: "half the squared error up to delta and linear beyond it, the mean over units (Huber, 1964)",
	New: func() Loss { return &huber{Delta: 1} },
}

type huber struct {
	Delta float64 `arg:"delta,above=0" doc:"error from which on the loss is linear"`
	reduced
}

func (*huber) Target(output ir.Shape) (ir.Type, int, error) { return alike(output) }

// PerSample is e²/2 where |e| <= delta and delta·|e| - delta²/2 elsewhere.
func (l *huber) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	error := scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))
	absolute := scalar.Call("abs", error)
	square := scalar.Call("mul", scalar.Num(0.5), scalar.Call("mul", error, error))
	line := scalar.Call("sub", scalar.Call("mul", scalar.Num(l.Delta), absolute), scalar.Num(0.5*l.Delta*l.Delta))
	e := scalar.Call("select", scalar.Call("le", absolute, scalar.Num(l.Delta)), square, line)
	return units(n, op.MapOf(n.B, e, "huber", p, like(n, target, p)))
}
