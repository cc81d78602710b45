package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name: "RandomRotation",
	Doc:  "Rotates images while training.",
	New:  func() Config { return &RandomRotation{warp: mirrored, augmentation: augmenting} },
})

// RandomRotation rotates every image around its middle while training. Source:
// Keras 3, layers/preprocessing/image_preprocessing/random_rotation.py.
type RandomRotation struct {
	Factor []float64 `arg:"factor,required,min=-1,max=1" doc:"by which fraction of a full turn, counterclockwise: [lowest, highest], or one number f for [-f, f]" train:"only"`
	warp
	augmentation
}

// Build implements [Config].
func (r *RandomRotation) Build(c *Context, in []*ir.Value) *ir.Value {
	low, high, ok := around(c, "factor", r.Factor)
	if !r.images(c, in[0]) || !ok {
		return c.poison()
	}
	return r.apply(c, in[0], func(x *ir.Value) *ir.Value {
		turns := r.uniform(c, "turns", low, high)
		arg := func(i int) scalar.Expr { return scalar.Arg(i) }
		sin := op.MapOf(c.B, turning(arg(0)), "sine", turns)
		cos := op.MapOf(c.B, turning(sum(arg(0), scalar.Num(0.25))), "cosine", turns)
		minus := op.Unary(c.B, "neg", sin)
		// What is left of the middle (cx, cy) once it has been rotated.
		cx, cy := scalar.Num(float64(x.Shape[2]-1)/2), scalar.Num(float64(x.Shape[1]-1)/2)
		rest := func(c0, c1, at scalar.Expr) scalar.Expr {
			return difference(difference(at, product(cx, c0)), product(cy, c1))
		}
		return r.transform(c, x, affine{
			a: [3]*ir.Value{cos, minus, op.MapOf(c.B, rest(arg(0), arg(1), cx), "offset", cos, minus)},
			b: [3]*ir.Value{sin, cos, op.MapOf(c.B, rest(arg(1), arg(0), cy), "offset", cos, sin)},
		}, x.Shape[1], x.Shape[2])
	})
}
