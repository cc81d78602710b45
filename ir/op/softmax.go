package op

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Softmax is exp(x-max)/Σ exp(x-max) along one axis. The maximum, which only
// guards against overflow, takes no part in the gradient.
func Softmax(b *ir.Builder, x *ir.Value, axis int) *ir.Value {
	e := Unary(b, "exp", Binary(b, "sub", x, MaxStop(b, x, true, axis)))
	return Quotient(b, e, Inverse(b, Sum(b, e, true, axis)))
}

// Inverse is 1/sum of a softmax, once for all that it divides: a product takes a
// fraction of the time of a quotient.
func Inverse(b *ir.Builder, sum *ir.Value) *ir.Value {
	return MapOf(b, scalar.Call("div", scalar.Num(1), scalar.Arg(0)), "softmax", sum)
}

// Quotient is exp(x)/Σ exp(x) of the exponentials and the inverse of their sum.
func Quotient(b *ir.Builder, e, inverse *ir.Value) *ir.Value {
	return MapOf(b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "softmax", e, inverse)
}

// LogSoftmax is x - max - log Σ exp(x-max) along one axis.
func LogSoftmax(b *ir.Builder, x *ir.Value, axis int) *ir.Value {
	shifted := Binary(b, "sub", x, MaxStop(b, x, true, axis))
	sum := Sum(b, Unary(b, "exp", shifted), true, axis)
	return MapOf(b, scalar.Call("sub", scalar.Arg(0), scalar.Call("log", scalar.Arg(1))), "log_softmax", shifted, sum)
}

// LogSumExp is max + log Σ exp(x-max) along one axis.
func LogSumExp(b *ir.Builder, x *ir.Value, keep bool, ax int) *ir.Value {
	if !x.Valid() {
		return x
	}
	max := MaxStop(b, x, true, ax)
	sum := Sum(b, Unary(b, "exp", Binary(b, "sub", x, max)), true, ax)
	y := MapOf(b, scalar.Call("add", scalar.Arg(0), scalar.Call("log", scalar.Arg(1))), "logsumexp", max, sum)
	if keep || !y.Valid() {
		return y
	}
	at, err := axis(ax, len(x.Shape))
	if err != nil {
		return b.Errorf("logsumexp: %v", err)
	}
	return ReshapeTo(b, y, append(append(ir.Shape{}, x.Shape[:at]...), x.Shape[at+1:]...))
}

// SoftmaxVJP is the gradient by x of y = exp(x)/Σ exp(x), y·(dy - Σ y·dy), where v is
// such a quotient: it needs y alone, and neither the exponentials nor their sum. x is
// nil where v is anything else.
func SoftmaxVJP(b *ir.Builder, v, dy *ir.Value) (x, dx *ir.Value) {
	mapped := func(v *ir.Value, expr scalar.Expr, args int) bool {
		m, ok := v.Op.(*Map)
		return ok && len(v.Args) == args && scalar.Equal(m.Expr, expr)
	}
	if !mapped(v, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), 2) {
		return nil, nil
	}
	e, inverse := v.Args[0], v.Args[1]
	if !mapped(e, scalar.Call("exp", scalar.Arg(0)), 1) || !mapped(inverse, scalar.Call("div", scalar.Num(1), scalar.Arg(0)), 1) {
		return nil, nil
	}
	from := inverse.Args[0]
	sum, ok := from.Op.(*Reduce)
	if !ok || from.Args[0] != e || sum.Kind != loop.Sum || sum.Mean || !sum.KeepDims || sum.Stop || sum.Expr != nil || sum.Finish != nil {
		return nil, nil
	}
	dot := Sum(b, Binary(b, "mul", v, dy), true, sum.Axes...)
	y := scalar.Call("mul", scalar.Arg(0), scalar.Call("sub", scalar.Arg(1), scalar.Arg(2)))
	return e.Args[0], MapOf(b, y, "softmax gradient", v, dy, dot)
}
