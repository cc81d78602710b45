package onnx

import (
	"math"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var (
	a0 = scalar.Expr(scalar.Arg(0))
	a1 = scalar.Expr(scalar.Arg(1))
	a2 = scalar.Expr(scalar.Arg(2))
)

func num(v float64) scalar.Expr { return scalar.Num(v) }

func call(fn string, args ...scalar.Expr) scalar.Expr { return scalar.Call(fn, args...) }

// truncated is x without its fraction.
func truncated(x scalar.Expr) scalar.Expr {
	return call("select", call("ge", x, num(0)), call("floor", x), call("neg", call("floor", call("neg", x))))
}

// rounded is x rounded to the nearest whole number, halves to the even one.
func rounded(x scalar.Expr) scalar.Expr {
	down := call("floor", x)
	part := call("sub", x, down)
	odd := call("sub", down, call("mul", num(2), call("floor", call("mul", num(0.5), down))))
	up := call("select", call("eq", part, num(0.5)), odd, call("gt", part, num(0.5)))
	return call("add", down, up)
}

// activation is an operator that is an activation of the table of scalar functions,
// under the same name in small letters.
func activation(name string) row {
	word := strings.ToLower(name)
	return row{least: 1, most: 1, graph: func(n *node) []*Value { return mapped(n, op.Scalars[word].Expr, word, n.in[0].Type) }}
}

var elementwiseRows = map[string]row{
	"Add": arithmeticRow("add"), "Sub": arithmeticRow("sub"),
	"Max": extremes("max"), "Min": extremes("min"), "Sum": extremes("add"),
	"Mean": {least: 1, most: 64, all: true, graph: func(n *node) []*Value {
		v := chained(n, "add")
		if n.failed {
			return nil
		}
		scaled := n.with(v)
		return mapped(scaled, call("mul", a0, num(1/float64(len(n.in)))), "mean", v.Type)
	}},

	"Equal": comparison("eq"), "Less": comparison("lt"), "LessOrEqual": comparison("le"),
	"Greater": comparison("gt"), "GreaterOrEqual": comparison("ge"),
	"And": logic(call("mul", a0, a1)), "Or": logic(call("max", a0, a1)), "Xor": logic(call("sub", num(1), call("eq", a0, a1))),
	"Not":   unaryRow(call("sub", num(1), a0), "not"),
	"Where": {least: 3, most: 3, moves: []int{1, 2}, known: func(n *node) []*Tensor { return folded(n, call("select", a0, a1, a2), n.in[1].Type) }, graph: func(n *node) []*Value { return mapped(n, call("select", a0, a1, a2), "where", n.in[1].Type) }},

	"Neg": unaryRow(call("neg", a0), "neg"), "Abs": unaryRow(call("abs", a0), "abs"), "Sign": unaryRow(call("sign", a0), "sign"),
	"Floor": unaryRow(call("floor", a0), "floor"), "Ceil": unaryRow(call("neg", call("floor", call("neg", a0))), "ceil"), "Round": unaryRow(rounded(a0), "round"),
	"Exp": unaryRow(call("exp", a0), "exp"), "Log": unaryRow(call("log", a0), "log"), "Sqrt": unaryRow(call("sqrt", a0), "sqrt"),
	"Reciprocal": unaryRow(call("div", num(1), a0), "reciprocal"), "Erf": unaryRow(call("erf", a0), "erf"),
	"Sinh":  unaryRow(call("mul", num(0.5), call("sub", call("expm1", a0), call("expm1", call("neg", a0)))), "sinh"),
	"Cosh":  unaryRow(call("mul", num(0.5), call("add", call("exp", a0), call("exp", call("neg", a0)))), "cosh"),
	"IsNaN": flag(call("sub", num(1), call("eq", a0, a0))), "IsInf": {least: 1, most: 1, graph: infinite},

	"Relu": {least: 1, most: 1, moves: []int{0}, graph: activation("Relu").graph}, "Sigmoid": activation("Sigmoid"),
	"Tanh": activation("Tanh"), "Softplus": activation("Softplus"),
	"Softsign": activation("Softsign"), "Mish": activation("Mish"),
	"HardSwish": unaryRow(call("mul", a0, clipped(call("add", call("mul", a0, num(1.0/6)), num(0.5)), 0, 1)), "hard_swish"),
	"Gelu": {least: 1, most: 1, graph: func(n *node) []*Value {
		word := "gelu"
		if n.string("approximate", "none") == "tanh" {
			word = "gelu_tanh"
		}
		return mapped(n, op.Scalars[word].Expr, word, n.in[0].Type)
	}},
	"Elu":  {least: 1, most: 1, graph: func(n *node) []*Value { return unary(n, op.EluExpr(n.float("alpha", 1)), "elu") }},
	"Celu": {least: 1, most: 1, graph: celu}, "Selu": {least: 1, most: 1, graph: selu},
	"LeakyRelu": {least: 1, most: 1, graph: func(n *node) []*Value { return unary(n, op.LeakyReluExpr(n.float("alpha", 0.01)), "leaky_relu") }},
	"ThresholdedRelu": {least: 1, most: 1, graph: func(n *node) []*Value {
		return unary(n, call("select", call("gt", a0, num(n.float("alpha", 1))), a0, num(0)), "thresholded_relu")
	}},
	"HardSigmoid": {least: 1, most: 1, graph: func(n *node) []*Value {
		return unary(n, clipped(call("add", call("mul", num(n.float("alpha", float64(float32(0.2)))), a0), num(n.float("beta", 0.5))), 0, 1), "hard_sigmoid")
	}},
	"Swish": {least: 1, most: 1, graph: func(n *node) []*Value {
		return unary(n, call("mul", a0, call("sigmoid", call("mul", num(n.float("alpha", 1)), a0))), "swish")
	}},
	"Shrink": {least: 1, most: 1, graph: func(n *node) []*Value {
		bias, lambda := num(n.float("bias", 0)), n.float("lambd", 0.5)
		return unary(n, call("select", call("lt", a0, num(-lambda)), call("add", a0, bias), call("select", call("gt", a0, num(lambda)), call("sub", a0, bias), num(0))), "shrink")
	}},
	"PRelu": {least: 2, most: 2, graph: func(n *node) []*Value {
		return arithmetic(n, call("select", call("lt", a0, num(0)), call("mul", a0, a1), a0), "prelu")
	}},
	"Clip":     {least: 1, most: 3, known: func(n *node) []*Tensor { return clipKnown(n) }, graph: func(n *node) []*Value { return unary(n.with(n.in[0]), clipExpr(n), "clip") }},
	"Identity": {least: 1, most: 1, ids: true, graph: func(n *node) []*Value { return n.in[:1] }},
	"Dropout":  {least: 1, most: 3, graph: dropout},
	"BitCast":  {least: 1, most: 1, known: bitcastKnown, graph: bitcast},
	"Cast":     {least: 1, most: 1, ids: true, known: castKnown, graph: cast}, "CastLike": {least: 2, most: 2, ids: true, known: castKnown, graph: cast},
}

// clipped is x between two bounds.
func clipped(x scalar.Expr, low, high float64) scalar.Expr {
	return call("min", call("max", x, num(low)), num(high))
}

func arithmeticRow(fn string) row {
	e := call(fn, a0, a1)
	return row{
		least: 2, most: 2,
		known: func(n *node) []*Tensor { return folded(n, e, n.in[0].Type) },
		graph: func(n *node) []*Value { return arithmetic(n, e, fn) },
	}
}

func comparison(fn string) row {
	e := call(fn, a0, a1)
	return row{
		least: 2, most: 2,
		known: func(n *node) []*Tensor { return folded(n, e, proto.Bool) },
		graph: func(n *node) []*Value {
			if spansOf(n); n.failed {
				return nil
			}
			return mapped(n, e, fn, proto.Bool)
		},
	}
}

func logic(e scalar.Expr) row {
	return row{
		least: 2, most: 2,
		known: func(n *node) []*Tensor { return folded(n, e, proto.Bool) },
		graph: func(n *node) []*Value { return mapped(n, e, "logic", proto.Bool) },
	}
}

func flag(e scalar.Expr) row {
	return row{least: 1, most: 1, graph: func(n *node) []*Value { return mapped(n, e, "flag", proto.Bool) }}
}

func unaryRow(e scalar.Expr, word string) row {
	return row{
		least: 1, most: 1,
		known: func(n *node) []*Tensor { return folded(n, e, n.in[0].Type) },
		graph: func(n *node) []*Value { return unary(n, e, word) },
	}
}

// extremes folds any number of operands into one.
func extremes(fn string) row {
	return row{
		least: 1, most: 64, all: true,
		known: func(n *node) []*Tensor {
			out := []*Tensor{n.in[0].Known}
			for _, v := range n.in[1:] {
				of := n.with(&Value{Type: out[0].Type, Shape: out[0].Shape, Known: out[0]}, v)
				if out = folded(of, call(fn, a0, a1), out[0].Type); n.take(of) {
					return nil
				}
			}
			return out
		},
		graph: func(n *node) []*Value { return one(chained(n, fn)) },
	}
}

// chained combines the operands from the first to the last.
func chained(n *node, fn string) *Value {
	v := n.in[0]
	for _, w := range n.in[1:] {
		step := n.with(v, w)
		out := arithmetic(step, call(fn, a0, a1), fn)
		if n.take(step) {
			return nil
		}
		v = out[0]
	}
	return v
}

// with is the node with other operands; take hands its mistakes back.
func (n *node) with(in ...*Value) *node {
	other := *n
	other.in = in
	return &other
}

func (n *node) take(of *node) bool {
	n.failed = n.failed || of.failed
	return n.failed
}

// arithmetic is mapped of numbers, whole ones of which have to be exact.
func arithmetic(n *node, e scalar.Expr, word string) []*Value {
	if isFloat(n.in[0].Type) {
		return mapped(n, e, word, n.in[0].Type)
	}
	s := reach(e, spansOf(n))
	if n.failed {
		return nil
	}
	if fractional(e) {
		return n.errorf("fractions of %v are not supported", n.in[0].Type)
	}
	return fitted(n, mapped(n, e, word, n.in[0].Type), s)
}

// fractional reports an expression with a number that is not whole.
func fractional(e scalar.Expr) bool {
	switch e := e.(type) {
	case scalar.Num:
		return float64(e) != math.Trunc(float64(e))
	case scalar.Apply:
		return slices.ContainsFunc(e.Args, fractional)
	}
	return false
}

// spansOf are those of the operands, which have to be exact.
func spansOf(n *node) []span {
	var out []span
	for _, v := range n.in {
		if isFloat(v.Type) != isFloat(n.in[0].Type) {
			n.errorf("operands of %v and %v", n.in[0].Type, v.Type)
			return make([]span, len(n.in))
		}
		out = append(out, n.exact(v))
	}
	return out
}

func unary(n *node, e scalar.Expr, word string) []*Value {
	if n.in[0].Type == proto.Bool {
		return mapped(n, e, word, proto.Bool)
	}
	return arithmetic(n, e, word)
}

func (n *node) shapes() [][]int {
	var out [][]int
	for _, v := range n.in {
		if v != nil {
			out = append(out, v.Shape)
		}
	}
	return out
}

func celu(n *node) []*Value {
	alpha := n.float("alpha", 1)
	neg := call("mul", num(alpha), call("expm1", call("div", call("min", a0, num(0)), num(alpha))))
	return unary(n, call("add", call("max", a0, num(0)), neg), "celu")
}

func selu(n *node) []*Value {
	alpha, gamma := n.float("alpha", float64(float32(op.SeluAlpha))), n.float("gamma", float64(float32(op.SeluScale)))
	return unary(n, call("select", call("gt", a0, num(0)), call("mul", num(gamma), a0), call("mul", num(gamma*alpha), call("expm1", call("min", a0, num(0))))), "selu")
}

func infinite(n *node) []*Value {
	e := num(0)
	if n.int("detect_positive", 1) != 0 {
		e = call("eq", a0, num(math.Inf(1)))
	}
	if n.int("detect_negative", 1) != 0 {
		e = call("max", e, call("eq", a0, num(math.Inf(-1))))
	}
	return mapped(n, e, "isinf", proto.Bool)
}

// clipExpr is between two bounds, either of which may be left out.
func clipExpr(n *node) scalar.Expr {
	return clipped(a0, n.number("min", 1, math.Inf(-1)), n.number("max", 2, math.Inf(1)))
}

func clipKnown(n *node) []*Tensor {
	of := n.with(n.in[0])
	out := folded(of, clipExpr(n), n.in[0].Type)
	n.take(of)
	return out
}

// dropout is the identity while nothing is trained. Of a step of training, it is
// select(u ≥ ratio, x/(1-ratio), 0) for u of [0, 1). Source: ONNX 1.22, Dropout.
func dropout(n *node) []*Value {
	ratio := n.operand(1)
	none := ratio != nil && ratio.Known != nil && count(ratio.Shape) == 1 && ratio.Known.at(0) == 0
	if t := n.operand(2); t != nil && (t.Known == nil || t.Known.at(0) != 0) && !none && !n.use.Running {
		return n.errorf("the file has it in training_mode; write training: true in the ONNX layer of a description that trains")
	}
	if n.use.Training && !none {
		ratio := n.number("ratio", 1, 0.5)
		x := n.x(0)
		if n.failed || !x.Valid() || !(ratio >= 0 && ratio < 1) || front(x) == 0 {
			return n.errorf("a ratio of %v of %v; while training, values of an input are dropped, with a ratio from 0 to 1", ratio, n.in[0].Shape)
		}
		u := op.Uniform(n.b, n.prefix+n.label+n.proto.Outputs[0], x.Shape)
		kept := call("select", call("ge", a1, num(ratio)), call("mul", a0, num(1/(1-ratio))), num(0))
		return one(n.computed(op.MapOf(n.b, kept, "dropout", x, u), n.in[0].Type))
	}
	out := n.in[:1:1]
	if len(n.proto.Outputs) > 1 && n.proto.Outputs[1] != "" { // all of it is kept
		mask := newTensor(proto.Bool, n.in[0].Shape)
		for i := range mask.I {
			mask.I[i] = 1
		}
		out = append(out, &Value{Type: proto.Bool, Shape: mask.Shape, Known: mask})
	}
	return out
}
