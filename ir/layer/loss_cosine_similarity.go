package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var cosineSimilarityEntry = Entry[Loss]{
	Name: "cosine_similarity", Aliases: []string{"CosineSimilarity"},
	Doc: "the cosine of the angle between target and output, negative: -1 where they point the same way",
	New: func() Loss { return &cosineSimilarity{} },
}

type cosineSimilarity struct {
	classAxis
}

func (l *cosineSimilarity) Target(output ir.Shape) (ir.Type, int, error) {
	if err := checkAxis(l.Axis, output); err != nil {
		return ir.Type{}, 0, err
	}
	return vectors(output)
}

// PerSample is -Σ y·p/(|y|·|p|), where a length below epsilon counts as that.
// Source: Keras 3, losses/losses.py, cosine_similarity; ops/nn.py, normalize.
func (l *cosineSimilarity) PerSample(n *Net, p, target *ir.Value) *ir.Value {
	y := like(n, target, p)
	inverse := func(x *ir.Value) *ir.Value {
		square := op.MapOf(n.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(0)), "square", x)
		length := scalar.Call("min", scalar.Call("rsqrt", scalar.Arg(0)), scalar.Num(1/epsilon))
		return op.MapOf(n.B, length, "inverse length", op.Sum(n.B, square, true, l.at()))
	}
	product := scalar.Call("mul", scalar.Call("mul", scalar.Arg(0), scalar.Arg(2)), scalar.Call("mul", scalar.Arg(1), scalar.Arg(3)))
	e := op.MapOf(n.B, scalar.Call("neg", product), "cosine_similarity", p, y, inverse(p), inverse(y))
	return l.rows(n, op.Sum(n.B, e, false, l.at()))
}
