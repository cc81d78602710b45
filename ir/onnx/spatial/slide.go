package spatial

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/onnx/layout"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/reduction"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var slideRows = map[string]node.Row{
	"LpPool": {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return lpPool(n, slidingSum) }},
	"GlobalLpPool": {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value {
		return lpPool(n, func(n *node.Node) []*node.Value { return globalPool(n, op.Sum) })
	}},
	"MaxUnpool": {Least: 2, Most: 3, IDs: true, Graph: maxUnpool},
	"Col2Im":    {Least: 3, Most: 3, Graph: columnsToImage},
}

func slidingSum(n *node.Node) []*node.Value { return pooled(n, op.Window{Reduce: loop.Sum}) }

// lpPool is the norm of what a pool would add up. Source: ONNX 1.22, LpPool.
func lpPool(n *node.Node, pool func(n *node.Node) []*node.Value) []*node.Value {
	p := n.Float("p", 2)
	if a := n.Attribute("p"); a != nil && a.Kind == proto.Int {
		p = float64(a.Int)
	}
	if !(p > 0) {
		return n.Errorf("p %v", p)
	}
	in, out := reduction.Norm(p)
	of := n.With(n.Then(in, "element", n.In[0].Type, n.In[0]))
	if n.Failed {
		return nil
	}
	y := pool(of)
	if n.Take(of) {
		return nil
	}
	return node.One(n.Then(out, "norm", y[0].Type, y[0]))
}

// maxPool gives the places of the largest elements too, counted over the whole operand,
// or by columns. Source: ONNX 1.22, MaxPool.
func maxPool(n *node.Node) []*node.Value {
	out := pooled(n, op.Window{Reduce: loop.Max})
	if n.Failed || len(n.Proto.Outputs) < 2 || n.Proto.Outputs[1] == "" {
		return out
	}
	v := n.In[0]
	f, at, ok := frame{}, []int(nil), false
	if size, has := n.Ints("kernel_shape"); has {
		f, ok = frameOf(n, size)
	}
	if !ok || tensor.Count(v.Shape) > node.MostExact || tensor.Count(f.size) > mostTaps || n.Int("ceil_mode", 0) != 0 {
		return n.Errorf("places of the largest elements are supported in at most %d elements, of windows of at most %d, without ceil_mode", node.MostExact, mostTaps)
	}
	autoPad(n, &f)
	x := n.Plain(v)
	if !x.Valid() {
		return node.Unless(n, "its operand is not valid")
	}
	none := make([]int, node.Front(x)+2)
	x = op.PadWith(n.B, x, append(slices.Clone(none), f.before...), append(none, f.after...), math.Inf(-1))
	var best, place *ir.Value
	for range tensor.Count(f.size) { // from the first tap to the last
		if at == nil {
			at = make([]int, len(f.size))
		}
		cuts := []layout.Cut{{Size: v.Shape[0], Step: 1}, {Size: v.Shape[1], Step: 1}}
		for i, t := range at {
			cuts = append(cuts, layout.Cut{Start: t * f.dilations[i], Size: f.out(i), Step: f.strides[i]})
		}
		y := layout.Sliced(n, x, cuts)
		p := n.Table(append(ir.Shape{}, f.outs()...), f.counted(at, n.Int("storage_order", 0) != 0))
		if best == nil {
			best, place = y, op.MapOf(n.B, scalar.Call("add", scalar.Call("mul", scalar.Num(0), scalar.Call("eq", scalar.Arg(0), scalar.Arg(0))), scalar.Arg(1)), "place", y, p)
		} else {
			place = op.MapOf(n.B, scalar.Call("select", scalar.Call("gt", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2), scalar.Arg(3)), "place", y, best, p, place)
			best = op.MapOf(n.B, scalar.Call("max", scalar.Arg(0), scalar.Arg(1)), "best", y, best)
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
	first := n.Table(append(ir.Shape{v.Shape[0], v.Shape[1]}, slices.Repeat([]int{1}, len(f.in))...), planes)
	places := n.Computed(op.MapOf(n.B, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "place", place, first), proto.Int64)
	places.Whole = &node.Span{High: float64(tensor.Count(v.Shape) - 1)}
	return append(out, places)
}

// mostTaps is how many places a window has at most whose largest element is looked for.
const mostTaps = 64

// maxUnpool puts elements back to the places that a MaxPool took them from. Source: ONNX
// 1.22, MaxUnpool.
func maxUnpool(n *node.Node) []*node.Value {
	v, at := n.In[0], n.In[1]
	size, ok := n.Ints("kernel_shape")
	if !ok {
		return n.Errorf("it has no kernel_shape")
	}
	f, ok := frameOf(n, size)
	if !ok || !slices.Equal(v.Shape, at.Shape) {
		return n.Errorf("places %v for %v", at.Shape, v.Shape)
	}
	own := slices.Clone(v.Shape[:2])
	for i, d := range f.in {
		own = append(own, (d-1)*f.strides[i]-f.before[i]-f.after[i]+f.size[i])
	}
	out := own
	if list, given := n.List("output_shape", 2); given && !n.Failed {
		out = list
	}
	if n.Failed || len(out) != len(own) || slices.Min(own) < 1 {
		return n.Errorf("its result has the extents %v", out)
	}
	for i, d := range own {
		if out[i] < d {
			return n.Errorf("output_shape %v is smaller than %v", out, own)
		}
	}
	elements, total := tensor.Count(v.Shape), tensor.Count(own)
	x, ids := node.Rowed(n, n.X(0)), node.Rowed(n, n.X(1))
	if !x.Valid() || !ids.Valid() {
		return n.Errorf("its operands are not valid")
	}
	if ids.DType != ir.I32 {
		ids = op.Integers(n.B, ids, total)
	}
	node.Bounded(ids, node.Span{High: float64(total - 1)})
	y := n.B.Apply(&op.ScatterAdd{Shape: ir.Shape{ir.Batch, total}, BatchDims: 1},
		op.ReshapeTo(n.B, ids, ir.Shape{ir.Batch, elements}), op.ReshapeTo(n.B, x, ir.Shape{ir.Batch, elements}))
	y = op.ReshapeTo(n.B, y, append(ir.Shape{ir.Batch}, own...))
	if before, after := make([]int, len(out)+1), make([]int, len(out)+1); !slices.Equal(own, out) {
		for i := range out {
			after[i+1] = out[i] - own[i]
		}
		y = op.PadWith(n.B, y, before, after, 0)
	}
	return node.One(n.Computed(y, v.Type))
}

// columnsToImage adds blocks [batch, channels·block, positions] up to an image. Source:
// ONNX 1.22, Col2Im.
func columnsToImage(n *node.Node) []*node.Value {
	v := n.In[0]
	image, _ := n.List("image_shape", 1)
	block, _ := n.List("block_shape", 2)
	if n.Failed || v.Rank() != 3 || len(block) != len(image) || len(block) == 0 || slices.Min(block) < 1 || v.Shape[1]%tensor.Count(block) != 0 {
		return n.Errorf("blocks %v of an image %v in %v", block, image, v.Shape)
	}
	channels := v.Shape[1] / tensor.Count(block)
	of := n.With(&node.Value{Shape: append([]int{v.Shape[0], channels}, image...)})
	f, ok := frameOf(of, block)
	if n.Take(of) || !ok || !fits(n, f) {
		return node.Unless(n, "its window is not valid")
	}
	var points []int
	for i := range image {
		points = append(points, f.out(i))
	}
	if tensor.Count(points) != v.Shape[2] {
		return n.Errorf("%d positions for %v", v.Shape[2], points)
	}
	x := n.X(0)
	if !x.Valid() {
		return node.Unless(n, "its operand is not valid")
	}
	// Every axis of the image by itself, the last one first, with its taps and positions
	// beside each other: that takes fewer loops than all of them at once.
	lead := append(slices.Clone(x.Shape[:node.Front(x)]), v.Shape[0]*channels)
	x = op.ReshapeTo(n.B, x, append(append(slices.Clone(lead), block...), points...))
	perm := make([]int, 0, len(x.Shape))
	for i := range lead {
		perm = append(perm, i)
	}
	for i := range block {
		perm = append(perm, len(lead)+i, len(lead)+len(block)+i)
	}
	if x = op.TransposeTo(n.B, x, perm...); !x.Valid() {
		return n.Errorf("its operand is not valid")
	}
	for i := len(block) - 1; i >= 0; i-- {
		at := len(lead) + 2*i
		rest := ir.Shape(x.Shape[at+2:]).Elements()
		x = op.ReshapeTo(n.B, x, append(slices.Clone(x.Shape[:at+2]), rest))
		x = overlapped(n, x, at, image[i], op.Index{Terms: []op.Term{{Axis: at + 1, Coef: f.strides[i]}, {Axis: at, Coef: f.dilations[i]}}, Offset: -f.before[i]})
	}
	x = op.ReshapeTo(n.B, x, append(append(slices.Clone(x.Shape[:node.Front(x)]), v.Shape[0], channels), image...))
	return node.One(n.Computed(x, v.Type))
}

// overlapped adds up taps, axis at, of positions, the axis after it, where the index says
// that each lies in the result, of so many elements.
func overlapped(n *node.Node, x *ir.Value, at, size int, index op.Index) *ir.Value {
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
	return n.B.Apply(c, x, op.Scalar(n.B, 1))
}
