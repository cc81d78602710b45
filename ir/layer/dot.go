package layer

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name:  "Dot",
	Doc:   "The products of two inputs along one axis of each, added up.",
	Merge: true,
	New:   func() Config { return &Dot{} },
})

// Dot is Σ_k x[n, …, k, …]·y[n, …, k, …]: the axes of x that are left, then those
// of y; of rows of values one value, [n, 1]. Source: Keras 3,
// layers/merging/dot.py.
type Dot struct {
	Axes      []int `arg:"axes,required" doc:"axis to sum along, or one of each input, the batch being axis 0"`
	Normalize bool  `arg:"normalize" doc:"whether values are divided by their length along the axis: the result is the cosine"`
}

// Build implements [Config].
func (d *Dot) Build(c *Context, in []*ir.Value) *ir.Value {
	if !two(c, in) {
		return c.poison()
	}
	if n := len(d.Axes); n == 0 || n > 2 {
		return c.ErrorAt("axes", "axes holds %d axes; it takes one for both inputs, or one for each", n)
	}
	var letters [2]string
	rest := ""
	next := 'c'
	var operands [2]*ir.Value
	for i, x := range in {
		if !c.floats(x) {
			return c.poison()
		}
		axis, ok := namedAxis(c, "axes", x, d.Axes[min(i, len(d.Axes)-1)])
		if !ok {
			return c.poison()
		}
		letters[i] = "a"
		for j := 1; j < len(x.Shape); j++ {
			if j == axis {
				letters[i] += "b"
				continue
			}
			letters[i] += string(next)
			rest += string(next)
			next++
		}
		operands[i] = x
		if d.Normalize {
			part := fmt.Sprint("unit", i+1)
			operands[i] = c.Named(unit(c, x, 1e7, part, axis), part)
		}
	}
	sizes := [2]int{in[0].Shape[strings.Index(letters[0], "b")], in[1].Shape[strings.Index(letters[1], "b")]}
	if sizes[0] != sizes[1] {
		return c.ErrorAt("axes", "the axes of both inputs have one length, but %s gives %v and %s gives %v: %d against %d", from(in[0]), in[0].Shape, from(in[1]), in[1].Shape, sizes[0], sizes[1])
	}
	y := op.Einsum(c.B, letters[0]+","+letters[1]+"->a"+rest, operands[0], operands[1])
	if rest == "" && y.Valid() {
		return op.ReshapeTo(c.B, c.Named(y, "dot"), ir.Shape{ir.Batch, 1})
	}
	return y
}

// unit is x divided by its length along some axes: x·min(1/√Σx², most). Source:
// Keras 3, _normalize in ops/nn.py.
func unit(c *Context, x *ir.Value, most float64, part string, axes ...int) *ir.Value {
	squares := c.Named(op.MapOf(c.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(0)), "square", x), part+".squares")
	sum := c.Named(op.Sum(c.B, squares, true, axes...), part+".sum")
	inverse := scalar.Call("min", scalar.Call("rsqrt", scalar.Arg(0)), scalar.Num(most))
	scale := c.Named(op.MapOf(c.B, inverse, "scale", sum), part+".scale")
	return op.Binary(c.B, "mul", x, scale)
}
