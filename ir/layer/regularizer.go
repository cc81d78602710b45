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
	},
	Later: []string{"OrthogonalRegularizer", "orthogonal_regularizer"},
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
