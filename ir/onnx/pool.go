package onnx

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

var poolRows = map[string]row{
	"MaxPool":           {least: 1, most: 1, moves: []int{0}, graph: maxPool},
	"AveragePool":       {least: 1, most: 1, graph: func(n *node) []*Value { return pooled(n, op.Window{Reduce: loop.Sum, Mean: true}) }},
	"GlobalAveragePool": {least: 1, most: 1, graph: func(n *node) []*Value { return globalPool(n, op.Mean) }},
	"GlobalMaxPool":     {least: 1, most: 1, graph: func(n *node) []*Value { return globalPool(n, op.Max) }},
}

// globalPool reduces every channel of an image to one number.
func globalPool(n *node, reduce func(b *ir.Builder, x *ir.Value, keep bool, axes ...int) *ir.Value) []*Value {
	v := n.in[0]
	if v.rank() < 3 {
		return n.errorf("%v is no image", v.Shape)
	}
	x := n.wide(v, v.rank())
	var axes []int
	for i := range v.rank() - 2 {
		axes = append(axes, front(x)+1+i)
	}
	return one(n.computedLast(reduce(n.b, x, true, axes...), v.Type))
}

// pooled slides a window. With ceil_mode the last position may hang over the end, but
// begins within the image or the padding before it. Source: ONNX 1.22, AveragePool.
func pooled(n *node, w op.Window) []*Value {
	size, ok := n.ints("kernel_shape")
	if !ok {
		return n.errorf("it has no kernel_shape")
	}
	f, ok := frameOf(n, size)
	if !ok {
		return unless(n, "its window is not valid")
	}
	autoPad(n, &f)
	v := n.in[0]
	x := n.wide(v, v.rank())
	if n.exact(v); n.failed || !x.Valid() {
		return unless(n, "its operand is not valid")
	}
	var ends []int // where the padding after the image begins
	for i, d := range f.in {
		ends = append(ends, d+f.before[i])
	}
	if w.Mean && n.int("count_include_pad", 0) != 0 {
		none := make([]int, front(x)+1)
		before, after := append(slices.Clone(none), f.before...), append(slices.Clone(none), f.after...)
		x = op.PadWith(n.b, x, append(before, 0), append(after, 0), 0)
		if !x.Valid() {
			n.failed = true
			return nil
		}
		f.in = x.Shape[front(x)+1 : len(x.Shape)-1]
		f.before, f.after = make([]int, len(size)), make([]int, len(size))
	}
	if !fits(n, f) {
		return nil
	}
	if n.int("ceil_mode", 0) != 0 {
		for i, d := range f.in {
			span := d + f.before[i] + f.after[i] - f.span(i)
			if over := span % f.strides[i]; over > 0 && span-over+f.strides[i] < ends[i] {
				f.after[i] += f.strides[i] - over
			}
		}
	}
	for i, s := range f.in { // a window that reads nothing has no value
		if f.before[i] >= f.span(i) || (f.out(i)-1)*f.strides[i]-f.before[i] >= s {
			return n.errorf("some of its windows lie in the padding alone")
		}
	}
	w.Sizes, w.Strides, w.Dilations, w.Before, w.After = f.size, f.strides, f.dilations, f.before, f.after
	return one(n.computedLast(windowed(n, x, w), v.Type))
}

// windowed applies a window to [rows, batch, space…, channels]; the primitive knows one
// axis before those of space.
func windowed(n *node, x *ir.Value, w op.Window) *ir.Value {
	s := x.Shape
	if front(x) == 1 && s[1] > 1 {
		w.Sizes, w.Strides, w.Dilations = append([]int{1}, w.Sizes...), append([]int{1}, w.Strides...), append([]int{1}, w.Dilations...)
		w.Before, w.After = append([]int{0}, w.Before...), append([]int{0}, w.After...)
		return n.b.Apply(&w, x)
	}
	if front(x) == 1 {
		x = op.ReshapeTo(n.b, x, slices.Delete(slices.Clone(s), 1, 2))
	}
	y := n.b.Apply(&w, x)
	if front(x) == 1 && y.Valid() {
		y = op.ReshapeTo(n.b, y, slices.Insert(slices.Clone(y.Shape), 1, 1))
	}
	return y
}
