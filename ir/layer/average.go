package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name:  "Average",
	Doc:   "The mean of its inputs, element by element.",
	Merge: true,
	Masks: true,
	Steps: true,
	New:   func() Config { return &Average{} },
})

// Average is the mean of inputs of one shape, stretched as [Multiply] does.
// Source: Keras 3, layers/merging/average.py.
type Average struct{}

// Build implements [Config].
func (*Average) Build(c *Context, in []*ir.Value) *ir.Value {
	sum := merged(c, "add", in)
	if !sum.Valid() {
		return sum
	}
	return op.MapOf(c.B, scalar.Call("div", scalar.Arg(0), scalar.Num(len(in))), "average", c.Named(sum, "sum"))
}
