package onnx

import (
	"iter"
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
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

// wordOf is an activation of the table of scalar functions.
func wordOf(name string) func(*node) []*Value {
	return func(n *node) []*Value { return n.mapped(op.Scalars[name].Expr, name, n.in[0].Type) }
}

var _ = add(map[string]row{
	"Add": arithmetic("add"), "Sub": arithmetic("sub"), "Mul": arithmetic("mul"), "Pow": power(),
	"Div": {least: 2, most: 2, known: func(n *node) []*Tensor {
		if isInteger(n.in[0].Type) {
			if slices.Contains(n.in[1].Known.I, 0) {
				n.errorf("a division by 0")
				return nil
			}
			return n.folded(truncated(call("div", a0, a1)), n.in[0].Type)
		}
		return n.folded(call("div", a0, a1), n.in[0].Type)
	}, graph: func(n *node) []*Value { return n.arithmetic(call("div", a0, a1), "div") }},
	"Mod": {least: 2, most: 2, known: func(n *node) []*Tensor {
		if isInteger(n.in[1].Type) && slices.Contains(n.in[1].Known.I, 0) {
			n.errorf("a division by 0")
			return nil
		}
		return n.folded(n.modulo(), n.in[0].Type)
	}, graph: func(n *node) []*Value { return n.arithmetic(n.modulo(), "mod") }},
	"Max": extremes("max"), "Min": extremes("min"), "Sum": extremes("add"),
	"Mean": {least: 1, most: 64, all: true, graph: func(n *node) []*Value {
		v := n.chain("add")
		if n.failed {
			return nil
		}
		scaled := n.with(v)
		return scaled.mapped(call("mul", a0, num(1/float64(len(n.in)))), "mean", v.Type)
	}},

	"Equal": comparison("eq"), "Less": comparison("lt"), "LessOrEqual": comparison("le"),
	"Greater": comparison("gt"), "GreaterOrEqual": comparison("ge"),
	"And": logic(call("mul", a0, a1)), "Or": logic(call("max", a0, a1)), "Xor": logic(call("sub", num(1), call("eq", a0, a1))),
	"Not":   unary(call("sub", num(1), a0), "not"),
	"Where": {least: 3, most: 3, known: func(n *node) []*Tensor { return n.folded(call("select", a0, a1, a2), n.in[1].Type) }, graph: func(n *node) []*Value { return n.mapped(call("select", a0, a1, a2), "where", n.in[1].Type) }},

	"Neg": unary(call("neg", a0), "neg"), "Abs": unary(call("abs", a0), "abs"), "Sign": unary(call("sign", a0), "sign"),
	"Floor": unary(call("floor", a0), "floor"), "Ceil": unary(call("neg", call("floor", call("neg", a0))), "ceil"), "Round": unary(rounded(a0), "round"),
	"Exp": unary(call("exp", a0), "exp"), "Log": unary(call("log", a0), "log"), "Sqrt": unary(call("sqrt", a0), "sqrt"),
	"Reciprocal": unary(call("div", num(1), a0), "reciprocal"), "Erf": unary(call("erf", a0), "erf"),
	"Sinh":  unary(call("mul", num(0.5), call("sub", call("expm1", a0), call("expm1", call("neg", a0)))), "sinh"),
	"Cosh":  unary(call("mul", num(0.5), call("add", call("exp", a0), call("exp", call("neg", a0)))), "cosh"),
	"IsNaN": flag(call("sub", num(1), call("eq", a0, a0))), "IsInf": {least: 1, most: 1, graph: infinite},

	"Relu": {least: 1, most: 1, graph: wordOf("relu")}, "Sigmoid": {least: 1, most: 1, graph: wordOf("sigmoid")},
	"Tanh": {least: 1, most: 1, graph: wordOf("tanh")}, "Softplus": {least: 1, most: 1, graph: wordOf("softplus")},
	"Softsign": {least: 1, most: 1, graph: wordOf("softsign")}, "Mish": {least: 1, most: 1, graph: wordOf("mish")},
	"HardSwish": unary(call("mul", a0, clipped(call("add", call("mul", a0, num(1.0/6)), num(0.5)), 0, 1)), "hard_swish"),
	"Gelu": {least: 1, most: 1, graph: func(n *node) []*Value {
		word := "gelu"
		if n.string("approximate", "none") == "tanh" {
			word = "gelu_tanh"
		}
		return n.mapped(op.Scalars[word].Expr, word, n.in[0].Type)
	}},
	"Elu":  {least: 1, most: 1, graph: func(n *node) []*Value { return n.unary(op.EluExpr(n.float("alpha", 1)), "elu") }},
	"Celu": {least: 1, most: 1, graph: celu}, "Selu": {least: 1, most: 1, graph: selu},
	"LeakyRelu": {least: 1, most: 1, graph: func(n *node) []*Value { return n.unary(op.LeakyReluExpr(n.float("alpha", 0.01)), "leaky_relu") }},
	"ThresholdedRelu": {least: 1, most: 1, graph: func(n *node) []*Value {
		return n.unary(call("select", call("gt", a0, num(n.float("alpha", 1))), a0, num(0)), "thresholded_relu")
	}},
	"HardSigmoid": {least: 1, most: 1, graph: func(n *node) []*Value {
		return n.unary(clipped(call("add", call("mul", num(n.float("alpha", float64(float32(0.2)))), a0), num(n.float("beta", 0.5))), 0, 1), "hard_sigmoid")
	}},
	"Swish": {least: 1, most: 1, graph: func(n *node) []*Value {
		return n.unary(call("mul", a0, call("sigmoid", call("mul", num(n.float("alpha", 1)), a0))), "swish")
	}},
	"Shrink": {least: 1, most: 1, graph: func(n *node) []*Value {
		bias, lambda := num(n.float("bias", 0)), n.float("lambd", 0.5)
		return n.unary(call("select", call("lt", a0, num(-lambda)), call("add", a0, bias), call("select", call("gt", a0, num(lambda)), call("sub", a0, bias), num(0))), "shrink")
	}},
	"PRelu": {least: 2, most: 2, graph: func(n *node) []*Value {
		return n.arithmetic(call("select", call("lt", a0, num(0)), call("mul", a0, a1), a0), "prelu")
	}},
	"Clip":     {least: 1, most: 3, known: func(n *node) []*Tensor { return n.clipKnown() }, graph: func(n *node) []*Value { return n.with(n.in[0]).unary(n.clip(), "clip") }},
	"Identity": {least: 1, most: 1, graph: func(n *node) []*Value { return n.in[:1] }},
	"Dropout":  {least: 1, most: 3, graph: dropout},
	"Cast":     {least: 1, most: 1, known: castKnown, graph: cast}, "CastLike": {least: 2, most: 2, known: castKnown, graph: cast},
})

// clipped is x between two bounds.
func clipped(x scalar.Expr, low, high float64) scalar.Expr {
	return call("min", call("max", x, num(low)), num(high))
}

func arithmetic(fn string) row {
	e := call(fn, a0, a1)
	return row{
		least: 2, most: 2,
		known: func(n *node) []*Tensor { return n.folded(e, n.in[0].Type) },
		graph: func(n *node) []*Value { return n.arithmetic(e, fn) },
	}
}

// power has a result of the type of the base; squares need no logarithm.
func power() row {
	expr := func(n *node) scalar.Expr {
		if y := n.in[1].Known; y != nil && count(y.Shape) == 1 && n.in[1].rank() <= n.in[0].rank() {
			switch y.at(0) {
			case 1:
				return a0
			case 2:
				return call("mul", a0, a0)
			case 3:
				return call("mul", call("mul", a0, a0), a0)
			case 0.5:
				return call("sqrt", a0)
			case -1:
				return call("div", num(1), a0)
			}
		}
		return nil
	}
	return row{
		least: 2, most: 2,
		known: func(n *node) []*Tensor { return n.folded(call("pow", a0, a1), n.in[0].Type) },
		graph: func(n *node) []*Value {
			if e := expr(n); e != nil {
				return n.with(n.in[0]).unary(e, "pow")
			}
			return n.arithmetic(call("pow", a0, a1), "pow")
		},
	}
}

// modulo has the sign of the divisor, or with fmod that of the dividend.
func (n *node) modulo() scalar.Expr {
	q := call("div", a0, a1)
	if n.int("fmod", 0) != 0 {
		return call("sub", a0, call("mul", a1, truncated(q)))
	}
	return call("sub", a0, call("mul", a1, call("floor", q)))
}

func comparison(fn string) row {
	e := call(fn, a0, a1)
	return row{
		least: 2, most: 2,
		known: func(n *node) []*Tensor { return n.folded(e, proto.Bool) },
		graph: func(n *node) []*Value { return n.mapped(e, fn, proto.Bool) },
	}
}

func logic(e scalar.Expr) row {
	return row{
		least: 2, most: 2,
		known: func(n *node) []*Tensor { return n.folded(e, proto.Bool) },
		graph: func(n *node) []*Value { return n.mapped(e, "logic", proto.Bool) },
	}
}

func flag(e scalar.Expr) row {
	return row{least: 1, most: 1, graph: func(n *node) []*Value { return n.mapped(e, "flag", proto.Bool) }}
}

func unary(e scalar.Expr, word string) row {
	return row{
		least: 1, most: 1,
		known: func(n *node) []*Tensor { return n.folded(e, n.in[0].Type) },
		graph: func(n *node) []*Value { return n.unary(e, word) },
	}
}

// extremes folds any number of operands into one.
func extremes(fn string) row {
	return row{
		least: 1, most: 64, all: true,
		known: func(n *node) []*Tensor {
			all, of := n.in, n.with(n.in[0])
			out := []*Tensor{n.in[0].Known}
			for _, v := range all[1:] {
				of = n.with(&Value{Type: out[0].Type, Shape: out[0].Shape, Known: out[0]}, v)
				if out = of.folded(call(fn, a0, a1), out[0].Type); n.take(of) {
					return nil
				}
			}
			return out
		},
		graph: func(n *node) []*Value { return one(n.chain(fn)) },
	}
}

// chain combines the operands from the first to the last.
func (n *node) chain(fn string) *Value {
	v := n.in[0]
	for _, w := range n.in[1:] {
		step := n.with(v, w)
		out := step.arithmetic(call(fn, a0, a1), fn)
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

// arithmetic is mapped of operands that are not whole numbers: those of 64 bits have no
// exact arithmetic in a graph.
func (n *node) arithmetic(e scalar.Expr, word string) []*Value {
	for _, v := range n.in {
		if v.Known == nil && v.Type != proto.Float32 {
			return n.errorf("it computes with %s, which is %v and depends on an input; only float32 is computed", v.Name, v.Type)
		}
	}
	return n.mapped(e, word, n.in[0].Type)
}

func (n *node) unary(e scalar.Expr, word string) []*Value {
	if n.in[0].Type == proto.Bool {
		return n.mapped(e, word, proto.Bool)
	}
	return n.arithmetic(e, word)
}

// mapped is an expression of the operands, broadcast by NumPy's rule.
func (n *node) mapped(e scalar.Expr, word string, t proto.Type) []*Value {
	rank, wide, order := 0, false, false
	for _, v := range n.in {
		rank = max(rank, v.rank())
	}
	for _, v := range n.in {
		if v.Known == nil && v.rank() == rank {
			wide = wide || v.channelsLast != nil
			order = order || v.inOrder != nil && v.channelsLast == nil
		}
	}
	wide = wide && !order && rank > 2
	args, rows := make([]*ir.Value, len(n.in)), false
	for i, v := range n.in {
		if wide {
			args[i] = n.wide(v, rank)
		} else {
			args[i] = n.plain(v)
		}
		if !args[i].Valid() {
			n.failed = true
			return nil
		}
		rows = rows || args[i].Shape.Batched()
	}
	for i, x := range args {
		if f := front(x); f == 1 && len(x.Shape)-1 < rank {
			shape := ir.Shape{ir.Batch}
			for range rank + 1 - len(x.Shape) {
				shape = append(shape, 1)
			}
			args[i] = op.ReshapeTo(n.b, x, append(shape, x.Shape[1:]...))
		}
	}
	y := op.MapOf(n.b, e, word, args...)
	if wide {
		return one(n.computedLast(y, t))
	}
	return one(n.computed(y, t))
}

// folded is an expression of known operands.
func (n *node) folded(e scalar.Expr, t proto.Type) []*Tensor {
	var shape []int
	for _, v := range n.in {
		var ok bool
		if shape, ok = stretched(shape, v.Shape); !ok {
			n.errorf("shapes %v do not broadcast", n.shapes())
			return nil
		}
	}
	if n.large(shape) {
		return nil
	}
	out := newTensor(t, shape)
	args := make([]float64, len(n.in))
	next := make([]func() (int, bool), len(n.in))
	for i, v := range n.in {
		var stop func()
		next[i], stop = iter.Pull(walk(shape, broadcastStrides(v.Shape, shape)))
		defer stop()
	}
	for i := range count(shape) {
		for j, v := range n.in {
			at, _ := next[j]()
			args[j] = v.Known.at(at)
		}
		out.set(i, scalar.Eval(e, args, 1))
	}
	return []*Tensor{out}
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

// stretched is the shape that both broadcast to.
func stretched(s, t []int) ([]int, bool) {
	if len(s) < len(t) {
		s, t = t, s
	}
	out := slices.Clone(s)
	for i, d := range t {
		j := len(s) - len(t) + i
		switch {
		case d == 1 || d == out[j]:
		case out[j] == 1:
			out[j] = d
		default:
			return nil, false
		}
	}
	return out, true
}

// broadcastStrides are the strides of a tensor read as one of another shape.
func broadcastStrides(of, as []int) []int {
	own, out := strides(of), make([]int, len(as))
	for i, d := range of {
		if d > 1 {
			out[len(as)-len(of)+i] = own[i]
		}
	}
	return out
}

func celu(n *node) []*Value {
	alpha := n.float("alpha", 1)
	neg := call("mul", num(alpha), call("expm1", call("div", call("min", a0, num(0)), num(alpha))))
	return n.unary(call("add", call("max", a0, num(0)), neg), "celu")
}

func selu(n *node) []*Value {
	alpha, gamma := n.float("alpha", float64(float32(op.SeluAlpha))), n.float("gamma", float64(float32(op.SeluScale)))
	return n.unary(call("select", call("gt", a0, num(0)), call("mul", num(gamma), a0), call("mul", num(gamma*alpha), call("expm1", call("min", a0, num(0))))), "selu")
}

func infinite(n *node) []*Value {
	e := num(0)
	if n.int("detect_positive", 1) != 0 {
		e = call("eq", a0, num(math.Inf(1)))
	}
	if n.int("detect_negative", 1) != 0 {
		e = call("max", e, call("eq", a0, num(math.Inf(-1))))
	}
	return n.mapped(e, "isinf", proto.Bool)
}

// clip is between two bounds, either of which may be left out.
func (n *node) clip() scalar.Expr {
	return clipped(a0, n.number("min", 1, math.Inf(-1)), n.number("max", 2, math.Inf(1)))
}

func (n *node) clipKnown() []*Tensor {
	of := n.with(n.in[0])
	out := of.folded(n.clip(), n.in[0].Type)
	n.take(of)
	return out
}

// dropout is the identity while nothing is trained.
func dropout(n *node) []*Value {
	if t := n.operand(2); t != nil && (t.Known == nil || t.Known.at(0) != 0) {
		return n.errorf("training_mode is not supported in a file that predicts")
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

// castTo is the type that the node casts to.
func (n *node) castTo() proto.Type {
	if n.proto.Op == "CastLike" {
		return n.in[1].Type
	}
	return proto.Type(n.int("to", 0))
}

func castKnown(n *node) []*Tensor {
	to, from := n.castTo(), n.in[0].Known
	if !isFloat(to) && !isInteger(to) && to != proto.Bool {
		n.errorf("it casts to %v, which is not supported", to)
		return nil
	}
	out := newTensor(to, from.Shape)
	for i := range count(from.Shape) {
		if isInteger(from.Type) && isInteger(to) {
			out.I[i] = wrap(to, from.I[i])
			continue
		}
		out.set(i, from.at(i))
	}
	return []*Tensor{out}
}

// cast reads whole numbers and truth values as numbers; numbers become whole ones
// without their fraction.
func cast(n *node) []*Value {
	v := n.in[0]
	from, to := v.Type, n.castTo()
	switch {
	case from == to, isInteger(from) && isInteger(to) && n.identifier(v):
		same := *v
		same.Type, same.Name = to, ""
		return one(&same)
	case to == proto.Bool:
		return n.mapped(call("sub", num(1), call("eq", a0, num(0))), "cast", to)
	case to == proto.Float32 && (isInteger(from) || from == proto.Bool):
		return n.mapped(a0, "cast", to)
	case (to == proto.Int64 || to == proto.Int32) && from == proto.Float32:
		return n.mapped(truncated(a0), "cast", to)
	case (to == proto.Int64 || to == proto.Int32) && from == proto.Bool:
		return n.mapped(a0, "cast", to)
	}
	return n.errorf("it casts %v to %v while the model runs; only float32 is computed", from, to)
}

// identifier reports that a value is whole numbers in the graph too.
func (n *node) identifier(v *Value) bool {
	x := n.plain(v)
	return x.Valid() && x.DType == ir.I32
}
