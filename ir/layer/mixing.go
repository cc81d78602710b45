package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Mixing is a layer that mixes the rows of a batch while training, and what becomes of
// the targets of the loss with them.
type Mixing struct {
	Layer, Kind string
	Pos         diag.Pos
	// Target is the targets, of numbers, mixed as the rows are.
	Target func(target *ir.Value) *ir.Value
}

// mixes builds a layer that mixes images of a batch, which is taken whole. f gives the
// images and says how targets are mixed.
func (a augmentation) mixes(c *Context, x *ir.Value, f func(x *ir.Value, other func(v *ir.Value) *ir.Value) (y *ir.Value, target func(t *ir.Value) *ir.Value)) *ir.Value {
	if !a.images(c, x) {
		return c.poison()
	}
	if !c.Training {
		c.BatchStatistics, c.Mixes = append(c.BatchStatistics, c.Name), true
		return x
	}
	order := a.within(c, "order", ir.Shape{ir.Batch}, 0, 1)
	other := func(v *ir.Value) *ir.Value { return c.B.Apply(&op.Shuffle{}, order, v) }
	var target func(t *ir.Value) *ir.Value
	y := a.channelsLast(c, x, func(x *ir.Value) (y *ir.Value) {
		y, target = f(x, other)
		return y
	})
	c.Mixings = append(c.Mixings, Mixing{Layer: c.Name, Kind: c.Kind, Pos: c.Args.Pos, Target: target})
	return y
}

// blended is weight·v + (1 - weight)·other, for every row by a weight of its own,
// [n,1,1,1].
func blended(c *Context, v, other, weight *ir.Value) *ir.Value {
	shape := ir.Shape{ir.Batch}
	for range v.Shape[1:] {
		shape = append(shape, 1)
	}
	w := scalar.Arg(2)
	e := sum(product(w, scalar.Arg(0)), product(difference(scalar.Num(1), w), scalar.Arg(1)))
	return op.MapOf(c.B, e, "mix", v, other, op.ReshapeTo(c.B, weight, shape))
}

// attempts is how many numbers beta draws for one: of five in a hundred that are not
// taken, so many in a row are one in 3·10^10.
const attempts = 8

// beta draws for every image a number that is distributed as beta with both parameters
// alpha, above 0 and of one element: x/(x + y) of two numbers distributed as gamma, in
// logarithms, for those of a small alpha are too small for a float32. Source:
// G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM
// Transactions on Mathematical Software 26, 2000: of normal z and uniform u, d·v is
// distributed as gamma with d + 1/3, where d >= 2/3, v = (1 + z/√(9d))³ and
// log u < z²/2 + d - d·v + d·log v; and times u^(1/alpha) as gamma with d - 2/3.
func (a augmentation) beta(c *Context, alpha *ir.Value) *ir.Value {
	b := c.B
	z := quantile(c, op.Uniform(b, a.stream(c, "normal"), ir.Shape{ir.Batch, 2, attempts}))
	u := op.Uniform(b, a.stream(c, "accepted"), ir.Shape{ir.Batch, 2, attempts})
	power := op.Uniform(b, a.stream(c, "power"), ir.Shape{ir.Batch, 2, 1})
	log := func(x scalar.Expr) scalar.Expr { return scalar.Call("log", x) }
	d := op.MapOf(b, sum(scalar.Arg(0), scalar.Num(2.0/3)), "shape", alpha)
	root := sum(scalar.Num(1), product(scalar.Arg(0), scalar.Call("rsqrt", product(scalar.Num(9), scalar.Arg(1)))))
	roots := op.MapOf(b, root, "root", z, d)
	// The logarithm of v, and whether it is taken; 1-u is above 0.
	logs := op.MapOf(b, product(scalar.Num(3), log(scalar.Call("max", scalar.Arg(0), scalar.Num(1e-9)))), "log", roots)
	normal, shape, logV := scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)
	limit := sum(product(scalar.Num(0.5), product(normal, normal)), product(shape, difference(sum(scalar.Num(1), logV), scalar.Call("exp", logV))))
	below := scalar.Call("lt", log(difference(scalar.Num(1), scalar.Arg(3))), limit)
	taken := op.MapOf(b, scalar.Call("select", scalar.Call("gt", scalar.Arg(4), scalar.Num(0)), below, scalar.Num(0)), "taken", z, d, logs, u, roots)
	v := op.SliceAxis(b, logs, 2, attempts-1, 1)
	for i := attempts - 2; i >= 0; i-- {
		v = op.MapOf(b, scalar.Call("select", scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)), "taken", op.SliceAxis(b, taken, 2, i, 1), op.SliceAxis(b, logs, 2, i, 1), v)
	}
	gamma := sum(scalar.Arg(0), scalar.Call("div", log(difference(scalar.Num(1), scalar.Arg(1))), scalar.Arg(2)))
	logs = op.MapOf(b, gamma, "gamma", v, power, alpha) // log d is in both
	share := scalar.Call("sigmoid", difference(scalar.Arg(0), scalar.Arg(1)))
	w := op.MapOf(b, share, "beta", op.SliceAxis(b, logs, 1, 0, 1), op.SliceAxis(b, logs, 1, 1, 1))
	return c.Named(op.ReshapeTo(b, w, ir.Shape{ir.Batch, 1, 1, 1}), "weight")
}

// Mixed is the target of an output as the layers that mix rows leave it; a loss that
// takes class numbers is an error at the position of the loss.
func (n *Net) Mixed(loss string, l Loss, target *ir.Value) *ir.Value {
	for _, m := range n.Mixings {
		if !target.Valid() {
			return target
		}
		if target.DType != ir.F32 {
			return n.B.Errorf("compile: layer %s: %s mixes the targets with the images, and %s takes whole numbers, between which there is nothing; %s", diag.Quote(m.Layer), m.Kind, loss, fractions(l))
		}
		target = m.Target(target)
	}
	return target
}

// fractions says what to write in place of a loss of whole numbers.
func fractions(l Loss) string {
	if s, ok := l.(*sparseCategoricalCrossentropy); ok {
		if s.FromLogits {
			return "write loss: {categorical_crossentropy: {from_logits: true}}, whose targets are fractions of every class; the data section makes them of class numbers"
		}
		return "write loss: categorical_crossentropy, whose targets are fractions of every class; the data section makes them of class numbers"
	}
	return "take the layer out, or write a loss whose targets are fractions, such as categorical_crossentropy"
}

// cutTarget is a target that is cut as images of that size are, where it is images of
// its own, which of one channel need no axis for it; blend gives others. It reports a
// target that is neither.
func (a augmentation) cutTarget(c *Context, t *ir.Value, height, width int, cut, blend func(t *ir.Value) *ir.Value) *ir.Value {
	if len(t.Shape) <= 2 {
		return blend(t)
	}
	image := t
	if len(t.Shape) == 3 {
		image = op.ReshapeTo(c.B, t, ir.Shape{ir.Batch, t.Shape[1], t.Shape[2], 1})
		a.DataFormat = "channels_last"
	}
	if len(image.Shape) == 4 {
		if h, w, _ := a.size(image); h == height && w == width {
			return op.ReshapeTo(c.B, a.channelsLast(c, image, cut), t.Shape)
		}
	}
	return c.Errorf("%s cuts targets that are fractions of classes, or images of %d x %d like those that it is given, not %v", c.Kind, height, width, t.Shape)
}
