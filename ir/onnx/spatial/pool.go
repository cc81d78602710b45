package spatial

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/op"
)

var poolRows = map[string]node.Row{
	"MaxPool":           {Least: 1, Most: 1, Moves: []int{0}, Graph: maxPool},
	"AveragePool":       {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return pooled(n, op.Window{Reduce: loop.Sum, Mean: true}) }},
	"GlobalAveragePool": {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return globalPool(n, op.Mean) }},
	"GlobalMaxPool":     {Least: 1, Most: 1, Graph: func(n *node.Node) []*node.Value { return globalPool(n, op.Max) }},
}

// globalPool reduces every channel of an image to one number.
func globalPool(n *node.Node, reduce func(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value) []*node.Value {
	v := n.In[0]
	if v.Rank() < 3 {
		return n.Errorf("%v is no image", v.Shape)
	}
	x := n.Wide(v, v.Rank())
	var axes []int
	for i := range v.Rank() - 2 {
		axes = append(axes, node.Front(x)+1+i)
	}
	return node.One(n.ComputedLast(reduce(n.B, x, true, axes...), v.Type))
}

// pooled slides a window. With ceil_mode the last position may hang over the end, but
// begins within the image or the padding before it. Source: ONNX 1.22, AveragePool.
func pooled(n *node.Node, w op.Window) []*node.Value {
	size, ok := n.Ints("kernel_shape")
	if !ok {
		return n.Errorf("it has no kernel_shape")
	}
	f, ok := frameOf(n, size)
	if !ok {
		return node.Unless(n, "its window is not valid")
	}
	autoPad(n, &f)
	v := n.In[0]
	x := n.Wide(v, v.Rank())
	if n.Exact(v); n.Failed || !x.Valid() {
		return node.Unless(n, "its operand is not valid")
	}
	var ends []int // where the padding after the image begins
	for i, d := range f.in {
		ends = append(ends, d+f.before[i])
	}
	if w.Mean && n.Int("count_include_pad", 0) != 0 {
		none := make([]int, node.Front(x)+1)
		before, after := append(slices.Clone(none), f.before...), append(slices.Clone(none), f.after...)
		x = op.PadWith(n.B, x, append(before, 0), append(after, 0), 0)
		if !x.Valid() {
			n.Failed = true
			return nil
		}
		f.in = x.Shape[node.Front(x)+1 : len(x.Shape)-1]
		f.before, f.after = make([]int, len(size)), make([]int, len(size))
	}
	if !fits(n, f) {
		return nil
	}
	if n.Int("ceil_mode", 0) != 0 {
		for i, d := range f.in {
			span := d + f.before[i] + f.after[i] - f.span(i)
			if over := span % f.strides[i]; over > 0 && span-over+f.strides[i] < ends[i] {
				f.after[i] += f.strides[i] - over
			}
		}
	}
	for i, s := range f.in { // a window that reads nothing has no value
		if f.before[i] >= f.span(i) || (f.out(i)-1)*f.strides[i]-f.before[i] >= s {
			return n.Errorf("some of its windows lie in the padding alone")
		}
	}
	w.Sizes, w.Strides, w.Dilations, w.Before, w.After = f.size, f.strides, f.dilations, f.before, f.after
	return node.One(n.ComputedLast(windowed(n, x, w), v.Type))
}

// windowed applies a window to [rows, batch, space…, channels]; the primitive knows one
// axis before those of space.
func windowed(n *node.Node, x *ir.Value, w op.Window) *ir.Value {
	s := x.Shape
	if node.Front(x) == 1 && s[1] > 1 {
		w.Sizes, w.Strides, w.Dilations = append([]int{1}, w.Sizes...), append([]int{1}, w.Strides...), append([]int{1}, w.Dilations...)
		w.Before, w.After = append([]int{0}, w.Before...), append([]int{0}, w.After...)
		return n.B.Apply(&w, x)
	}
	if node.Front(x) == 1 {
		x = op.ReshapeTo(n.B, x, slices.Delete(slices.Clone(s), 1, 2))
	}
	y := n.B.Apply(&w, x)
	if node.Front(x) == 1 && y.Valid() {
		y = op.ReshapeTo(n.B, y, slices.Insert(slices.Clone(y.Shape), 1, 1))
	}
	return y
}
