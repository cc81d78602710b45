package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "Permute",
	Doc:  "Puts the axes of its input in another order.",
	New:  func() Config { return &Permute{} },
})

// Permute puts the axes after the batch in another order: axis i of the result is
// axis dims[i-1] of the input. Source: Keras 3, layers/reshaping/permute.py.
type Permute struct {
	Dims []int `arg:"dims,required" doc:"the axes in their new order, counted from 1: [2, 1] swaps two"`
}

// Build implements [Config].
func (p *Permute) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.oneLength(x) {
		return c.poison()
	}
	sorted := slices.Sorted(slices.Values(p.Dims))
	for i, d := range sorted {
		if d != i+1 {
			return c.ErrorAt("dims", "dims %s is not an order of the axes 1 to %d", Flow(p.Dims), len(p.Dims))
		}
	}
	if len(p.Dims) != len(x.Shape)-1 {
		return c.ErrorAt("dims", "dims %s orders %d axes, but %s gives %v", Flow(p.Dims), len(p.Dims), from(x), x.Shape)
	}
	return op.TransposeTo(c.B, x, append([]int{0}, p.Dims...)...)
}

// Stepwise implements [Stepper].
func (p *Permute) Stepwise(ir.Shape) bool { return len(p.Dims) > 0 && p.Dims[0] == 1 }
