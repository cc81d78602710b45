package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name:  "Rescaling",
	Doc:   "x·scale + offset.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &Rescaling{Offset: []float64{0}} },
})

// Rescaling is x·scale + offset, each a number or one number per index of the
// last axis. Source: Keras 3, layers/preprocessing/rescaling.py.
type Rescaling struct {
	Scale  []float64 `arg:"scale,required" doc:"factor, or one per index of the last axis"`
	Offset []float64 `arg:"offset" doc:"what is added, or one per index of the last axis"`
}

// Build implements [Config].
func (r *Rescaling) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	if len(r.Scale) == 1 && len(r.Offset) == 1 {
		scaled := scalar.Call("mul", scalar.Arg(0), scalar.Num(r.Scale[0]))
		return op.MapOf(c.B, scalar.Call("add", scaled, scalar.Num(r.Offset[0])), "rescale", x)
	}
	scale, offset := c.perIndex(x, "scale", r.Scale), c.perIndex(x, "offset", r.Offset)
	return op.MapOf(c.B, scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2)), "rescale", x, scale, offset)
}

// perIndex is the constant of an argument that holds a number, or one for every
// index of the last axis of x.
func (c *Context) perIndex(x *ir.Value, argument string, values []float64) *ir.Value {
	if len(values) == 1 {
		return op.Scalar(c.B, values[0])
	}
	if last := x.Shape[len(x.Shape)-1]; len(x.Shape) < 2 || len(values) != last {
		return c.ErrorAt(argument, "%s has %d numbers; write one, or one for every index of the last axis of %v", argument, len(values), x.Shape)
	}
	return c.Named(op.ConstOf(c.B, ir.Shape{len(values)}, values), argument)
}
