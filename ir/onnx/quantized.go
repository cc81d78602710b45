package onnx

import (
	"slices"

	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/scalar"
)

var quantizedRows = map[string]row{
	"QuantizeLinear":        {least: 2, most: 3, graph: quantizeLinear},
	"DequantizeLinear":      {least: 2, most: 3, graph: dequantizeLinear},
	"DynamicQuantizeLinear": {least: 1, most: 1, graph: dynamicQuantize},
	"MatMulInteger":         {least: 2, most: 4, graph: matmulInteger},
	"ConvInteger":           {least: 2, most: 4, graph: convInteger},
	"QLinearMatMul":         {least: 8, most: 8, graph: qlinearMatmul},
	"QLinearConv":           {least: 8, most: 9, graph: qlinearConv},
}

// quantizable are the types that numbers are quantized to.
func quantizable(t proto.Type) bool { return tensor.IsInteger(t) && tensor.Width(t) <= 16 }

// alongAxis is v, a scale or a zero point, as it is stretched over of: one number, one for
// every element of an axis, or one for every block of them. Source: ONNX 1.22,
// QuantizeLinear.
func alongAxis(n *node, v, of *Value) *Value {
	if v == nil || tensor.Count(v.Shape) == 1 && v.rank() <= 1 {
		return shapedAs(n, v, nil)
	}
	axis := n.axis(n.int("axis", 1), of.rank())
	if n.failed {
		return nil
	}
	if v.rank() == 1 {
		if v.Shape[0] != of.Shape[axis] {
			n.errorf("scales %v for axis %d of %v", v.Shape, axis, of.Shape)
			return nil
		}
		return shapedAs(n, v, append([]int{v.Shape[0]}, slices.Repeat([]int{1}, of.rank()-axis-1)...))
	}
	block := n.int("block_size", 0)
	if v.rank() != of.rank() || block < 1 || v.Shape[axis] != (of.Shape[axis]+block-1)/block {
		n.errorf("scales %v in blocks of %d of axis %d of %v", v.Shape, block, axis, of.Shape)
		return nil
	}
	var ids []int64
	for i := range of.Shape[axis] {
		ids = append(ids, int64(i/block))
	}
	out := slices.Clone(v.Shape)
	out[axis] = len(ids)
	if v.Known != nil {
		gathered := n.with(v, &Value{Known: tensor.Ints(ids...)})
		gathered.proto = &proto.Node{Attributes: []*proto.Attribute{{Name: "axis", Int: int64(axis)}}}
		t := gatherKnown(gathered)
		if n.take(gathered) {
			return nil
		}
		return &Value{Type: v.Type, Shape: t[0].Shape, Known: t[0]}
	}
	pick := n.with(v, &Value{Known: tensor.Ints(ids...)})
	y := picked(pick, axis, v.Shape[axis], out)
	if n.take(pick) {
		return nil
	}
	return y[0]
}

// saturated rounds x to whole numbers, halves to the even one, moves them by the zero point
// and keeps them within a type.
func saturated(x, zero scalar.Expr, t proto.Type) scalar.Expr {
	all := rangeOf(t)
	return clipped(scalar.Call("add", rounded(x), zero), all.low, all.high)
}

// quantizedBy is saturated of v/scale.
func quantizedBy(n *node, v, scale, zero *Value, t proto.Type) *Value {
	return saturatedBy(n, n.then(scalar.Call("div", scalar.Arg(0), scalar.Arg(1)), "scaled", proto.Float32, v, scale), zero, t)
}

// saturatedBy is x with a zero point, which may be left out, within a type.
func saturatedBy(n *node, x, zero *Value, t proto.Type) *Value {
	in, e := []*Value{x}, saturated(scalar.Arg(0), scalar.Num(0), t)
	if zero != nil {
		in, e = append(in, zero), saturated(scalar.Arg(0), scalar.Arg(1), t)
	}
	y := n.then(e, "quantized", t, in...)
	if y != nil && tensor.IsInteger(t) {
		all := rangeOf(t)
		y.whole = &all
	}
	return y
}

func quantizeLinear(n *node) []*Value {
	v, zero := n.in[0], n.operand(2)
	t := proto.Type(n.int("output_dtype", int(proto.Uint8)))
	if t == proto.Undefined {
		t = proto.Uint8
	}
	if zero != nil {
		t = zero.Type
	}
	f, narrow := tensor.Formats[t]
	if !quantizable(t) && !(narrow && f.Digits < 8) {
		return n.errorf("it quantizes to %v; integers of at most 16 bits and floating-point numbers of at most 8 are supported", t)
	}
	v = n.then(scalar.Arg(0), "number", proto.Float32, v)
	if n.failed {
		return nil
	}
	if narrow {
		y := n.then(scalar.Call("div", scalar.Arg(0), scalar.Arg(1)), "scaled", t, v, alongAxis(n, n.in[1], v))
		return narrowed(n, y, n.int("saturate", 1) != 0)
	}
	y := quantizedBy(n, v, alongAxis(n, n.in[1], v), alongAxis(n, zero, v), t)
	if n.failed {
		return nil
	}
	return one(y)
}

func dequantizeLinear(n *node) []*Value {
	v, zero := n.in[0], n.operand(2)
	scale := alongAxis(n, n.in[1], v)
	t := n.in[1].Type
	if o := n.int("output_dtype", 0); o != 0 {
		t = proto.Type(o)
	}
	y := lessZero(n, v, alongAxis(n, zero, v))
	y = n.then(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "dequantized", t, y, scale)
	if n.failed {
		return nil
	}
	return one(y)
}

// lessZero is v without its zero point, as numbers.
func lessZero(n *node, v, zero *Value) *Value {
	if zero == nil || n.failed {
		return n.then(scalar.Arg(0), "number", proto.Float32, v)
	}
	if v.Known == nil || zero.Known == nil {
		return n.then(scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), "less zero", proto.Float32, v, zero)
	}
	of := n.with(v, zero)
	t := folded(of, scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), proto.Float32)
	if n.take(of) {
		return nil
	}
	return &Value{Name: v.Name + ".numbers", Type: proto.Float32, Shape: t[0].Shape, Known: t[0]}
}

// dynamicQuantize takes scale and zero point from the least and the largest element, and 0.
// Where all elements are 0, the scale is 1. Source: ONNX 1.22, DynamicQuantizeLinear; ONNX
// Runtime, GetQuantizationParameter.
func dynamicQuantize(n *node) []*Value {
	x := n.x(0)
	if !x.Valid() {
		return n.errorf("its operand is not valid")
	}
	all := from(x, 0)
	t := n.in[0].Type
	high, low := x, x
	if len(all) > 0 {
		reduce := func(f reduction) *Value {
			of := n.with(n.in[0])
			out := reduced(of, f, n.in[0], tensor.Identity(n.in[0].rank()), false)
			if n.take(of) {
				return &Value{}
			}
			return out[0]
		}
		high, low = n.plain(reduce(highest)), n.plain(reduce(lowestOf))
	}
	if n.failed {
		return nil
	}
	up := n.then(scalar.Call("max", scalar.Arg(0), scalar.Num(0)), "high", t, n.computed(high, t))
	down := n.then(scalar.Call("min", scalar.Arg(0), scalar.Num(0)), "low", t, n.computed(low, t))
	scale := n.then(scalar.Call("mul", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), scalar.Num(1.0/255)), "scale", t, up, down)
	scale = n.then(scalar.Call("select", scalar.Call("eq", scalar.Arg(0), scalar.Num(0)), scalar.Num(1), scalar.Arg(0)), "scale", t, scale)
	zero := quantizedBy(n, n.then(scalar.Call("neg", scalar.Arg(0)), "zero", t, down), scale, nil, proto.Uint8)
	if n.failed {
		return nil
	}
	y := quantizedBy(n, n.in[0], scale, zero, proto.Uint8)
	return []*Value{y, scale, zero}
}

// sideways is a zero point for every row of a matrix as a column.
func sideways(n *node, zero *Value, rows bool) *Value {
	switch {
	case zero == nil || tensor.Count(zero.Shape) == 1:
		return shapedAs(n, zero, nil)
	case rows && zero.rank() == 1:
		return shapedAs(n, zero, []int{zero.Shape[0], 1})
	}
	return zero
}

// wholeProduct is the product of two operands without their zero points, and the span of
// its elements.
func wholeProduct(n *node, a, b, zeroA, zeroB *Value) (*Value, span) {
	x, y := lessZero(n, a, sideways(n, zeroA, true)), lessZero(n, b, sideways(n, zeroB, false))
	if n.failed || x.rank() == 0 || y.rank() == 0 {
		n.errorf("a product of %v", n.shapes())
		return nil, anywhere
	}
	of := n.with(x, y)
	out := matmul(of)
	if n.take(of) {
		return nil, anywhere
	}
	return out[0], summed(differenceOf(n, a, zeroA), differenceOf(n, b, zeroB), y, max(y.rank()-2, 0), x.Shape[x.rank()-1])
}

// differenceOf is the span of v without its zero point.
func differenceOf(n *node, v, zero *Value) span {
	if zero == nil {
		return v.span()
	}
	return reach(scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), []span{v.span(), zero.span()})
}

// summed is the span of so many products added up. Of known weights, whose axis is summed
// over with all others but one, it is that of what they are.
func summed(x, y span, weights *Value, axis, size int) span {
	s := reachOf("mul", []span{x, y})
	s.rough = false
	s = s.times(size)
	if weights.Known == nil || tensor.Count(weights.Shape) == 0 || !s.rough {
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
	most *= max(x.high, -x.low)
	return span{low: -most, high: most}.computed()
}

func matmulInteger(n *node) []*Value {
	y, s := wholeProduct(n, n.in[0], n.in[1], n.operand(2), n.operand(3))
	if n.failed {
		return nil
	}
	y.Type = proto.Int32
	return fitted(n, one(y), s)
}

// wholeConv is the convolution of an image and weights without their zero points.
func wholeConv(n *node, x, w, zeroX, zeroW, bias *Value) (*Value, span) {
	if zeroW != nil && zeroW.rank() == 1 && tensor.Count(zeroW.Shape) > 1 {
		zeroW = shapedAs(n, zeroW, append([]int{zeroW.Shape[0]}, slices.Repeat([]int{1}, w.rank()-1)...))
	}
	a, b := lessZero(n, x, sideways(n, zeroX, false)), lessZero(n, w, sideways(n, zeroW, false))
	if n.failed {
		return nil, anywhere
	}
	of := n.with(a, b)
	if bias != nil {
		of = n.with(a, b, n.then(scalar.Arg(0), "number", proto.Float32, bias))
	}
	if n.failed {
		return nil, anywhere
	}
	out := conv(of)
	if n.take(of) {
		return nil, anywhere
	}
	return out[0], summed(differenceOf(n, x, zeroX), differenceOf(n, w, zeroW), &Value{}, 0, tensor.Count(w.Shape[1:]))
}

func convInteger(n *node) []*Value {
	y, s := wholeConv(n, n.in[0], n.in[1], n.operand(2), n.operand(3), nil)
	if n.failed {
		return nil
	}
	y.Type = proto.Int32
	return fitted(n, one(y), s)
}

// requantized is y in the scale of the results: y·a·b/c, rounded.
func requantized(n *node, y, a, b, c, zero *Value) []*Value {
	if n.failed || !quantizable(zero.Type) {
		return n.errorf("its result is %v; integers of at most 16 bits are supported", zero.Type)
	}
	e := scalar.Call("div", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2))
	scale := n.then(e, "scale", proto.Float32, a, b, c)
	x := n.then(scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "scaled", proto.Float32, y, scale)
	return listOf(saturatedBy(n, x, zero, zero.Type))
}

func qlinearMatmul(n *node) []*Value {
	y, _ := wholeProduct(n, n.in[0], n.in[3], n.in[2], n.in[5])
	if n.failed {
		return nil
	}
	return requantized(n, y, sideways(n, n.in[1], true), sideways(n, n.in[4], false), sideways(n, n.in[6], true), sideways(n, n.in[7], true))
}

func qlinearConv(n *node) []*Value {
	y, _ := wholeConv(n, n.in[0], n.in[3], n.in[2], n.in[5], n.operand(8))
	if n.failed {
		return nil
	}
	scale := n.in[4]
	if scale.rank() == 1 && tensor.Count(scale.Shape) > 1 {
		scale = shapedAs(n, scale, append([]int{scale.Shape[0]}, slices.Repeat([]int{1}, y.rank()-2)...))
	} else {
		scale = shapedAs(n, scale, nil)
	}
	return requantized(n, y, shapedAs(n, n.in[1], nil), scale, shapedAs(n, n.in[6], nil), shapedAs(n, n.in[7], nil))
}
