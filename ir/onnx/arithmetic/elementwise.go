package arithmetic

import (
	"math"
	"strings"

	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// activation is an operator that is an activation of the table of scalar functions,
// under the same name in small letters.
func activation(name string) node.Row {
	word := strings.ToLower(name)
	return node.Row{Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return node.Mapped(n, op.Scalars[word].Expr, word, n.In[0].Type) }}
}

var elementwiseRows = map[string]node.Row{
	"Add": arithmeticRow("add"), "Sub": arithmeticRow("sub"),
	"Max": extremes("max"), "Min": extremes("min"), "Sum": extremes("add"),
	"Mean": {Least: 1, Most: 64, All: true, Graph: func(n *node.Node) []*node.Value {
		v := chained(n, "add")
		if n.Failed {
			return nil
		}
		scaled := n.With(v)
		return node.Mapped(scaled, call("mul", a0, num(1/float64(len(n.In)))), "mean", v.Type)
	}},

	"Equal": comparison("eq"), "Less": comparison("lt"), "LessOrEqual": comparison("le"),
	"Greater": comparison("gt"), "GreaterOrEqual": comparison("ge"),
	"And": logic(call("mul", a0, a1)), "Or": logic(call("max", a0, a1)), "Xor": logic(call("sub", num(1), call("eq", a0, a1))),
	"Not": unaryRow(call("sub", num(1), a0), "not"),
	"Where": {Least: 3, Most: 3, Moves: []int{1, 2}, Known: func(n *node.Node) []*tensor.Tensor {
		return node.Folded(n, call("select", a0, a1, a2), n.In[1].Type)
	}, Graph: func(n *node.Node) []*node.Value {
		return node.Mapped(n, call("select", a0, a1, a2), "where", n.In[1].Type)
	}},

	"Neg": unaryRow(call("neg", a0), "neg"), "Abs": unaryRow(call("abs", a0), "abs"), "Sign": unaryRow(call("sign", a0), "sign"),
	"Floor": unaryRow(call("floor", a0), "floor"), "Ceil": unaryRow(call("neg", call("floor", call("neg", a0))), "ceil"), "Round": unaryRow(Rounded(a0), "round"),
	"Exp": unaryRow(call("exp", a0), "exp"), "Log": unaryRow(call("log", a0), "log"), "Sqrt": unaryRow(call("sqrt", a0), "sqrt"),
	"Reciprocal": unaryRow(call("div", num(1), a0), "reciprocal"), "Erf": unaryRow(call("erf", a0), "erf"),
	"Sinh":  unaryRow(call("mul", num(0.5), call("sub", call("expm1", a0), call("expm1", call("neg", a0)))), "sinh"),
	"Cosh":  unaryRow(call("mul", num(0.5), call("add", call("exp", a0), call("exp", call("neg", a0)))), "cosh"),
	"IsNaN": flag(call("sub", num(1), call("eq", a0, a0))), "IsInf": {Least: 1, Most: 1, Graph: infinite},

	"Relu": {Least: 1, Most: 1, Moves: []int{0}, Graph: activation("Relu").Graph}, "Sigmoid": activation("Sigmoid"),
	"Tanh": activation("Tanh"), "Softplus": activation("Softplus"),
	"Softsign": activation("Softsign"), "Mish": activation("Mish"),
	"HardSwish": unaryRow(call("mul", a0, Clipped(call("add", call("mul", a0, num(1.0/6)), num(0.5)), 0, 1)), "hard_swish"),
	"Gelu": {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value {
		word := "gelu"
		if n.Text("approximate", "none") == "tanh" {
			word = "gelu_tanh"
		}
		return node.Mapped(n, op.Scalars[word].Expr, word, n.In[0].Type)
	}},
	"Elu":  {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return Unary(n, op.EluExpr(n.Float("alpha", 1)), "elu") }},
	"Celu": {Least: 1, Most: 1, Graph: celu}, "Selu": {Least: 1, Most: 1, Graph: selu},
	"LeakyRelu": {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value {
		return Unary(n, op.LeakyReluExpr(n.Float("alpha", 0.01)), "leaky_relu")
	}},
	"ThresholdedRelu": {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value {
		return Unary(n, call("select", call("gt", a0, num(n.Float("alpha", 1))), a0, num(0)), "thresholded_relu")
	}},
	"HardSigmoid": {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value {
		return Unary(n, Clipped(call("add", call("mul", num(n.Float("alpha", float64(float32(0.2)))), a0), num(n.Float("beta", 0.5))), 0, 1), "hard_sigmoid")
	}},
	"Swish": {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value {
		return Unary(n, call("mul", a0, call("sigmoid", call("mul", num(n.Float("alpha", 1)), a0))), "swish")
	}},
	"Shrink": {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value {
		bias, lambda := num(n.Float("bias", 0)), n.Float("lambd", 0.5)
		return Unary(n, call("select", call("lt", a0, num(-lambda)), call("add", a0, bias), call("select", call("gt", a0, num(lambda)), call("sub", a0, bias), num(0))), "shrink")
	}},
	"PRelu": {Least: 2, Most: 2, Graph: func(n *node.Node) []*node.Value {
		return arithmetic(n, call("select", call("lt", a0, num(0)), call("mul", a0, a1), a0), "prelu")
	}},
	"Clip":     {Least: 1, Most: 3, Known: func(n *node.Node) []*tensor.Tensor { return clipKnown(n) }, Graph: func(n *node.Node) []*node.Value { return Unary(n.With(n.In[0]), clipExpr(n), "clip") }},
	"Identity": {Least: 1, Most: 1, IDs: true, Graph: func(n *node.Node) []*node.Value { return n.In[:1] }},
	"Dropout":  {Least: 1, Most: 3, Graph: dropout},
	"BitCast":  {Least: 1, Most: 1, Known: bitcastKnown, Graph: bitcast},
	"Cast":     {Least: 1, Most: 1, IDs: true, Known: castKnown, Graph: cast}, "CastLike": {Least: 2, Most: 2, IDs: true, Known: castKnown, Graph: cast},
}

func arithmeticRow(fn string) node.Row {
	e := call(fn, a0, a1)
	return node.Row{
		Least: 2, Most: 2,
		Known: func(n *node.Node) []*tensor.Tensor { return node.Folded(n, e, n.In[0].Type) },
		Graph: func(n *node.Node) []*node.Value { return arithmetic(n, e, fn) },
	}
}

func comparison(fn string) node.Row {
	e := call(fn, a0, a1)
	return node.Row{
		Least: 2, Most: 2,
		Known: func(n *node.Node) []*tensor.Tensor { return node.Folded(n, e, proto.Bool) },
		Graph: func(n *node.Node) []*node.Value {
			if spansOf(n); n.Failed {
				return nil
			}
			return node.Mapped(n, e, fn, proto.Bool)
		},
	}
}

func logic(e scalar.Expr) node.Row {
	return node.Row{
		Least: 2, Most: 2,
		Known: func(n *node.Node) []*tensor.Tensor { return node.Folded(n, e, proto.Bool) },
		Graph: func(n *node.Node) []*node.Value { return node.Mapped(n, e, "logic", proto.Bool) },
	}
}

func flag(e scalar.Expr) node.Row {
	return node.Row{Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return node.Mapped(n, e, "flag", proto.Bool) }}
}

func unaryRow(e scalar.Expr, word string) node.Row {
	return node.Row{
		Least: 1, Most: 1,
		Known: func(n *node.Node) []*tensor.Tensor { return node.Folded(n, e, n.In[0].Type) },
		Graph: func(n *node.Node) []*node.Value { return Unary(n, e, word) },
	}
}

// extremes folds any number of operands into one.
func extremes(fn string) node.Row {
	return node.Row{
		Least: 1, Most: 64, All: true,
		Known: func(n *node.Node) []*tensor.Tensor {
			out := []*tensor.Tensor{n.In[0].Known}
			for _, v := range n.In[1:] {
				of := n.With(&node.Value{Type: out[0].Type, Shape: out[0].Shape, Known: out[0]}, v)
				if out = node.Folded(of, call(fn, a0, a1), out[0].Type); n.Take(of) {
					return nil
				}
			}
			return out
		},
		Graph: func(n *node.Node) []*node.Value { return node.One(chained(n, fn)) },
	}
}

// chained combines the operands from the first to the last.
func chained(n *node.Node, fn string) *node.Value {
	v := n.In[0]
	for _, w := range n.In[1:] {
		step := n.With(v, w)
		out := arithmetic(step, call(fn, a0, a1), fn)
		if n.Take(step) {
			return nil
		}
		v = out[0]
	}
	return v
}

func celu(n *node.Node) []*node.Value {
	alpha := n.Float("alpha", 1)
	neg := call("mul", num(alpha), call("expm1", call("div", call("min", a0, num(0)), num(alpha))))
	return Unary(n, call("add", call("max", a0, num(0)), neg), "celu")
}

func selu(n *node.Node) []*node.Value {
	alpha, gamma := n.Float("alpha", float64(float32(op.SeluAlpha))), n.Float("gamma", float64(float32(op.SeluScale)))
	return Unary(n, call("select", call("gt", a0, num(0)), call("mul", num(gamma), a0), call("mul", num(gamma*alpha), call("expm1", call("min", a0, num(0))))), "selu")
}

func infinite(n *node.Node) []*node.Value {
	e := num(0)
	if n.Int("detect_positive", 1) != 0 {
		e = call("eq", a0, num(math.Inf(1)))
	}
	if n.Int("detect_negative", 1) != 0 {
		e = call("max", e, call("eq", a0, num(math.Inf(-1))))
	}
	return node.Mapped(n, e, "isinf", proto.Bool)
}

// clipExpr is between two bounds, either of which may be left out.
func clipExpr(n *node.Node) scalar.Expr {
	return Clipped(a0, n.Number("min", 1, math.Inf(-1)), n.Number("max", 2, math.Inf(1)))
}

func clipKnown(n *node.Node) []*tensor.Tensor {
	of := n.With(n.In[0])
	out := node.Folded(of, clipExpr(n), n.In[0].Type)
	n.Take(of)
	return out
}

// dropout is the identity while nothing is trained. Of a step of training, it is
// select(u ≥ ratio, x/(1-ratio), 0) for u of [0, 1). Source: ONNX 1.22, Dropout.
func dropout(n *node.Node) []*node.Value {
	ratio := n.Operand(1)
	none := ratio != nil && ratio.Known != nil && tensor.Count(ratio.Shape) == 1 && ratio.Known.At(0) == 0
	if t := n.Operand(2); t != nil && (t.Known == nil || t.Known.At(0) != 0) && !none && !n.Use.Running {
		return n.Errorf("the file has it in training_mode; write training: true in the ONNX layer of a description that trains")
	}
	if n.Use.Training && !none {
		ratio := n.Number("ratio", 1, 0.5)
		x := n.X(0)
		if n.Failed || !x.Valid() || !(ratio >= 0 && ratio < 1) || node.Front(x) == 0 {
			return n.Errorf("a ratio of %v of %v; while training, values of an input are dropped, with a ratio from 0 to 1", ratio, n.In[0].Shape)
		}
		u := op.Uniform(n.B, n.Segment(), x.Shape)
		kept := call("select", call("ge", a1, num(ratio)), call("mul", a0, num(1/(1-ratio))), num(0))
		return node.One(n.Computed(op.MapOf(n.B, kept, "dropout", x, u), n.In[0].Type))
	}
	out := n.In[:1:1]
	if len(n.Proto.Outputs) > 1 && n.Proto.Outputs[1] != "" { // all of it is kept
		mask := tensor.New(proto.Bool, n.In[0].Shape)
		for i := range mask.I {
			mask.I[i] = 1
		}
		out = append(out, &node.Value{Type: proto.Bool, Shape: mask.Shape, Known: mask})
	}
	return out
}
