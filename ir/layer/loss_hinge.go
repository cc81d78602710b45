package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var hingeEntry = Entry[Loss]{
	Name: "hinge", Aliases: []string{"Hinge"},
	Doc: "max(1 - y·p, 0), the mean over units; for targets -1 or 1, where in a batch of nothing but 0 and 1 the zeros are read as -1",
	New: func() Loss { return &hinge{} },
}

type hinge struct{ reduced }

func (*hinge) Target(output ir.Shape) (ir.Type, int, error) { return alike(output) }

// wholeBatch says that all targets of a batch tell how a zero is meant.
func (*hinge) wholeBatch(ir.Shape) bool { return true }

func (*hinge) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	return units(n, op.MapOf(n.B, hingeOf(), "hinge", p, signs(n, like(n, target, p))))
}

// hingeOf is max(1 - y·p, 0) of p and y.
func hingeOf() scalar.Expr {
	margin := scalar.Call("sub", scalar.Num(1), scalar.Call("mul", scalar.Arg(1), scalar.Arg(0)))
	return scalar.Call("max", margin, scalar.Num(0))
}

// signs are targets 0 and 1 as -1 and 1, and all targets of a batch as they are where
// one of them is something else. Source: Keras 3, losses/losses.py,
// convert_binary_labels_to_hinge.
func signs(n *Net, y *ir.Value) *ir.Value {
	is := func(v float64) scalar.Expr { return scalar.Call("eq", scalar.Arg(0), scalar.Num(v)) }
	other := scalar.Call("select", is(0), scalar.Num(0), scalar.Call("select", is(1), scalar.Num(0), scalar.Num(1)))
	flags := op.MapOf(n.B, other, "neither 0 nor 1", y)
	if !flags.Valid() {
		return flags
	}
	others := op.MaxStop(n.B, flags, false, axesFrom(0, flags)...)
	sign := scalar.Call("sub", scalar.Call("mul", scalar.Num(2), scalar.Arg(0)), scalar.Num(1))
	return op.MapOf(n.B, scalar.Call("select", scalar.Arg(1), scalar.Arg(0), sign), "sign", y, others)
}
