package op

import (
	"github.com/nngen-go/nngen/ir"
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
