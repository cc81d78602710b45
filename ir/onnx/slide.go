package onnx

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var slideRows = map[string]row{
	"LpPool":       {least: 1, most: 1, graph: func(n *node) []*Value { return lpPool(n, slidingSum) }},
	"GlobalLpPool": {least: 1, most: 1, graph: func(n *node) []*Value { return lpPool(n, func(n *node) []*Value { return globalPool(n, op.Sum) }) }},
	"MaxUnpool":    {least: 2, most: 3, ids: true, graph: maxUnpool},
	"Col2Im":       {least: 3, most: 3, graph: columnsToImage},
	"CumProd":      {least: 2, most: 2, graph: cumulatedProduct},
}

func slidingSum(n *node) []*Value { return pooled(n, op.Window{Reduce: loop.Sum}) }

// lpPool is the norm of what a pool would add up. Source: ONNX 1.22, LpPool.
func lpPool(n *node, pool func(n *node) []*Value) []*Value {
	p := n.float("p", 2)
	if a := n.attribute("p"); a != nil && a.Kind == proto.Int {
		p = float64(a.Int)
	}
	if !(p > 0) {
		return n.errorf("p %v", p)
	}
	in, out := norm(p)
	of := n.with(n.then(in, "element", n.in[0].Type, n.in[0]))
	if n.failed {
		return nil
	}
	y := pool(of)
	if n.take(of) {
		return nil
	}
	return one(n.then(out, "norm", y[0].Type, y[0]))
}

// maxPool gives the places of the largest elements too, counted over the whole operand,
// or by columns. Source: ONNX 1.22, MaxPool.
func maxPool(n *node) []*Value {
	out := pooled(n, op.Window{Reduce: loop.Max})
	if n.failed || len(n.proto.Outputs) < 2 || n.proto.Outputs[1] == "" {
		return out
	}
	v := n.in[0]
	f, at, ok := frame{}, []int(nil), false
	if size, has := n.ints("kernel_shape"); has {
		f, ok = frameOf(n, size)
	}
	if !ok || tensor.Count(v.Shape) > mostExact || tensor.Count(f.size) > mostTaps || n.int("ceil_mode", 0) != 0 {
		return n.errorf("places of the largest elements are supported in at most %d elements, of windows of at most %d, without ceil_mode", mostExact, mostTaps)
	}
	autoPad(n, &f)
	x := n.plain(v)
	if !x.Valid() {
		return unless(n, "its operand is not valid")
	}
	none := make([]int, front(x)+2)
	x = op.PadWith(n.b, x, append(slices.Clone(none), f.before...), append(none, f.after...), math.Inf(-1))
	var best, place *ir.Value
	for range tensor.Count(f.size) { // from the first tap to the last
		if at == nil {
			at = make([]int, len(f.size))
		}
		cuts := []cut{{0, v.Shape[0], 1}, {0, v.Shape[1], 1}}
		for i, t := range at {
			cuts = append(cuts, cut{t * f.dilations[i], f.out(i), f.strides[i]})
		}
		y := sliced(n, x, cuts)
		p := op.ConstOf(n.b, append(ir.Shape{}, f.outs()...), f.counted(at, n.int("storage_order", 0) != 0))
		if best == nil {
			best, place = y, op.MapOf(n.b, scalar.Call("add", scalar.Call("mul", scalar.Num(0), scalar.Call("eq", scalar.Arg(0), scalar.Arg(0))), scalar.Arg(1)), "place", y, p)
		} else {
			place = op.MapOf(n.b, scalar.Call("select", scalar.Call("gt", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2), scalar.Arg(3)), "place", y, best, p, place)
			best = op.MapOf(n.b, scalar.Call("max", scalar.Arg(0), scalar.Arg(1)), "best", y, best)
		}
		for i := len(at) - 1; i >= 0; i-- {
			if at[i]++; at[i] < f.size[i] {
				break
			}
			at[i] = 0
		}
	}
	planes := make([]float64, tensor.Count(v.Shape[:2]))
	for i := range planes {
		planes[i] = float64(i * tensor.Count(f.in))
	}
	first := op.ConstOf(n.b, append(ir.Shape{v.Shape[0], v.Shape[1]}, slices.Repeat([]int{1}, len(f.in))...), planes)
	places := n.computed(op.MapOf(n.b, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "place", place, first), proto.Int64)
	places.whole = &span{high: float64(tensor.Count(v.Shape) - 1)}
	return append(out, places)
}

// mostTaps is how many places a window has at most whose largest element is looked for.
const mostTaps = 64

// maxUnpool puts elements back to the places that a MaxPool took them from. Source: ONNX
// 1.22, MaxUnpool.
func maxUnpool(n *node) []*Value {
	v, at := n.in[0], n.in[1]
	size, ok := n.ints("kernel_shape")
	if !ok {
		return n.errorf("it has no kernel_shape")
	}
	f, ok := frameOf(n, size)
	if !ok || !slices.Equal(v.Shape, at.Shape) {
		return n.errorf("places %v for %v", at.Shape, v.Shape)
	}
	own := slices.Clone(v.Shape[:2])
	for i, d := range f.in {
		own = append(own, (d-1)*f.strides[i]-f.before[i]-f.after[i]+f.size[i])
	}
	out := own
	if list, given := n.list("output_shape", 2); given && !n.failed {
		out = list
	}
	if n.failed || len(out) != len(own) || slices.Min(own) < 1 {
		return n.errorf("its result has the extents %v", out)
	}
	for i, d := range own {
		if out[i] < d {
			return n.errorf("output_shape %v is smaller than %v", out, own)
		}
	}
	elements, total := tensor.Count(v.Shape), tensor.Count(own)
	x, ids := rowed(n, n.x(0)), rowed(n, n.x(1))
	if !x.Valid() || !ids.Valid() {
		return n.errorf("its operands are not valid")
	}
	if ids.DType != ir.I32 {
		ids = op.Integers(n.b, ids, total)
	}
	bounded(ids, span{high: float64(total - 1)})
	y := n.b.Apply(&op.ScatterAdd{Shape: ir.Shape{ir.Batch, total}, BatchDims: 1},
		op.ReshapeTo(n.b, ids, ir.Shape{ir.Batch, elements}), op.ReshapeTo(n.b, x, ir.Shape{ir.Batch, elements}))
	y = op.ReshapeTo(n.b, y, append(ir.Shape{ir.Batch}, own...))
	if before, after := make([]int, len(out)+1), make([]int, len(out)+1); !slices.Equal(own, out) {
		for i := range out {
			after[i+1] = out[i] - own[i]
		}
		y = op.PadWith(n.b, y, before, after, 0)
	}
	return one(n.computed(y, v.Type))
}

// columnsToImage adds blocks [batch, channels·block, positions] up to an image. Source:
// ONNX 1.22, Col2Im.
func columnsToImage(n *node) []*Value {
	v := n.in[0]
	image, _ := n.list("image_shape", 1)
	block, _ := n.list("block_shape", 2)
	if n.failed || v.rank() != 3 || len(block) != len(image) || len(block) == 0 || slices.Min(block) < 1 || v.Shape[1]%tensor.Count(block) != 0 {
		return n.errorf("blocks %v of an image %v in %v", block, image, v.Shape)
	}
	channels := v.Shape[1] / tensor.Count(block)
	of := n.with(&Value{Shape: append([]int{v.Shape[0], channels}, image...)})
	f, ok := frameOf(of, block)
	if n.take(of) || !ok || !fits(n, f) {
		return unless(n, "its window is not valid")
	}
	var points []int
	for i := range image {
		points = append(points, f.out(i))
	}
	if tensor.Count(points) != v.Shape[2] {
		return n.errorf("%d positions for %v", v.Shape[2], points)
	}
	x := n.x(0)
	if !x.Valid() {
		return unless(n, "its operand is not valid")
	}
	// Every axis of the image by itself, the last one first, with its taps and positions
	// beside each other: that takes fewer loops than all of them at once.
	lead := append(slices.Clone(x.Shape[:front(x)]), v.Shape[0]*channels)
	x = op.ReshapeTo(n.b, x, append(append(slices.Clone(lead), block...), points...))
	perm := make([]int, 0, len(x.Shape))
	for i := range lead {
		perm = append(perm, i)
	}
	for i := range block {
		perm = append(perm, len(lead)+i, len(lead)+len(block)+i)
	}
	if x = op.TransposeTo(n.b, x, perm...); !x.Valid() {
		return n.errorf("its operand is not valid")
	}
	for i := len(block) - 1; i >= 0; i-- {
		at := len(lead) + 2*i
		rest := ir.Shape(x.Shape[at+2:]).Elements()
		x = op.ReshapeTo(n.b, x, append(slices.Clone(x.Shape[:at+2]), rest))
		x = overlapped(n, x, at, image[i], op.Index{Terms: []op.Term{{Axis: at + 1, Coef: f.strides[i]}, {Axis: at, Coef: f.dilations[i]}}, Offset: -f.before[i]})
	}
	x = op.ReshapeTo(n.b, x, append(append(slices.Clone(x.Shape[:front(x)]), v.Shape[0], channels), image...))
	return one(n.computed(x, v.Type))
}

// overlapped adds up taps, axis at, of positions, the axis after it, where the index says
// that each lies in the result, of so many elements.
func overlapped(n *node, x *ir.Value, at, size int, index op.Index) *ir.Value {
	c := &op.Contract{}
	for i, d := range x.Shape {
		c.Axes = append(c.Axes, op.Axis{Name: string(rune('a' + i)), Extent: d})
		c.Lhs = append(c.Lhs, op.At(i))
		switch i {
		case at:
			c.Out, c.Shape = append(c.Out, index), append(c.Shape, size)
		case at + 1:
		default:
			c.Out, c.Shape = append(c.Out, op.At(i)), append(c.Shape, d)
		}
	}
	return n.b.Apply(c, x, op.Scalar(n.b, 1))
}
