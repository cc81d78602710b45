package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

type celu struct {
	Alpha float64 `arg:"alpha,above=0" doc:"what the result tends to far below 0, negated"`
}

func (a *celu) apply(c *Context, x *ir.Value) *ir.Value {
	return op.MapOf(c.B, op.CeluExpr(a.Alpha), "celu", c.pre(x))
}

type squareplus struct {
	B float64 `arg:"b,above=0" doc:"how wide the bend at 0 is"`
}

func (a *squareplus) apply(c *Context, x *ir.Value) *ir.Value {
	return op.MapOf(c.B, op.SquareplusExpr(a.B), "squareplus", c.pre(x))
}

// shrink is hard_shrink or soft_shrink, whose word says which.
type shrink struct {
	word      string
	Threshold float64 `arg:"threshold,min=0" doc:"how far from 0 a value becomes 0"`
}

// apply is x where |x| > threshold, or what is left of it beyond the threshold, and
// 0 elsewhere. Source: Keras 3, backend/tensorflow/nn.py.
func (a *shrink) apply(c *Context, x *ir.Value) *ir.Value {
	v, t, zero := scalar.Arg(0), scalar.Num(a.Threshold), scalar.Num(0)
	e := scalar.Call("select", scalar.Call("gt", scalar.Call("abs", v), t), v, zero)
	if a.word == "soft_shrink" {
		below := scalar.Call("select", scalar.Call("lt", v, scalar.Num(-a.Threshold)), scalar.Call("add", v, t), zero)
		e = scalar.Call("select", scalar.Call("gt", v, t), scalar.Call("sub", v, t), below)
	}
	return op.MapOf(c.B, e, a.word, c.pre(x))
}

type threshold struct {
	Threshold    float64 `arg:"threshold,required" doc:"what a value has to be above"`
	DefaultValue float64 `arg:"default_value,required" doc:"what the others become"`
}

func (a *threshold) apply(c *Context, x *ir.Value) *ir.Value {
	e := scalar.Call("select", scalar.Call("gt", scalar.Arg(0), scalar.Num(a.Threshold)), scalar.Arg(0), scalar.Num(a.DefaultValue))
	return op.MapOf(c.B, e, "threshold", c.pre(x))
}
