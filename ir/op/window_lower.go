package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// Lower is one window kernel.
func (w *Window) Lower(l Lowering, v *ir.Value) {
	if len(v.Args) == 2 {
		l.Errorf(v, "picking by a maximum, as the second derivative of max pooling does, is not lowered by this version")
		return
	}
	x := v.Args[0]
	from := View{Buf: wholeBuffer(l, v, x), Strides: x.Shape.Strides()}
	to := l.Result(v)
	k := w.kernel(v.Shape, x.Shape)
	k.In, k.Out = w.image(from), positions(to, len(k.Taps))
	l.Emit(v, k)
}

// Lower is one kernel. Means and sums are spread without a look at x.
func (w *WindowGrad) Lower(l Lowering, v *ir.Value) {
	x, dy := v.Args[0], v.Args[1]
	k := w.Window.kernel(dy.Shape, x.Shape)
	g := &loop.WindowGrad{DOut: positions(l.View(dy), len(k.Taps))}
	var from View
	if w.Window.Reduce == loop.Max {
		from = View{Buf: wholeBuffer(l, v, x), Strides: x.Shape.Strides()}
	}
	to := l.Result(v)
	if from.Buf == nil {
		from = to
	}
	g.DIn = w.Window.image(to)
	k.In, k.Out = w.Window.image(from), g.DOut
	g.Window = *k
	l.Emit(v, g)
}

// kernel has the loops of the window: one per axis of the result and one tap
// per space axis, of images that are stored in order.
func (w *Window) kernel(out, in ir.Shape) *loop.Window {
	k := &loop.Window{Outer: loops(out), Reduce: w.Reduce, Mean: w.Mean}
	if len(w.Sizes) == 3 {
		for i, name := range []string{"z", "y", "x", "c"} {
			k.Outer[1+i].Name = name
		}
	}
	strides := in.Strides()
	for i, size := range w.Sizes {
		k.Taps = append(k.Taps, loop.Axis{Name: fmt.Sprintf("k%s", k.Outer[1+i].Name), N: size})
		k.Space = append(k.Space, loop.WindowAxis{
			Outer: 1 + i, Tap: i, Size: in[1+i],
			Stride: w.Strides[i], Dilation: w.Dilations[i], Pad: w.Before[i], InStride: strides[1+i],
		})
	}
	return k
}

// image reads or writes an image at the taps of the windows.
func (w *Window) image(v View) loop.Access {
	a := loop.Access{Buf: v.Buf, Offset: v.Offset, Strides: slices.Clone(v.Strides)}
	for i := range w.Sizes {
		stride := v.Strides[1+i]
		a.Offset -= w.Before[i] * stride
		a.Strides[1+i] = w.Strides[i] * stride
		a.Strides = append(a.Strides, w.Dilations[i]*stride)
	}
	return a
}

// positions reads or writes the result of a window, which does not move with
// the taps.
func positions(v View, taps int) loop.Access {
	return loop.Access{Buf: v.Buf, Offset: v.Offset, Strides: append(slices.Clone(v.Strides), make([]int, taps)...)}
}
