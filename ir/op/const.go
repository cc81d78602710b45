package op

import (
	"fmt"
	"hash/fnv"
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// Const is a fixed f32 tensor, row-major. It has no operands.
type Const struct {
	Shape ir.Shape
	Data  []float64
}

// ConstOf is a fixed tensor.
func ConstOf(b *ir.Builder, shape ir.Shape, data []float64) *ir.Value {
	return b.Apply(&Const{Shape: shape, Data: data})
}

// Scalar is the constant v, which broadcasts against everything.
func Scalar(b *ir.Builder, v float64) *ir.Value {
	return ConstOf(b, ir.Shape{}, []float64{v})
}

// Name is "const".
func (*Const) Name() string { return "const" }

// String gives a scalar's value, and a digest of a longer constant.
func (c *Const) String() string {
	if len(c.Data) == 1 {
		return fmt.Sprintf("const[%v %v]", c.Shape, loop.Num(c.Data[0]))
	}
	h := fnv.New64a()
	for _, x := range c.Data {
		var word [8]byte
		for i, bits := 0, math.Float64bits(x); i < 8; i++ {
			word[i] = byte(bits >> (8 * i))
		}
		h.Write(word[:])
	}
	return fmt.Sprintf("const[%v #%016x]", c.Shape, h.Sum64())
}

// Infer is the declared shape, which has no batch axis.
func (c *Const) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("const", args, 0); err != nil {
		return ir.Type{}, err
	}
	if err := c.Shape.Check(); err != nil {
		return ir.Type{}, err
	}
	if c.Shape.Batched() || len(c.Data) != c.Shape.Elements() {
		return ir.Type{}, fmt.Errorf("const: %d values for shape %v", len(c.Data), c.Shape)
	}
	return ir.Type{Shape: c.Shape}, nil
}
