package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Regularizer is a penalty on the elements of a parameter.
type Regularizer interface {
	// Penalty is the scalar that joins the loss.
	Penalty(b *ir.Builder, param *ir.Value) *ir.Value
}

// regularizers are those of Keras 3, regularizers/regularizers.py.
var regularizers = Table[Regularizer]{
	Kind: "regularizer",
	Entries: []Entry[Regularizer]{
		{Name: "l1", Aliases: []string{"L1"}, Doc: "l1·Σ|w|", New: func() Regularizer { return &l1{0.01} }},
		{Name: "l2", Aliases: []string{"L2"}, Doc: "l2·Σw²", New: func() Regularizer { return &l2{0.01} }},
		{Name: "l1_l2", Aliases: []string{"L1L2", "l1l2"}, Doc: "l1·Σ|w| + l2·Σw²", New: func() Regularizer { return &l1l2{} }},
		{Name: "orthogonal_regularizer", Aliases: []string{"OrthogonalRegularizer"}, Doc: "factor times the mean of |cosine| over the pairs of rows, or columns, of a matrix", New: func() Regularizer { return &orthogonalRegularizer{0.01, "rows"} }},
	},
}

type l1 struct {
	L1 float64 `arg:"l1,min=0" doc:"factor of the sum of absolute values"`
}

func (r *l1) Penalty(b *ir.Builder, p *ir.Value) *ir.Value { return penalty(b, p, r.L1, 0) }

type l2 struct {
	L2 float64 `arg:"l2,min=0" doc:"factor of the sum of squares"`
}

func (r *l2) Penalty(b *ir.Builder, p *ir.Value) *ir.Value { return penalty(b, p, 0, r.L2) }

type l1l2 struct {
	L1 float64 `arg:"l1,min=0" doc:"factor of the sum of absolute values"`
	L2 float64 `arg:"l2,min=0" doc:"factor of the sum of squares"`
}

func (r *l1l2) Penalty(b *ir.Builder, p *ir.Value) *ir.Value { return penalty(b, p, r.L1, r.L2) }

type orthogonalRegularizer struct {
	Factor float64 `arg:"factor,min=0" doc:"factor of the mean"`
	Mode   string  `arg:"mode,oneof=rows|columns" doc:"which of them shall be orthogonal to one another"`
}

// Penalty is factor·Σ|cosine| over all pairs, divided by how many there are. A vector
// times itself is taken off the sum of all products again.
func (r *orthogonalRegularizer) Penalty(b *ir.Builder, p *ir.Value) *ir.Value {
	along, product, of := 1, "ij,kj->ik", 0
	if r.Mode == "columns" {
		along, product, of = 0, "ji,jk->ik", 1
	}
	switch {
	case !p.Valid():
		return p
	case len(p.Shape) != 2:
		return b.Errorf("orthogonal_regularizer takes a matrix, but %s is %v", p.Name, p.Shape)
	case p.Shape[of] < 2:
		return b.Errorf("orthogonal_regularizer compares %s, but %s %v has one", r.Mode, p.Name, p.Shape)
	}
	square := scalar.Call("mul", scalar.Arg(0), scalar.Arg(0))
	length := scalar.Call("min", scalar.Call("rsqrt", scalar.Arg(0)), scalar.Num(1/epsilon))
	inverse := op.MapOf(b, length, "inverse length", op.Sum(b, op.MapOf(b, square, "square", p), true, along))
	unit := op.Binary(b, "mul", p, inverse)
	all := op.Sum(b, op.MapOf(b, scalar.Call("abs", scalar.Arg(0)), "abs", op.Einsum(b, product, unit, unit)), false, 0, 1)
	own := op.Sum(b, op.MapOf(b, square, "square", unit), false, 0, 1)
	pairs := float64(p.Shape[of]) * float64(p.Shape[of]-1) / 2
	mean := scalar.Call("mul", scalar.Num(0.5*r.Factor/pairs), scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)))
	return op.MapOf(b, mean, "orthogonal penalty", all, own)
}

// penalty is Σ (l1·|w| + l2·w²).
func penalty(b *ir.Builder, p *ir.Value, l1, l2 float64) *ir.Value {
	w := scalar.Arg(0)
	absolute := scalar.Call("mul", scalar.Num(l1), scalar.Call("abs", w))
	square := scalar.Call("mul", scalar.Num(l2), scalar.Call("mul", w, w))
	axes := make([]int, len(p.Shape))
	for i := range axes {
		axes[i] = i
	}
	return b.Apply(&op.Reduce{Kind: scalar.Sum, Axes: axes, Expr: scalar.Call("add", absolute, square), Word: "penalty"}, p)
}
