package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// patterns writes several primitives together that are one operator.
type patterns struct{ *exporter }

// a is Arg(i).
func a(i int) scalar.Expr { return scalar.Arg(i) }

var call = scalar.Call

// operandsOf are the operands of an expression of that form; nil where v is another.
func operandsOf(v *ir.Value, x scalar.Expr) []*ir.Value {
	m, ok := v.Op.(*op.Map)
	if !ok || !scalar.Equal(m.Expr, x) {
		return nil
	}
	return v.Args
}

// reduced is the operand of a plain reduction that keeps its axes; nil where v is
// something else.
func reduced(v *ir.Value, kind loop.Reduction, mean bool) (x *ir.Value, axes []int) {
	r, ok := v.Op.(*op.Reduce)
	if !ok || r.Kind != kind || r.Mean != mean || !r.KeepDims || r.Expr != nil || r.Finish != nil {
		return nil, nil
	}
	return v.Args[0], r.Axes
}

// softmax writes exp(x-max)/Σ exp(x-max), and its logarithm, as one node; see package op,
// softmax.go.
func (e patterns) softmax(v *ir.Value) bool {
	kind, shifted, sum := "Softmax", (*ir.Value)(nil), (*ir.Value)(nil)
	if args := operandsOf(v, call("mul", a(0), a(1))); args != nil {
		shift, inverse := operandsOf(args[0], call("exp", a(0))), operandsOf(args[1], call("div", scalar.Num(1), a(0)))
		if shift == nil || inverse == nil {
			return false
		}
		shifted, sum = shift[0], inverse[0]
	} else if args := operandsOf(v, call("sub", a(0), call("log", a(1)))); args != nil {
		kind, shifted, sum = "LogSoftmax", args[0], args[1]
	} else {
		return false
	}
	exponential, axes := reduced(sum, loop.Sum, false)
	if exponential == nil || len(axes) != 1 {
		return false
	}
	if of := operandsOf(exponential, call("exp", a(0))); of == nil || of[0] != shifted {
		return false
	}
	difference := operandsOf(shifted, call("sub", a(0), a(1)))
	if difference == nil {
		return false
	}
	if x, over := reduced(difference[1], loop.Max, false); x != difference[0] || !slices.Equal(over, axes) {
		return false
	}
	name := e.value(difference[0])
	if name != "" {
		e.set(v, kind, []string{name}, intOf("axis", axes[0]))
	}
	return true
}

// layerNormalization writes (x-mean)/√(variance+ε)·gamma + beta over the last axes as one
// node; see package layer, norm.go.
func (e patterns) layerNormalization(v *ir.Value) bool {
	scaled := call("mul", a(0), a(1))
	var gamma, beta *ir.Value
	var args []*ir.Value
	switch {
	case operandsOf(v, scaled) != nil:
		args = v.Args
	case operandsOf(v, call("mul", scaled, a(2))) != nil:
		args, gamma = v.Args, v.Args[2]
	case operandsOf(v, call("add", call("mul", scaled, a(2)), a(3))) != nil:
		args, gamma, beta = v.Args, v.Args[2], v.Args[3]
	default:
		return false
	}
	difference := operandsOf(args[0], call("sub", a(0), a(1)))
	inverse, ok := args[1].Op.(*op.Map)
	if difference == nil || !ok || len(args[1].Args) != 1 {
		return false
	}
	bound := map[int]scalar.Expr{}
	if !match(call("rsqrt", call("add", a(0), a(aNumber))), inverse.Expr, bound) || bound[0] != a(0) {
		return false
	}
	squares, axes := reduced(args[1].Args[0], loop.Sum, true)
	mean, over := reduced(difference[1], loop.Sum, true)
	if squares == nil || mean != difference[0] || !slices.Equal(axes, over) {
		return false
	}
	if of := operandsOf(squares, call("mul", a(0), a(0))); of == nil || of[0] != args[0] {
		return false
	}
	rank := len(v.Shape)
	shape := v.Shape[axes[0]:]
	if axes[0] == 0 || len(axes) != rank-axes[0] {
		return false
	}
	in := []string{e.value(difference[0])}
	for i, p := range []*ir.Value{gamma, beta} {
		switch {
		case p == nil && i == 0:
			ones := slices.Repeat([]float32{1}, shape.Elements())
			in = append(in, e.tensor(inner(title(v), "ones"), shape, &ir.Tensor[float32]{F: ones}))
		case p == nil:
		case !e.free(p) || p.Shape.Elements() != shape.Elements():
			return false
		default:
			in = append(in, e.constant(p, nil, shape))
		}
	}
	e.set(v, "LayerNormalization", in, intOf("axis", axes[0]), floatOf("epsilon", value(bound[aNumber])))
	return true
}
