package op

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Contract is the batched affine contraction: for every point of Axes,
//
//	out[Out(point)] += lhs[Lhs(point)] · rhs[Rhs(point)]
//
// from zero, where points with any index out of range are left out, which is
// what zero padding means. Matrix products, convolutions (strided, dilated,
// padded, grouped) and all their gradients are of this form. Operands: lhs,
// rhs, and the extras of the epilogue, which broadcast to the result.
type Contract struct {
	Axes          []Axis
	Lhs, Rhs, Out []Index // one per axis of the tensor
	Shape         ir.Shape
	// Epilogue is applied to the finished sum, Arg(0); Arg(1+i) is extra i.
	// nil: the sum.
	Epilogue scalar.Expr
	Word     string // what the epilogue is called
}

// Axis is one loop of a contraction. At most one has the extent ir.Batch.
type Axis struct {
	Name   string
	Extent int
}

// Index is the place on one axis of a tensor: Offset + Σ Coef·point[Axis].
type Index struct {
	Terms  []Term
	Offset int
}

// Term is one summand of an Index.
type Term struct{ Axis, Coef int }

// At is the index that follows one axis.
func At(axis int) Index { return Index{Terms: []Term{{axis, 1}}} }

// Name is "contract".
func (*Contract) Name() string { return "contract" }

// String is "contract[n i=784 o=512: (n,i)(i,o)->(n,o)]".
func (k *Contract) String() string {
	var b strings.Builder
	b.WriteString("contract[")
	for i, a := range k.Axes {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.Name)
		if a.Extent != ir.Batch {
			fmt.Fprintf(&b, "=%d", a.Extent)
		}
	}
	fmt.Fprintf(&b, ": (%s)(%s)->(%s)", k.indices(k.Lhs), k.indices(k.Rhs), k.indices(k.Out))
	if k.padded() {
		fmt.Fprintf(&b, " %v", k.Shape)
	}
	if k.Epilogue != nil {
		fmt.Fprintf(&b, "; %s", titled(k.Word, k.Epilogue))
	}
	b.WriteByte(']')
	return b.String()
}

// padded reports whether the extents of the result cannot be told from Out.
func (k *Contract) padded() bool {
	for i, x := range k.Out {
		if len(x.Terms) != 1 || x.Offset != 0 || x.Terms[0].Coef != 1 || k.Axes[x.Terms[0].Axis].Extent != k.Shape[i] {
			return true
		}
	}
	return false
}

func (k *Contract) indices(list []Index) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = k.index(x)
	}
	return strings.Join(out, ",")
}

// index prints "2y+r-1".
func (k *Contract) index(x Index) string {
	var b strings.Builder
	for i, t := range x.Terms {
		if i > 0 && t.Coef >= 0 {
			b.WriteByte('+')
		}
		switch t.Coef {
		case 1:
		case -1:
			b.WriteByte('-')
		default:
			fmt.Fprint(&b, t.Coef)
		}
		b.WriteString(k.Axes[t.Axis].Name)
	}
	if x.Offset != 0 || len(x.Terms) == 0 {
		if x.Offset >= 0 && len(x.Terms) > 0 {
			b.WriteByte('+')
		}
		fmt.Fprint(&b, x.Offset)
	}
	return b.String()
}

// titled prints an expression after its word, as every text form does.
func titled(word string, e scalar.Expr) string {
	if word == "" {
		return e.String()
	}
	return word + ": " + e.String()
}

// Infer checks the indices against the operands and gives Shape.
func (k *Contract) Infer(args []ir.Type) (ir.Type, error) {
	if len(args) < 2 {
		return ir.Type{}, fmt.Errorf("contract takes two operands and the extras of its epilogue, got %d", len(args))
	}
	if err := numeric("contract", args); err != nil {
		return ir.Type{}, err
	}
	if err := k.Shape.Check(); err != nil {
		return ir.Type{}, err
	}
	if err := k.checkAxes(); err != nil {
		return ir.Type{}, err
	}
	for _, t := range []struct {
		what  string
		shape ir.Shape
		index []Index
	}{{"left operand", args[0].Shape, k.Lhs}, {"right operand", args[1].Shape, k.Rhs}, {"result", k.Shape, k.Out}} {
		if err := k.checkIndices(t.what, t.shape, t.index); err != nil {
			return ir.Type{}, err
		}
	}
	for i, a := range args[2:] {
		if s, err := ir.Broadcast(k.Shape, a.Shape); err != nil || !s.Equal(k.Shape) {
			return ir.Type{}, fmt.Errorf("contract: extra %d of shape %v does not broadcast to %v", i, a.Shape, k.Shape)
		}
	}
	if err := arguments("contract", k.Epilogue, len(args)-1); err != nil {
		return ir.Type{}, err
	}
	if k.Epilogue == nil && len(args) > 2 {
		return ir.Type{}, fmt.Errorf("contract: %d extras without an epilogue", len(args)-2)
	}
	return ir.Type{Shape: k.Shape}, nil
}

func (k *Contract) checkAxes() error {
	names := map[string]bool{}
	batches := 0
	for _, a := range k.Axes {
		if a.Name == "" || names[a.Name] {
			return fmt.Errorf("contract: axis name %q is empty or occurs twice", a.Name)
		}
		names[a.Name] = true
		if a.Extent == ir.Batch {
			batches++
		} else if a.Extent <= 0 {
			return fmt.Errorf("contract: axis %s has extent %d", a.Name, a.Extent)
		}
	}
	if batches > 1 {
		return fmt.Errorf("contract: two axes count the batch")
	}
	used := make([]bool, len(k.Axes))
	for _, list := range [][]Index{k.Lhs, k.Rhs, k.Out} {
		for _, x := range list {
			for _, t := range x.Terms {
				if t.Axis < 0 || t.Axis >= len(k.Axes) {
					return fmt.Errorf("contract: index of axis %d of %d", t.Axis, len(k.Axes))
				}
				used[t.Axis] = true
			}
		}
	}
	for i, u := range used {
		if !u {
			return fmt.Errorf("contract: axis %s indexes nothing", k.Axes[i].Name)
		}
	}
	return nil
}

// checkIndices holds the batch axis of a tensor and the batch axis of the
// contraction together: neither may be indexed by anything else.
func (k *Contract) checkIndices(what string, s ir.Shape, list []Index) error {
	if len(list) != len(s) {
		return fmt.Errorf("contract: %d indices for a %s of shape %v", len(list), what, s)
	}
	for i, x := range list {
		plain := len(x.Terms) == 1 && x.Terms[0].Coef == 1 && x.Offset == 0
		batch := false
		for _, t := range x.Terms {
			batch = batch || k.Axes[t.Axis].Extent == ir.Batch
		}
		if batch != (s[i] == ir.Batch) || batch && !plain {
			return fmt.Errorf("contract: index %s of a %s of shape %v mixes the batch with something else", k.index(x), what, s)
		}
	}
	return nil
}

// arguments reports an Arg of e beyond the first n.
func arguments(name string, e scalar.Expr, n int) error {
	switch e := e.(type) {
	case scalar.Arg:
		if int(e) < 0 || int(e) >= n {
			return fmt.Errorf("%s: expression names operand %v of %d", name, e, n)
		}
	case scalar.Apply:
		if f, ok := scalar.Funcs[e.Fn]; !ok || f.Arity != len(e.Args) {
			return fmt.Errorf("%s: no scalar function %q of %d arguments", name, e.Fn, len(e.Args))
		}
		for _, a := range e.Args {
			if err := arguments(name, a, n); err != nil {
				return err
			}
		}
	}
	return nil
}
