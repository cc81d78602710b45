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
	return MapOf(b, scalar.Call("div", scalar.Arg(0), scalar.Arg(1)), "softmax", e, Sum(b, e, true, axis))
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
	quotient := scalar.Call("div", scalar.Arg(0), scalar.Arg(1))
	if m, ok := v.Op.(*Map); !ok || len(v.Args) != 2 || !scalar.Equal(m.Expr, quotient) {
		return nil, nil
	}
	e := v.Args[0]
	if m, ok := e.Op.(*Map); !ok || len(e.Args) != 1 || !scalar.Equal(m.Expr, scalar.Call("exp", scalar.Arg(0))) {
		return nil, nil
	}
	sum, ok := v.Args[1].Op.(*Reduce)
	if !ok || v.Args[1].Args[0] != e || sum.Kind != loop.Sum || sum.Mean || !sum.KeepDims || sum.Stop || sum.Expr != nil || sum.Finish != nil {
		return nil, nil
	}
	dot := Sum(b, Binary(b, "mul", v, dy), true, sum.Axes...)
	y := scalar.Call("mul", scalar.Arg(0), scalar.Call("sub", scalar.Arg(1), scalar.Arg(2)))
	return e.Args[0], MapOf(b, y, "softmax gradient", v, dy, dot)
}
