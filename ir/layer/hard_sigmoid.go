package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// hardSigmoid is slope·x + 1/2, cut off to lie between 0 and 1. Its slope is 1/6 in
// Keras 3, activations/activations.py, and was 0.2 before (Keras 2.3,
// backend/tensorflow_backend.py, hard_sigmoid).
type hardSigmoid struct {
	Slope float64 `arg:"slope,above=0,default=0.16666666666666666" hash:"unless zero" doc:"slope at 0; Keras 1 and 2 had 0.2"`
}

func (a *hardSigmoid) apply(c *Context, x *ir.Value) *ir.Value {
	x = c.pre(x)
	if a.Slope == 0 {
		return op.Unary(c.B, "hard_sigmoid", x)
	}
	line := scalar.Call("add", scalar.Call("mul", scalar.Num(a.Slope), scalar.Arg(0)), scalar.Num(0.5))
	return op.MapOf(c.B, scalar.Call("min", scalar.Call("max", line, scalar.Num(0)), scalar.Num(1)), "hard_sigmoid", x)
}
