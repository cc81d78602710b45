// Package quantized has the operators that compute with quantized numbers, as the standard
// says: integers with a scale and a zero point.
package quantized

import (
	"slices"

	"github.com/nngen-go/nngen/ir/onnx/arithmetic"
	"github.com/nngen-go/nngen/ir/onnx/layout"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/product"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/reduction"
	"github.com/nngen-go/nngen/ir/onnx/spatial"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Rows are the operators.
var Rows = map[string]node.Row{
	"QuantizeLinear":        {Least: 2, Most: 3, Graph: quantizeLinear},
	"DequantizeLinear":      {Least: 2, Most: 3, Graph: dequantizeLinear},
	"DynamicQuantizeLinear": {Least: 1, Most: 1, Graph: dynamicQuantize},
	"MatMulInteger":         {Least: 2, Most: 4, Graph: matmulInteger},
	"ConvInteger":           {Least: 2, Most: 4, Graph: convInteger},
	"QLinearMatMul":         {Least: 8, Most: 8, Graph: qlinearMatmul},
	"QLinearConv":           {Least: 8, Most: 9, Graph: qlinearConv},
}

// quantizable are the types that numbers are quantized to.
func quantizable(t proto.Type) bool { return tensor.IsInteger(t) && tensor.Width(t) <= 16 }

// alongAxis is v, a scale or a zero point, as it is stretched over of: one number, one for
// every element of an axis, or one for every block of them. Source: ONNX 1.22,
// QuantizeLinear.
func alongAxis(n *node.Node, v, of *node.Value) *node.Value {
	if v == nil || tensor.Count(v.Shape) == 1 && v.Rank() <= 1 {
		return node.ShapedAs(n, v, nil)
	}
	axis := n.Axis(n.Int("axis", 1), of.Rank())
	if n.Failed {
		return nil
	}
	if v.Rank() == 1 {
		if v.Shape[0] != of.Shape[axis] {
			n.Errorf("scales %v for axis %d of %v", v.Shape, axis, of.Shape)
			return nil
		}
		return node.ShapedAs(n, v, append([]int{v.Shape[0]}, slices.Repeat([]int{1}, of.Rank()-axis-1)...))
	}
	block := n.Int("block_size", 0)
	if v.Rank() != of.Rank() || block < 1 || v.Shape[axis] != (of.Shape[axis]+block-1)/block {
		n.Errorf("scales %v in blocks of %d of axis %d of %v", v.Shape, block, axis, of.Shape)
		return nil
	}
	var ids []int64
	for i := range of.Shape[axis] {
		ids = append(ids, int64(i/block))
	}
	out := slices.Clone(v.Shape)
	out[axis] = len(ids)
	if v.Known != nil {
		gathered := n.With(v, &node.Value{Known: tensor.Ints(ids...)})
		gathered.Proto = &proto.Node{Attributes: []*proto.Attribute{{Name: "axis", Int: int64(axis)}}}
		t := layout.GatherKnown(gathered)
		if n.Take(gathered) {
			return nil
		}
		return &node.Value{Type: v.Type, Shape: t[0].Shape, Known: t[0]}
	}
	pick := n.With(v, &node.Value{Known: tensor.Ints(ids...)})
	y := layout.Picked(pick, axis, v.Shape[axis], out)
	if n.Take(pick) {
		return nil
	}
	return y[0]
}

// saturated rounds x to whole numbers, halves to the even one, moves them by the zero point
// and keeps them within a type.
func saturated(x, zero scalar.Expr, t proto.Type) scalar.Expr {
	all := node.RangeOf(t)
	return arithmetic.Clipped(scalar.Call("add", arithmetic.Rounded(x), zero), all.Low, all.High)
}

// quantizedBy is saturated of v/scale.
func quantizedBy(n *node.Node, v, scale, zero *node.Value, t proto.Type) *node.Value {
	return saturatedBy(n, n.Then(scalar.Call("div", scalar.Arg(0), scalar.Arg(1)), "scaled", proto.Float32, v, scale), zero, t)
}

// saturatedBy is x with a zero point, which may be left out, within a type.
func saturatedBy(n *node.Node, x, zero *node.Value, t proto.Type) *node.Value {
	in, e := []*node.Value{x}, saturated(scalar.Arg(0), scalar.Num(0), t)
	if zero != nil {
		in, e = append(in, zero), saturated(scalar.Arg(0), scalar.Arg(1), t)
	}
	y := n.Then(e, "quantized", t, in...)
	if y != nil && tensor.IsInteger(t) {
		all := node.RangeOf(t)
		y.Whole = &all
	}
	return y
}

func quantizeLinear(n *node.Node) []*node.Value {
	v, zero := n.In[0], n.Operand(2)
	t := proto.Type(n.Int("output_dtype", int(proto.Uint8)))
	if t == proto.Undefined {
		t = proto.Uint8
	}
	if zero != nil {
		t = zero.Type
	}
	f, narrow := tensor.Formats[t]
	if !quantizable(t) && !(narrow && f.Digits < 8) {
		return n.Errorf("it quantizes to %v; integers of at most 16 bits and floating-point numbers of at most 8 are supported", t)
	}
	v = n.Then(scalar.Arg(0), "number", proto.Float32, v)
	if n.Failed {
		return nil
	}
	if narrow {
		y := n.Then(scalar.Call("div", scalar.Arg(0), scalar.Arg(1)), "scaled", t, v, alongAxis(n, n.In[1], v))
		return arithmetic.Narrowed(n, y, n.Int("saturate", 1) != 0)
	}
	y := quantizedBy(n, v, alongAxis(n, n.In[1], v), alongAxis(n, zero, v), t)
	if n.Failed {
		return nil
	}
	return node.One(y)
}

func dequantizeLinear(n *node.Node) []*node.Value {
	v, zero := n.In[0], n.Operand(2)
	scale := alongAxis(n, n.In[1], v)
	t := n.In[1].Type
	if o := n.Int("output_dtype", 0); o != 0 {
		t = proto.Type(o)
	}
	y := lessZero(n, v, alongAxis(n, zero, v))
	y = n.Then(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "dequantized", t, y, scale)
	if n.Failed {
		return nil
	}
	return node.One(y)
}

// lessZero is v without its zero point, as numbers.
func lessZero(n *node.Node, v, zero *node.Value) *node.Value {
	if zero == nil || n.Failed {
		return n.Then(scalar.Arg(0), "number", proto.Float32, v)
	}
	if v.Known == nil || zero.Known == nil {
		return n.Then(scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), "less zero", proto.Float32, v, zero)
	}
	of := n.With(v, zero)
	t := node.Folded(of, scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), proto.Float32)
	if n.Take(of) {
		return nil
	}
	return &node.Value{Name: v.Name + ".numbers", Type: proto.Float32, Shape: t[0].Shape, Known: t[0]}
}

// dynamicQuantize takes scale and zero point from the least and the largest element, and 0.
// Where all elements are 0, the scale is 1. Source: ONNX 1.22, DynamicQuantizeLinear; ONNX
// Runtime, GetQuantizationParameter.
func dynamicQuantize(n *node.Node) []*node.Value {
	x := n.X(0)
	if !x.Valid() {
		return n.Errorf("its operand is not valid")
	}
	all := reduction.From(x, 0)
	t := n.In[0].Type
	high, low := x, x
	if len(all) > 0 {
		reduce := func(f reduction.Reduction) *node.Value {
			of := n.With(n.In[0])
			out := reduction.Reduced(of, f, n.In[0], tensor.Identity(n.In[0].Rank()), false)
			if n.Take(of) {
				return &node.Value{}
			}
			return out[0]
		}
		high, low = n.Plain(reduce(reduction.Highest)), n.Plain(reduce(reduction.LowestOf))
	}
	if n.Failed {
		return nil
	}
	up := n.Then(scalar.Call("max", scalar.Arg(0), scalar.Num(0)), "high", t, n.Computed(high, t))
	down := n.Then(scalar.Call("min", scalar.Arg(0), scalar.Num(0)), "low", t, n.Computed(low, t))
	scale := n.Then(scalar.Call("mul", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), scalar.Num(1.0/255)), "scale", t, up, down)
	scale = n.Then(scalar.Call("select", scalar.Call("eq", scalar.Arg(0), scalar.Num(0)), scalar.Num(1), scalar.Arg(0)), "scale", t, scale)
	zero := quantizedBy(n, n.Then(scalar.Call("neg", scalar.Arg(0)), "zero", t, down), scale, nil, proto.Uint8)
	if n.Failed {
		return nil
	}
	y := quantizedBy(n, n.In[0], scale, zero, proto.Uint8)
	return []*node.Value{y, scale, zero}
}

// sideways is a zero point for every row of a matrix as a column.
func sideways(n *node.Node, zero *node.Value, rows bool) *node.Value {
	switch {
	case zero == nil || tensor.Count(zero.Shape) == 1:
		return node.ShapedAs(n, zero, nil)
	case rows && zero.Rank() == 1:
		return node.ShapedAs(n, zero, []int{zero.Shape[0], 1})
	}
	return zero
}

// wholeProduct is the product of two operands without their zero points, and the span of
// its elements.
func wholeProduct(n *node.Node, a, b, zeroA, zeroB *node.Value) (*node.Value, node.Span) {
	x, y := lessZero(n, a, sideways(n, zeroA, true)), lessZero(n, b, sideways(n, zeroB, false))
	if n.Failed || x.Rank() == 0 || y.Rank() == 0 {
		n.Errorf("a product of %v", n.Shapes())
		return nil, node.Anywhere
	}
	of := n.With(x, y)
	out := product.Matmul(of)
	if n.Take(of) {
		return nil, node.Anywhere
	}
	return out[0], summed(differenceOf(n, a, zeroA), differenceOf(n, b, zeroB), y, max(y.Rank()-2, 0), x.Shape[x.Rank()-1])
}

// differenceOf is the span of v without its zero point.
func differenceOf(n *node.Node, v, zero *node.Value) node.Span {
	if zero == nil {
		return v.Span()
	}
	return node.Reach(scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), []node.Span{v.Span(), zero.Span()})
}

// summed is the span of so many products added up. Of known weights, whose axis is summed
// over with all others but one, it is that of what they are.
func summed(x, y node.Span, weights *node.Value, axis, size int) node.Span {
	s := node.ReachOf("mul", []node.Span{x, y})
	s.Rough = false
	s = s.Times(size)
	if weights.Known == nil || tensor.Count(weights.Shape) == 0 || !s.Rough {
		return s
	}
	// The largest sum of the sizes of the weights of one result.
	sums := map[int]float64{}
	own := tensor.Strides(weights.Shape)
	kept := slices.Clone(own)
	kept[axis] = 0
	places := slices.Collect(tensor.Walk(weights.Shape, kept))
	most, i := 0.0, 0
	for at := range tensor.Walk(weights.Shape, own) {
		sums[places[i]] += max(weights.Known.At(at), -weights.Known.At(at))
		most = max(most, sums[places[i]])
		i++
	}
	most *= max(x.High, -x.Low)
	return node.Span{Low: -most, High: most}.Computed()
}

func matmulInteger(n *node.Node) []*node.Value {
	y, s := wholeProduct(n, n.In[0], n.In[1], n.Operand(2), n.Operand(3))
	if n.Failed {
		return nil
	}
	y.Type = proto.Int32
	return node.Fitted(n, node.One(y), s)
}

// wholeConv is the convolution of an image and weights without their zero points.
func wholeConv(n *node.Node, x, w, zeroX, zeroW, bias *node.Value) (*node.Value, node.Span) {
	if zeroW != nil && zeroW.Rank() == 1 && tensor.Count(zeroW.Shape) > 1 {
		zeroW = node.ShapedAs(n, zeroW, append([]int{zeroW.Shape[0]}, slices.Repeat([]int{1}, w.Rank()-1)...))
	}
	a, b := lessZero(n, x, sideways(n, zeroX, false)), lessZero(n, w, sideways(n, zeroW, false))
	if n.Failed {
		return nil, node.Anywhere
	}
	of := n.With(a, b)
	if bias != nil {
		of = n.With(a, b, n.Then(scalar.Arg(0), "number", proto.Float32, bias))
	}
	if n.Failed {
		return nil, node.Anywhere
	}
	out := spatial.Conv(of)
	if n.Take(of) {
		return nil, node.Anywhere
	}
	return out[0], summed(differenceOf(n, x, zeroX), differenceOf(n, w, zeroW), &node.Value{}, 0, tensor.Count(w.Shape[1:]))
}

func convInteger(n *node.Node) []*node.Value {
	y, s := wholeConv(n, n.In[0], n.In[1], n.Operand(2), n.Operand(3), nil)
	if n.Failed {
		return nil
	}
	y.Type = proto.Int32
	return node.Fitted(n, node.One(y), s)
}

// requantized is y in the scale of the results: y·a·b/c, rounded.
func requantized(n *node.Node, y, a, b, c, zero *node.Value) []*node.Value {
	if n.Failed || !quantizable(zero.Type) {
		return n.Errorf("its result is %v; integers of at most 16 bits are supported", zero.Type)
	}
	e := scalar.Call("div", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2))
	scale := n.Then(e, "scale", proto.Float32, a, b, c)
	x := n.Then(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "scaled", proto.Float32, y, scale)
	return node.ListOf(saturatedBy(n, x, zero, zero.Type))
}

func qlinearMatmul(n *node.Node) []*node.Value {
	y, _ := wholeProduct(n, n.In[0], n.In[3], n.In[2], n.In[5])
	if n.Failed {
		return nil
	}
	return requantized(n, y, sideways(n, n.In[1], true), sideways(n, n.In[4], false), sideways(n, n.In[6], true), sideways(n, n.In[7], true))
}

func qlinearConv(n *node.Node) []*node.Value {
	y, _ := wholeConv(n, n.In[0], n.In[3], n.In[2], n.In[5], n.Operand(8))
	if n.Failed {
		return nil
	}
	scale := n.In[4]
	if scale.Rank() == 1 && tensor.Count(scale.Shape) > 1 {
		scale = node.ShapedAs(n, scale, append([]int{scale.Shape[0]}, slices.Repeat([]int{1}, y.Rank()-2)...))
	} else {
		scale = node.ShapedAs(n, scale, nil)
	}
	return requantized(n, y, node.ShapedAs(n, n.In[1], nil), scale, node.ShapedAs(n, n.In[6], nil), node.ShapedAs(n, n.In[7], nil))
}
