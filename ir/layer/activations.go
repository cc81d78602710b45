package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// activation is a function of a layer's last step.
type activation interface {
	apply(c *Context, x *ir.Value) *ir.Value
}

// activations are Keras's by name. Formulas: Keras 3, activations/activations.py
// and backend/tensorflow/nn.py.
var activations = Table[activation]{
	Kind: "activation",
	Entries: []Entry[activation]{
		{Name: "linear", Doc: "x", New: func() activation { return &linear{} }},
		elementwise("sigmoid", "1/(1+exp(-x))"),
		elementwise("tanh", "tanh x"),
		elementwise("selu", "a scaled exponential unit that keeps mean 0 and variance 1 (Klambauer et al., 2017)"),
		elementwise("softplus", "log(1+exp(x))"),
		elementwise("softsign", "x/(1+|x|)"),
		elementwise("exponential", "exp(x)"),
		{Name: "hard_sigmoid", Doc: "x/6+1/2, cut off to lie between 0 and 1", New: func() activation { return &hardSigmoid{} }},
		elementwise("mish", "x·tanh(softplus(x)) (Misra, 2019)"),
		elementwise("silu", "x·sigmoid(x)", "swish"),
		{Name: "relu", Doc: "max(x, 0)", New: func() activation { return &relu{} }},
		elementwise("relu6", "max(x, 0), at most 6"),
		{Name: "leaky_relu", Doc: "x above 0 and negative_slope·x below", New: func() activation { return &leakyRelu{NegativeSlope: 0.2} }},
		{Name: "elu", Doc: "x above 0 and alpha·(exp(x)-1) below", New: func() activation { return &elu{Alpha: 1} }},
		{Name: "gelu", Doc: "x·Φ(x), Φ being the normal distribution function (Hendrycks and Gimpel, 2016)", New: func() activation { return &gelu{} }},
		{Name: "softmax", Doc: "exp(x), divided by its sum over the last axis", New: func() activation { return &softmax{} }},
		{Name: "log_softmax", Doc: "the logarithm of softmax", New: func() activation { return &logSoftmax{} }},
		elementwise("hard_silu", "x·hard_sigmoid(x) (Howard et al., 2019)", "hard_swish"),
		elementwise("hard_tanh", "x, cut off to lie between -1 and 1"),
		elementwise("log_sigmoid", "the logarithm of sigmoid"),
		elementwise("sparse_plus", "0 up to -1, x from 1 on, and (x+1)²/4 between"),
		elementwise("sparse_sigmoid", "x/2+1/2, cut off to lie between 0 and 1"),
		elementwise("tanh_shrink", "x-tanh x"),
		{Name: "celu", Doc: "x above 0 and alpha·(exp(x/alpha)-1) below (Barron, 2017)", New: func() activation { return &celu{Alpha: 1} }},
		{Name: "glu", Doc: "the first half of the last axis times the sigmoid of the second, which leaves half as many values (Dauphin et al., 2017)", New: func() activation { return &glu{} }},
		{Name: "hard_shrink", Doc: "x where |x| is above threshold and 0 elsewhere", New: func() activation { return &shrink{word: "hard_shrink", Threshold: 0.5} }},
		{Name: "soft_shrink", Doc: "x moved towards 0 by threshold, and 0 where it is nearer", New: func() activation { return &shrink{word: "soft_shrink", Threshold: 0.5} }},
		{Name: "sparsemax", Doc: "the nearest point to x along the last axis that is not negative and sums to 1 (Martins and Astudillo, 2016)", New: func() activation { return &sparsemax{} }},
		{Name: "squareplus", Doc: "(x+√(x²+b))/2, a smooth relu (Barron, 2021)", New: func() activation { return &squareplus{B: 4} }},
		{Name: "threshold", Doc: "x above threshold and default_value elsewhere", New: func() activation { return &threshold{} }},
	},
	Meant: map[string]string{
		"lrelu": `"leaky_relu"`, "leakyrelu": `"leaky_relu"`, "identity": `"linear"`, "none": `"linear"`, "logistic": `"sigmoid"`, "sigm": `"sigmoid"`, "hardsigmoid": `"hard_sigmoid"`,
		"logsoftmax": `"log_softmax"`, "exp": `"exponential"`, "soft_max": `"softmax"`, "soft_plus": `"softplus"`, "soft_sign": `"softsign"`, "re_lu": `"relu"`,
		"hardtanh": `"hard_tanh"`, "hardswish": `"hard_swish"`, "logsigmoid": `"log_sigmoid"`, "tanhshrink": `"tanh_shrink"`, "softshrink": `"soft_shrink"`, "hardshrink": `"hard_shrink"`,
	},
}

// activate applies what an argument names to x, which is then called
// "hidden.pre". No name is linear.
func (c *Context) activate(x *ir.Value, call spec.Call) *ir.Value {
	if call.Name == "" {
		return x
	}
	_, f, errs := activations.Resolve(call)
	if len(errs) > 0 {
		c.report(errs)
		return c.poison()
	}
	return f.apply(c, x)
}

type linear struct{}

func (*linear) apply(_ *Context, x *ir.Value) *ir.Value { return x }

// named is an activation that is a row of package op's table.
type named struct{ row string }

func elementwise(row, doc string, aliases ...string) Entry[activation] {
	return Entry[activation]{Name: row, Aliases: aliases, Doc: doc, New: func() activation { return &named{row} }}
}

func (a *named) apply(c *Context, x *ir.Value) *ir.Value {
	y := op.Unary(c.B, a.row, c.pre(x))
	if a.row == "sigmoid" && y.Valid() {
		c.Logits[y] = x
	}
	return y
}

// pre names what an activation is applied to, where that is the layer's own.
func (c *Context) pre(x *ir.Value) *ir.Value {
	if x.Valid() && x.Layer == c.Name {
		c.Named(x, "pre")
	}
	return x
}

type relu struct {
	NegativeSlope float64  `arg:"negative_slope,min=0" doc:"slope below the threshold"`
	MaxValue      *float64 `arg:"max_value,min=0" doc:"largest result; null: no limit"`
	Threshold     float64  `arg:"threshold" doc:"x below it counts as negative"`
}

// apply is x where x > threshold and negative_slope·(x-threshold) elsewhere, at
// most max_value. Which slope a kink has is as in activations.py, ReLU, whose
// bound of 6 is another kernel of TensorFlow's than every other.
func (a *relu) apply(c *Context, x *ir.Value) *ir.Value {
	x = c.pre(x)
	six := a.MaxValue != nil && *a.MaxValue == 6 && a.Threshold == 0
	switch {
	case a.NegativeSlope == 0 && six:
		return op.Unary(c.B, "relu6", x)
	case a.MaxValue != nil || a.Threshold != 0:
	case a.NegativeSlope == 0:
		return op.Unary(c.B, "relu", x)
	default:
		return leaky(c, x, a.NegativeSlope)
	}
	v, t := scalar.Arg(0), scalar.Num(a.Threshold)
	// Where two are equal, the derivative is that of the first.
	above, below := scalar.Expr(v), scalar.Expr(scalar.Num(0))
	switch {
	case six:
		above = scalar.Call("min", scalar.Num(6), v)
	case a.MaxValue != nil:
		above = scalar.Call("min", v, scalar.Num(*a.MaxValue))
		if a.Threshold < 0 {
			above = scalar.Call("max", above, scalar.Num(0))
		}
	}
	if a.NegativeSlope != 0 {
		below = scalar.Call("mul", scalar.Num(-a.NegativeSlope), scalar.Call("max", scalar.Num(0), scalar.Call("sub", t, v)))
	}
	return op.MapOf(c.B, scalar.Call("select", scalar.Call("le", v, t), below, above), "relu", x)
}

type leakyRelu struct {
	NegativeSlope float64 `arg:"negative_slope,min=0" doc:"slope below 0"`
}

func (a *leakyRelu) apply(c *Context, x *ir.Value) *ir.Value {
	return leaky(c, c.pre(x), a.NegativeSlope)
}

func leaky(c *Context, x *ir.Value, slope float64) *ir.Value {
	if slope == 0.2 {
		return op.Unary(c.B, "leaky_relu", x)
	}
	return op.MapOf(c.B, op.LeakyReluExpr(slope), "leaky_relu", x)
}

type elu struct {
	Alpha float64 `arg:"alpha,min=0" doc:"what the result tends to far below 0, negated"`
}

func (a *elu) apply(c *Context, x *ir.Value) *ir.Value {
	x = c.pre(x)
	if a.Alpha == 1 {
		return op.Unary(c.B, "elu", x)
	}
	return op.MapOf(c.B, op.EluExpr(a.Alpha), "elu", x)
}

type gelu struct {
	Approximate bool `arg:"approximate" doc:"use the approximation by tanh"`
}

func (a *gelu) apply(c *Context, x *ir.Value) *ir.Value {
	if a.Approximate {
		return op.Unary(c.B, "gelu_tanh", c.pre(x))
	}
	return op.Unary(c.B, "gelu", c.pre(x))
}
