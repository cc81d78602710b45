package op

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Const is a fixed tensor, row-major; of i32, Data are whole numbers. It has no
// operands.
type Const struct {
	Shape ir.Shape
	Data  []float64
	DType ir.DType
}

// ConstOf is a fixed tensor.
func ConstOf(b *ir.Builder, shape ir.Shape, data []float64) *ir.Value {
	return b.Apply(&Const{Shape: shape, Data: data})
}

// IndicesOf is a fixed tensor of i32.
func IndicesOf(b *ir.Builder, shape ir.Shape, list []int) *ir.Value {
	data := make([]float64, len(list))
	for i, x := range list {
		data[i] = float64(x)
	}
	return b.Apply(&Const{Shape: shape, Data: data, DType: ir.I32})
}

// Scalar is the constant v, which broadcasts against everything.
func Scalar(b *ir.Builder, v float64) *ir.Value {
	return ConstOf(b, ir.Shape{}, []float64{v})
}

// Name is "const".
func (*Const) Name() string { return "const" }

// String gives a scalar's value, and a digest of a longer constant.
func (k *Const) String() string {
	if len(k.Data) == 1 && k.DType == ir.F32 {
		return fmt.Sprintf("const[%v %v]", k.Shape, scalar.Num(k.Data[0]))
	}
	h := fnv.New64a()
	for _, x := range k.Data {
		var word [8]byte
		for i, bits := 0, math.Float64bits(x); i < 8; i++ {
			word[i] = byte(bits >> (8 * i))
		}
		h.Write(word[:])
	}
	kind := ""
	if k.DType == ir.I32 {
		kind = " i32"
	}
	return fmt.Sprintf("const[%v%s #%016x]", k.Shape, kind, h.Sum64())
}

// Infer is the declared shape, which has no batch axis.
func (k *Const) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("const", args, 0); err != nil {
		return ir.Type{}, err
	}
	if err := k.Shape.Check(); err != nil {
		return ir.Type{}, err
	}
	if k.Shape.Batched() || len(k.Data) != k.Shape.Elements() {
		return ir.Type{}, fmt.Errorf("const: %d values for shape %v", len(k.Data), k.Shape)
	}
	if k.DType == ir.I32 && slices.ContainsFunc(k.Data, func(x float64) bool { return x != math.Trunc(x) || math.Abs(x) > maxIndex }) {
		return ir.Type{}, fmt.Errorf("const: a number that is no index")
	}
	return ir.Type{Shape: k.Shape, DType: k.DType}, nil
}

// maxIndex is up to which whole numbers a float32, which programs keep constants as,
// has all.
const maxIndex = 1 << 24

// Eval32 is the rule in single precision.
func (k *Const) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalConst(c, k, v, args)
}

// Eval64 is the rule in double precision.
func (k *Const) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalConst(c, k, v, args)
}

func evalConst[F ir.Float](c *ir.Context[F], k *Const, _ *ir.Value, _ []*ir.Tensor[F]) *ir.Tensor[F] {
	if k.DType == ir.I32 {
		out := &ir.Tensor[F]{Shape: k.Shape}
		for _, x := range k.Data {
			out.I = append(out.I, int32(x))
		}
		return out
	}
	out := c.New(k.Shape)
	for i, x := range k.Data {
		out.F[i] = F(x)
	}
	return out
}

// VJP hands nothing on: a constant has no operands.
func (*Const) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

// Lower puts the values into the program. Kernels do not read a scalar from
// there: it becomes part of their expressions.
func (k *Const) Lower(l Lowering, v *ir.Value) {
	data := make([]float32, len(k.Data))
	for i, x := range k.Data {
		data[i] = float32(x)
	}
	leaf(l, v, &loop.Buffer{Class: loop.Const, Data: data})
}
