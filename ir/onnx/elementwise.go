package onnx

import (
	"math"
	"strings"

	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

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
		return mapped(scaled, scalar.Call("mul", scalar.Arg(0), scalar.Num(1/float64(len(n.in)))), "mean", v.Type)
	}},

	"Equal": comparison("eq"), "Less": comparison("lt"), "LessOrEqual": comparison("le"),
	"Greater": comparison("gt"), "GreaterOrEqual": comparison("ge"),
	"And": logic(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))), "Or": logic(scalar.Call("max", scalar.Arg(0), scalar.Arg(1))), "Xor": logic(scalar.Call("sub", scalar.Num(1), scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)))),
	"Not": unaryRow(scalar.Call("sub", scalar.Num(1), scalar.Arg(0)), "not"),
	"Where": {least: 3, most: 3, moves: []int{1, 2}, known: func(n *node) []*tensor.Tensor {
		return folded(n, scalar.Call("select", scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)), n.in[1].Type)
	}, graph: func(n *node) []*Value {
		return mapped(n, scalar.Call("select", scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)), "where", n.in[1].Type)
	}},

	"Neg": unaryRow(scalar.Call("neg", scalar.Arg(0)), "neg"), "Abs": unaryRow(scalar.Call("abs", scalar.Arg(0)), "abs"), "Sign": unaryRow(scalar.Call("sign", scalar.Arg(0)), "sign"),
	"Floor": unaryRow(scalar.Call("floor", scalar.Arg(0)), "floor"), "Ceil": unaryRow(scalar.Call("neg", scalar.Call("floor", scalar.Call("neg", scalar.Arg(0)))), "ceil"), "Round": unaryRow(rounded(scalar.Arg(0)), "round"),
	"Exp": unaryRow(scalar.Call("exp", scalar.Arg(0)), "exp"), "Log": unaryRow(scalar.Call("log", scalar.Arg(0)), "log"), "Sqrt": unaryRow(scalar.Call("sqrt", scalar.Arg(0)), "sqrt"),
	"Reciprocal": unaryRow(scalar.Call("div", scalar.Num(1), scalar.Arg(0)), "reciprocal"), "Erf": unaryRow(scalar.Call("erf", scalar.Arg(0)), "erf"),
	"Sinh":  unaryRow(scalar.Call("mul", scalar.Num(0.5), scalar.Call("sub", scalar.Call("expm1", scalar.Arg(0)), scalar.Call("expm1", scalar.Call("neg", scalar.Arg(0))))), "sinh"),
	"Cosh":  unaryRow(scalar.Call("mul", scalar.Num(0.5), scalar.Call("add", scalar.Call("exp", scalar.Arg(0)), scalar.Call("exp", scalar.Call("neg", scalar.Arg(0))))), "cosh"),
	"IsNaN": flag(scalar.Call("sub", scalar.Num(1), scalar.Call("eq", scalar.Arg(0), scalar.Arg(0)))), "IsInf": {least: 1, most: 1, graph: infinite},

	"Relu": {least: 1, most: 1, moves: []int{0}, graph: activation("Relu").graph}, "Sigmoid": activation("Sigmoid"),
	"Tanh": activation("Tanh"), "Softplus": activation("Softplus"),
	"Softsign": activation("Softsign"), "Mish": activation("Mish"),
	"HardSwish": unaryRow(scalar.Call("mul", scalar.Arg(0), clipped(scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Num(1.0/6)), scalar.Num(0.5)), 0, 1)), "hard_swish"),
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
		return unary(n, scalar.Call("select", scalar.Call("gt", scalar.Arg(0), scalar.Num(n.float("alpha", 1))), scalar.Arg(0), scalar.Num(0)), "thresholded_relu")
	}},
	"HardSigmoid": {least: 1, most: 1, graph: func(n *node) []*Value {
		return unary(n, clipped(scalar.Call("add", scalar.Call("mul", scalar.Num(n.float("alpha", float64(float32(0.2)))), scalar.Arg(0)), scalar.Num(n.float("beta", 0.5))), 0, 1), "hard_sigmoid")
	}},
	"Swish": {least: 1, most: 1, graph: func(n *node) []*Value {
		return unary(n, scalar.Call("mul", scalar.Arg(0), scalar.Call("sigmoid", scalar.Call("mul", scalar.Num(n.float("alpha", 1)), scalar.Arg(0)))), "swish")
	}},
	"Shrink": {least: 1, most: 1, graph: func(n *node) []*Value {
		bias, lambda := scalar.Num(n.float("bias", 0)), n.float("lambd", 0.5)
		return unary(n, scalar.Call("select", scalar.Call("lt", scalar.Arg(0), scalar.Num(-lambda)), scalar.Call("add", scalar.Arg(0), bias), scalar.Call("select", scalar.Call("gt", scalar.Arg(0), scalar.Num(lambda)), scalar.Call("sub", scalar.Arg(0), bias), scalar.Num(0))), "shrink")
	}},
	"PRelu": {least: 2, most: 2, graph: func(n *node) []*Value {
		return arithmetic(n, scalar.Call("select", scalar.Call("lt", scalar.Arg(0), scalar.Num(0)), scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(0)), "prelu")
	}},
	"Clip":     {least: 1, most: 3, known: func(n *node) []*tensor.Tensor { return clipKnown(n) }, graph: func(n *node) []*Value { return unary(n.with(n.in[0]), clipExpr(n), "clip") }},
	"Identity": {least: 1, most: 1, ids: true, graph: func(n *node) []*Value { return n.in[:1] }},
	"Dropout":  {least: 1, most: 3, graph: dropout},
	"BitCast":  {least: 1, most: 1, known: bitcastKnown, graph: bitcast},
	"Cast":     {least: 1, most: 1, ids: true, known: castKnown, graph: cast}, "CastLike": {least: 2, most: 2, ids: true, known: castKnown, graph: cast},
}

func arithmeticRow(fn string) row {
	e := scalar.Call(fn, scalar.Arg(0), scalar.Arg(1))
	return row{
		least: 2, most: 2,
		known: func(n *node) []*tensor.Tensor { return folded(n, e, n.in[0].Type) },
		graph: func(n *node) []*Value { return arithmetic(n, e, fn) },
	}
}

func comparison(fn string) row {
	e := scalar.Call(fn, scalar.Arg(0), scalar.Arg(1))
	return row{
		least: 2, most: 2,
		known: func(n *node) []*tensor.Tensor { return folded(n, e, proto.Bool) },
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
		known: func(n *node) []*tensor.Tensor { return folded(n, e, proto.Bool) },
		graph: func(n *node) []*Value { return mapped(n, e, "logic", proto.Bool) },
	}
}

func flag(e scalar.Expr) row {
	return row{least: 1, most: 1, graph: func(n *node) []*Value { return mapped(n, e, "flag", proto.Bool) }}
}

func unaryRow(e scalar.Expr, word string) row {
	return row{
		least: 1, most: 1,
		known: func(n *node) []*tensor.Tensor { return folded(n, e, n.in[0].Type) },
		graph: func(n *node) []*Value { return unary(n, e, word) },
	}
}

// extremes folds any number of operands into one.
func extremes(fn string) row {
	return row{
		least: 1, most: 64, all: true,
		known: func(n *node) []*tensor.Tensor {
			out := []*tensor.Tensor{n.in[0].Known}
			for _, v := range n.in[1:] {
				of := n.with(&Value{Type: out[0].Type, Shape: out[0].Shape, Known: out[0]}, v)
				if out = folded(of, scalar.Call(fn, scalar.Arg(0), scalar.Arg(1)), out[0].Type); n.take(of) {
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
		out := arithmetic(step, scalar.Call(fn, scalar.Arg(0), scalar.Arg(1)), fn)
		if n.take(step) {
			return nil
		}
		v = out[0]
	}
	return v
}

func celu(n *node) []*Value {
	alpha := n.float("alpha", 1)
	neg := scalar.Call("mul", scalar.Num(alpha), scalar.Call("expm1", scalar.Call("div", scalar.Call("min", scalar.Arg(0), scalar.Num(0)), scalar.Num(alpha))))
	return unary(n, scalar.Call("add", scalar.Call("max", scalar.Arg(0), scalar.Num(0)), neg), "celu")
}

func selu(n *node) []*Value {
	alpha, gamma := n.float("alpha", float64(float32(op.SeluAlpha))), n.float("gamma", float64(float32(op.SeluScale)))
	return unary(n, scalar.Call("select", scalar.Call("gt", scalar.Arg(0), scalar.Num(0)), scalar.Call("mul", scalar.Num(gamma), scalar.Arg(0)), scalar.Call("mul", scalar.Num(gamma*alpha), scalar.Call("expm1", scalar.Call("min", scalar.Arg(0), scalar.Num(0))))), "selu")
}

func infinite(n *node) []*Value {
	e := scalar.Expr(scalar.Num(0))
	if n.int("detect_positive", 1) != 0 {
		e = scalar.Call("eq", scalar.Arg(0), scalar.Num(math.Inf(1)))
	}
	if n.int("detect_negative", 1) != 0 {
		e = scalar.Call("max", e, scalar.Call("eq", scalar.Arg(0), scalar.Num(math.Inf(-1))))
	}
	return mapped(n, e, "isinf", proto.Bool)
}

// clipExpr is between two bounds, either of which may be left out.
func clipExpr(n *node) scalar.Expr {
	return clipped(scalar.Arg(0), n.number("min", 1, math.Inf(-1)), n.number("max", 2, math.Inf(1)))
}

func clipKnown(n *node) []*tensor.Tensor {
	of := n.with(n.in[0])
	out := folded(of, clipExpr(n), n.in[0].Type)
	n.take(of)
	return out
}

// dropout is the identity while nothing is trained. Of a step of training, it is
// select(u ≥ ratio, x/(1-ratio), 0) for u of [0, 1). Source: ONNX 1.22, Dropout.
func dropout(n *node) []*Value {
	ratio := n.operand(1)
	none := ratio != nil && ratio.Known != nil && tensor.Count(ratio.Shape) == 1 && ratio.Known.At(0) == 0
	if t := n.operand(2); t != nil && (t.Known == nil || t.Known.At(0) != 0) && !none && !n.use.Running {
		return n.errorf("the file has it in training_mode; write training: true in the ONNX layer of a description that trains")
	}
	if n.use.Training && !none {
		ratio := n.number("ratio", 1, 0.5)
		x := n.x(0)
		if n.failed || !x.Valid() || !(ratio >= 0 && ratio < 1) || front(x) == 0 {
			return n.errorf("a ratio of %v of %v; while training, values of an input are dropped, with a ratio from 0 to 1", ratio, n.in[0].Shape)
		}
		u := op.Uniform(n.b, n.segment(), x.Shape)
		kept := scalar.Call("select", scalar.Call("ge", scalar.Arg(1), scalar.Num(ratio)), scalar.Call("mul", scalar.Arg(0), scalar.Num(1/(1-ratio))), scalar.Num(0))
		return one(n.computed(op.MapOf(n.b, kept, "dropout", x, u), n.in[0].Type))
	}
	out := n.in[:1:1]
	if len(n.proto.Outputs) > 1 && n.proto.Outputs[1] != "" { // all of it is kept
		mask := tensor.New(proto.Bool, n.in[0].Shape)
		for i := range mask.I {
			mask.I[i] = 1
		}
		out = append(out, &Value{Type: proto.Bool, Shape: mask.Shape, Known: mask})
	}
	return out
}
