package layer

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name:  "Dropout",
	Doc:   "Sets a random fraction of its inputs to 0 while training.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &Dropout{} },
})

// Dropout sets each input to 0 with probability rate while training, and
// multiplies the others by 1/(1-rate); otherwise it does nothing. Source: Keras
// 3, layers/regularization/dropout.py; Srivastava et al., 2014.
type Dropout struct {
	Rate float64 `arg:"rate,required,min=0,below=1" doc:"fraction of the inputs to drop" train:"only"`
	// NoiseShape is the shape of a mask, the batch among its axes.
	NoiseShape []*int `arg:"noise_shape" hash:"unless zero" doc:"shape of the mask, the batch being axis 0, null: 1 where all values along an axis are dropped together, null where each is on its own" train:"only"`
	Seed       *int64 `arg:"seed" doc:"a number that makes this layer draw other masks than one without" train:"only"`
}

// Build implements [Config].
func (d *Dropout) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	shape, ok := noiseShape(c, x, d.NoiseShape)
	if !ok {
		return c.poison()
	}
	return dropoutOf(c, x, shape, d.Rate, d.Seed)
}

// dropout sets values to 0 with probability rate while training, and multiplies
// the others by 1/(1-rate).
func dropout(c *Context, x *ir.Value, rate float64, seed *int64) *ir.Value {
	if !x.Valid() {
		return x
	}
	return dropoutOf(c, x, x.Shape, rate, seed)
}

// dropoutOf is dropout with a mask of a shape that broadcasts to that of x.
func dropoutOf(c *Context, x *ir.Value, shape ir.Shape, rate float64, seed *int64) *ir.Value {
	if !c.Training || rate == 0 || !x.Valid() {
		return x
	}
	u := uniformNoise(c, shape, seed)
	// A value is kept where u >= rate; u comes from [0, 1).
	kept := scalar.Call("mul", scalar.Arg(0), scalar.Num(1/(1-rate)))
	return op.MapOf(c.B, scalar.Call("select", scalar.Call("ge", scalar.Arg(1), scalar.Num(rate)), kept, scalar.Num(0)), "dropout", x, u)
}

// uniformNoise draws from [0, 1), a stream for every layer and seed.
func uniformNoise(c *Context, shape ir.Shape, seed *int64) *ir.Value {
	stream := c.Name
	if seed != nil {
		stream = fmt.Sprintf("%s#%d", c.Name, *seed)
	}
	return c.Named(op.Uniform(c.B, stream, shape), "noise")
}

// noiseShape is the shape of the mask of x that an argument gives: a number for
// every axis, which is 1 or that of x, or null for that of x. Source: Keras 3,
// layers/regularization/dropout.py, _get_concrete_noise_shape.
func noiseShape(c *Context, x *ir.Value, given []*int) (ir.Shape, bool) {
	if given == nil {
		return x.Shape, true
	}
	if len(given) != len(x.Shape) {
		c.ErrorAt("noise_shape", "noise_shape has %d axes, but %s gives %v; write a number or null for each of its %d axes, the batch being the first", len(given), from(x), x.Shape, len(x.Shape))
		return nil, false
	}
	shape := slices.Clone(x.Shape)
	for i, n := range given {
		switch {
		case n == nil:
		case i == 0:
			c.ErrorAt("noise_shape", "noise_shape has %d for the batch, whose rows are not known, and one mask of all rows is not supported by this version of nngen; write null", *n)
			return nil, false
		case *n == 1:
			shape[i] = 1
		case *n != shape[i]:
			c.ErrorAt("noise_shape", "noise_shape has %d for axis %d, but %s gives %v; write 1, %d or null", *n, i, from(x), x.Shape, shape[i])
			return nil, false
		}
	}
	return shape, true
}
