package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

type glu struct{}

// apply is a·σ(b), a being the first half of the last axis and b the second: […, 2·k]
// to […, k]. Source: Keras 3, backend/tensorflow/nn.py, glu.
func (*glu) apply(c *Context, x *ir.Value) *ir.Value {
	if !x.Valid() {
		return x
	}
	x = c.pre(x)
	last := x.Shape[len(x.Shape)-1]
	if len(x.Shape) < 2 || last%2 != 0 {
		return c.ErrorAt("activation", "glu multiplies the first half of the last axis by the sigmoid of the second, but %v has no halves; give it an even size", x.Shape)
	}
	half := last / 2
	product := scalar.Call("mul", scalar.Arg(0), scalar.Call("sigmoid", scalar.Arg(1)))
	return op.MapOf(c.B, product, "glu", op.SliceAxis(c.B, x, -1, 0, half), op.SliceAxis(c.B, x, -1, half, half))
}
