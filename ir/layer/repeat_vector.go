package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "RepeatVector",
	Doc:  "Repeats a row of values as the steps of a sequence.",
	New:  func() Config { return &RepeatVector{} },
})

// RepeatVector gives every row as each of n steps: [rows, features] to
// [rows, n, features]. Source: Keras 3, layers/reshaping/repeat_vector.py.
type RepeatVector struct {
	N int `arg:"n,required,min=1" doc:"number of steps"`
}

// Build implements [Config].
func (r *RepeatVector) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	if len(x.Shape) != 2 {
		return c.Errorf("RepeatVector takes rows of values [n, features], but %s gives %v; a Flatten layer before it makes them one row", from(x), x.Shape)
	}
	step := op.ReshapeTo(c.B, x, ir.Shape{ir.Batch, 1, x.Shape[1]})
	return op.BroadcastTo(c.B, c.Named(step, "step"), ir.Shape{ir.Batch, r.N, x.Shape[1]})
}
