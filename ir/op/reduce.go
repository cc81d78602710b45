package op

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Reduce is Finish(Kind over Axes of Expr(args...)): operands are broadcast
// against each other, Axes are those of the broadcast shape. The batch axis may
// be among them: the result then has no batch axis.
type Reduce struct {
	Kind     loop.Reduction // Sum, Max or ArgMax
	Mean     bool           // of a Sum: divide by the number of elements, counted at run time
	Axes     []int          // ascending; ArgMax: one
	KeepDims bool           // keep reduced axes with extent 1
	Expr     scalar.Expr    // a Map inside; nil: the one operand
	Finish   scalar.Expr    // of Arg(0), the reduced value; nil: as it is
	Word     string
	Stop     bool // no gradient flows back
}

// Sum adds up the elements along the axes, which may be negative.
func Sum(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value {
	return reduce(b, x, axes, Reduce{Kind: loop.Sum, KeepDims: keep, Word: "sum"})
}

// Mean is Sum divided by the number of elements, counted at run time.
func Mean(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value {
	return reduce(b, x, axes, Reduce{Kind: loop.Sum, Mean: true, KeepDims: keep, Word: "mean"})
}

// MeanStop is Mean without a gradient: what is subtracted for the sake of
// accuracy, and taken back.
func MeanStop(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value {
	return reduce(b, x, axes, Reduce{Kind: loop.Sum, Mean: true, KeepDims: keep, Word: "mean", Stop: true})
}

// Max is the largest element along the axes. Its gradient is shared evenly by
// the elements that attain it, as in TensorFlow.
func Max(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value {
	return reduce(b, x, axes, Reduce{Kind: loop.Max, KeepDims: keep, Word: "max"})
}

// MaxStop is Max without a gradient: what softmax subtracts.
func MaxStop(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value {
	return reduce(b, x, axes, Reduce{Kind: loop.Max, KeepDims: keep, Word: "max", Stop: true})
}

// ArgMax is the i32 index of the first largest element along one axis.
func ArgMax(b *ir.Builder, x *ir.Value, keep bool, ax int) *ir.Value {
	return reduce(b, x, []int{ax}, Reduce{Kind: loop.ArgMax, KeepDims: keep, Word: "argmax"})
}

func reduce(b *ir.Builder, x *ir.Value, axes []int, r Reduce) *ir.Value {
	if !x.Valid() {
		return x
	}
	for _, a := range axes {
		at, err := axis(a, len(x.Shape))
		if err != nil {
			return b.Errorf("%s: %v", r.Word, err)
		}
		r.Axes = append(r.Axes, at)
	}
	slices.Sort(r.Axes)
	return b.Apply(&r, x)
}

// Name is "reduce".
func (*Reduce) Name() string { return "reduce" }

func (r *Reduce) String() string {
	var b strings.Builder
	kind := r.Kind.String()
	if r.Mean {
		kind = "mean"
	}
	fmt.Fprintf(&b, "reduce[%s axes=%v", kind, r.Axes)
	if r.KeepDims {
		b.WriteString(" keep")
	}
	if r.Stop {
		b.WriteString(" stop")
	}
	if r.Word != "" && r.Word != kind {
		fmt.Fprintf(&b, " %s", r.Word)
	}
	if r.Expr != nil {
		fmt.Fprintf(&b, " of %v", r.Expr)
	}
	if r.Finish != nil {
		fmt.Fprintf(&b, " then %v", r.Finish)
	}
	b.WriteByte(']')
	return b.String()
}

// Infer drops the reduced axes, or keeps them with extent 1.
func (r *Reduce) Infer(args []ir.Type) (ir.Type, error) {
	if len(args) == 0 || r.Expr == nil && len(args) != 1 {
		return ir.Type{}, fmt.Errorf("reduce of %d operands without an expression", len(args))
	}
	if err := dense("reduce", args); err != nil {
		return ir.Type{}, err
	}
	if err := arguments("reduce", r.Expr, len(args)); err != nil {
		return ir.Type{}, err
	}
	if err := arguments("reduce", r.Finish, 1); err != nil {
		return ir.Type{}, err
	}
	switch {
	case r.Kind != loop.Sum && r.Kind != loop.Max && r.Kind != loop.ArgMax:
		return ir.Type{}, fmt.Errorf("reduce: %v is not a reduction", r.Kind)
	case r.Mean && r.Kind != loop.Sum:
		return ir.Type{}, fmt.Errorf("reduce: the mean of a %v", r.Kind)
	case r.Kind == loop.ArgMax && (len(r.Axes) != 1 || r.Finish != nil):
		return ir.Type{}, fmt.Errorf("argmax goes over one axis and gives an index, not %v", r)
	}
	s, err := stretch(args)
	if err != nil {
		return ir.Type{}, err
	}
	for i, a := range r.Axes {
		if a < 0 || a >= len(s) || i > 0 && a <= r.Axes[i-1] {
			return ir.Type{}, fmt.Errorf("reduce: axes %v of shape %v", r.Axes, s)
		}
	}
	out := ir.Shape{}
	for i, d := range s {
		switch reduced := slices.Contains(r.Axes, i); {
		case !reduced:
			out = append(out, d)
		case r.KeepDims:
			out = append(out, 1)
		}
	}
	t := ir.Type{Shape: out}
	if r.Kind == loop.ArgMax {
		t.DType = ir.I32
	}
	return t, nil
}
