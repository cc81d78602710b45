package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var squaredHingeEntry = Entry[Loss]{
	Name: "squared_hinge", Aliases: []string{"SquaredHinge"},
	Doc: "max(1 - y·p, 0)², the mean over units; for targets as those of hinge",
	New: func() Loss { return &squaredHinge{} },
}

type squaredHinge struct{ reduced }

func (*squaredHinge) Target(output ir.Shape) (ir.Type, int, error) { return alike(output) }

// wholeBatch says that all targets of a batch tell how a zero is meant.
func (*squaredHinge) wholeBatch(ir.Shape) bool { return true }

func (*squaredHinge) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	margin := op.MapOf(n.B, hingeOf(), "hinge", p, signs(n, like(n, target, p)))
	return units(n, op.MapOf(n.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(0)), "square", margin))
}
