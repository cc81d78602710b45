package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

type softmax struct{}

func (*softmax) apply(c *Context, x *ir.Value) *ir.Value {
	x = c.pre(x)
	if !c.classes(x, "softmax") {
		return c.poison()
	}
	y := softmaxOver(c, x, -1)
	if y.Valid() {
		c.Logits[y] = x
	}
	return y
}

// softmaxOver is exp(x-max)/Σ exp(x-max) over axes of x.
func softmaxOver(c *Context, x *ir.Value, axes ...int) *ir.Value {
	_, e, sum := exponentials(c, x, axes...)
	return op.Quotient(c.B, e, c.Named(op.Inverse(c.B, sum), "inverse"))
}

type logSoftmax struct{}

// apply is x - max - log Σ exp(x-max) over the last axis.
func (*logSoftmax) apply(c *Context, x *ir.Value) *ir.Value {
	x = c.pre(x)
	if !c.classes(x, "log_softmax") {
		return c.poison()
	}
	shifted, _, sum := exponentials(c, x, -1)
	return op.MapOf(c.B, scalar.Call("sub", scalar.Arg(0), scalar.Call("log", scalar.Arg(1))), "log_softmax", shifted, sum)
}

// exponentials are x-max, its exponential and the sum of that over axes. The
// maximum only guards against overflow and has no gradient. All is written step
// by step as op.LogSumExp in the losses is, so that common subexpressions are
// seen to be common.
func exponentials(c *Context, x *ir.Value, axes ...int) (shifted, e, sum *ir.Value) {
	max := c.Named(op.MaxStop(c.B, x, true, axes...), "max")
	shifted = c.Named(op.Binary(c.B, "sub", x, max), "shifted")
	e = c.Named(op.Unary(c.B, "exp", shifted), "exp")
	return shifted, e, c.Named(op.Sum(c.B, e, true, axes...), "sum")
}

// classes reports a softmax over a single value.
func (c *Context) classes(x *ir.Value, name string) bool {
	if !x.Valid() {
		return false
	}
	if last := x.Shape[len(x.Shape)-1]; last == 1 {
		always := "1"
		if name == "log_softmax" {
			always = "0"
		}
		c.ErrorAt("activation", "%s over one unit always gives %s; for two classes use activation: sigmoid with one unit (and binary_crossentropy), or %s with two units", name, always, name)
		return false
	}
	return true
}
