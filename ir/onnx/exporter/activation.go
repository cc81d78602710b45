package exporter

import (
	"math"
	"strings"

	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// activation is an operator that is a whole expression.
type activation struct {
	// pattern has Arg(0) for any expression, and arguments from aNumber on for numbers.
	pattern scalar.Expr
	// operator is what it is called, with the attributes, and with operands after the
	// first; nothing where the numbers are not such that the operator is the same.
	operator func(bound map[int]scalar.Expr) (kind string, attributes []*attribute, more []scalar.Expr)
}

// aNumber is the argument of a pattern from which on numbers are meant.
const aNumber = 10

// activations are tried in this order: what holds another one is before it.
var activations = activationTable()

func activationTable() []activation {
	x, a, b := scalar.Expr(scalar.Arg(0)), scalar.Expr(scalar.Arg(aNumber)), scalar.Expr(scalar.Arg(aNumber+1))
	call, num := scalar.Call, func(v float64) scalar.Expr { return scalar.Num(v) }
	plain := func(kind string, attributes ...*attribute) func(map[int]scalar.Expr) (string, []*attribute, []scalar.Expr) {
		return func(map[int]scalar.Expr) (string, []*attribute, []scalar.Expr) { return kind, attributes, nil }
	}
	// named is an operator that the graph knows under the same name in small letters.
	named := func(kind string) activation { return activation{op.Scalars[strings.ToLower(kind)].Expr, plain(kind)} }
	// alpha is an operator with one number.
	alpha := func(kind string) func(map[int]scalar.Expr) (string, []*attribute, []scalar.Expr) {
		return func(bound map[int]scalar.Expr) (string, []*attribute, []scalar.Expr) {
			return kind, []*attribute{floatOf("alpha", value(bound[aNumber]))}, nil
		}
	}
	negative := call("min", x, num(0))
	positive := call("gt", x, num(0))
	return []activation{
		named("Gelu"),
		{op.Scalars["gelu_tanh"].Expr, plain("Gelu", stringOf("approximate", "tanh"))},
		named("Mish"), named("Softplus"), named("Softsign"), named("Relu"),
		{op.EluExpr(1), plain("Elu", floatOf("alpha", 1))},
		{scalar.Apply{Fn: "select", Args: []scalar.Expr{positive, x, call("mul", a, call("expm1", negative))}}, alpha("Elu")},
		{scalar.Apply{Fn: "select", Args: []scalar.Expr{positive, call("mul", b, x), call("mul", a, call("expm1", negative))}}, selu},
		{scalar.Apply{Fn: "select", Args: []scalar.Expr{positive, x, call("mul", a, call("expm1", call("div", negative, a)))}}, alpha("Celu")},
		{scalar.Apply{Fn: "select", Args: []scalar.Expr{positive, x, call("mul", a, x)}}, alpha("LeakyRelu")},
		{scalar.Apply{Fn: "select", Args: []scalar.Expr{call("gt", x, a), x, num(0)}}, alpha("ThresholdedRelu")},
		{call("expm1", negative), plain("Elu", floatOf("alpha", 1))},
		{call("min", call("max", x, a), b), func(bound map[int]scalar.Expr) (string, []*attribute, []scalar.Expr) {
			return "Clip", nil, []scalar.Expr{bound[aNumber], bound[aNumber+1]}
		}},
		{call("div", num(1), x), plain("Reciprocal")},
	}
}

// selu is Selu of the constants of its paper: those of the operator are of two factors.
func selu(bound map[int]scalar.Expr) (string, []*attribute, []scalar.Expr) {
	if value(bound[aNumber+1]) != op.SeluScale || math.Abs(value(bound[aNumber])-op.SeluScale*op.SeluAlpha) > 1e-12 {
		return "", nil, nil
	}
	return "Selu", []*attribute{floatOf("alpha", op.SeluAlpha), floatOf("gamma", op.SeluScale)}, nil
}

func value(x scalar.Expr) float64 { return float64(x.(scalar.Num)) }

// match reports an expression of the form of a pattern, and binds its arguments.
func match(pattern, x scalar.Expr, bound map[int]scalar.Expr) bool {
	switch p := pattern.(type) {
	case scalar.Arg:
		if _, number := x.(scalar.Num); number != (p >= aNumber) {
			return false
		}
		if already, ok := bound[int(p)]; ok {
			return scalar.Equal(already, x)
		}
		bound[int(p)] = x
		return true
	case scalar.Apply:
		a, ok := x.(scalar.Apply)
		if !ok || a.Fn != p.Fn || len(a.Args) != len(p.Args) {
			return false
		}
		for i := range p.Args {
			if !match(p.Args[i], a.Args[i], bound) {
				return false
			}
		}
		return true
	}
	return scalar.Equal(pattern, x)
}
