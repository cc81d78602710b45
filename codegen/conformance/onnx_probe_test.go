package conformance

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// The gradient that a package gives is one with respect to parameters, of a loss. Two
// layers make it that of any function with respect to its inputs: Shift adds a parameter
// to an input, and Share multiplies an output by numbers, both while training alone, so
// that predictions are those of the network without them.
func init() {
	layer.Register(layer.Info{Name: "Shift", Doc: "x + at, while training.", New: func() layer.Config { return shift{} }})
	layer.Register(layer.Info{Name: "Share", Doc: "x·by, while training.", New: func() layer.Config { return share{} }})
}

type shift struct{}

// Build implements [layer.Config].
func (shift) Build(c *layer.Context, in []*ir.Value) *ir.Value {
	at := c.Param("at", in[0].Shape.Row(), spec.Call{Name: "zeros"}, spec.Call{})
	if !c.Training {
		return in[0]
	}
	return op.MapOf(c.B, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "shift", in[0], at)
}

type share struct{}

// Build implements [layer.Config]. A share of 0 is none of what is no number either.
func (share) Build(c *layer.Context, in []*ir.Value) *ir.Value {
	by := c.Param("by", in[0].Shape.Row(), spec.Call{Name: "zeros"}, spec.Call{})
	if !c.Training {
		return in[0]
	}
	some := scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))
	return op.MapOf(c.B, scalar.Call("select", scalar.Call("eq", scalar.Arg(1), scalar.Num(0)), scalar.Num(0), some), "share", in[0], by)
}
