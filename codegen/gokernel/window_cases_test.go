package gokernel

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/loop"
)

// window is pooling of a geometry's image, whose kernel is the window.
func (g geometry) window(reduce loop.Reduction, mean bool) *loop.Window {
	oh, ow := g.out()
	x, y := rowBuf(g.shape(g.h, g.w, g.c)...), rowBuf(g.shape(oh, ow, g.c)...)
	row := g.w * g.c
	return &loop.Window{
		Outer: []loop.Axis{rowsAxis(1), plainAxis("y", oh), plainAxis("x", ow), plainAxis("c", g.c)},
		Taps:  []loop.Axis{plainAxis("i", g.kh), plainAxis("j", g.kw)},
		Space: []loop.WindowAxis{
			{Outer: 1, Tap: 0, Size: g.h, Stride: g.sh, Dilation: g.dh, Pad: g.top, InStride: row},
			{Outer: 2, Tap: 1, Size: g.w, Stride: g.sw, Dilation: g.dw, Pad: g.left, InStride: g.c}},
		In:     shifted(access(x, g.h*row, g.sh*row, g.sw*g.c, 1, g.dh*row, g.dw*g.c), -g.top*row-g.left*g.c),
		Out:    access(y, oh*ow*g.c, ow*g.c, g.c, 1, 0, 0),
		Reduce: reduce, Mean: mean,
	}
}

func (g geometry) windowGrad(reduce loop.Reduction, mean bool) *loop.WindowGrad {
	w := g.window(reduce, mean)
	dx, dy := w.In, w.Out
	dx.Buf, dy.Buf = named(rowBuf(w.In.Buf.Shape...), true), named(rowBuf(w.Out.Buf.Shape...), true)
	return &loop.WindowGrad{Window: *w, DIn: dx, DOut: dy}
}

func windowCases(add func(string, int, loop.Kernel)) {
	square := func(h, w, c, kh, kw, sh, sw int) geometry { return stride(image(h, w, c, 0, kh, kw), sh, sw) }
	for _, g := range []geometry{
		square(8, 9, 5, 2, 2, 2, 2), square(7, 7, 3, 3, 3, 2, 2), square(7, 7, 3, 3, 2, 1, 1), square(6, 6, 1, 2, 2, 2, 2), square(6, 9, 4, 1, 3, 1, 3), square(9, 9, 2, 4, 4, 4, 4),
		pad(square(8, 9, 5, 3, 3, 2, 2), 0, 1, 1, 1), pad(square(7, 5, 4, 2, 2, 2, 2), 0, 0, 1, 1), pad(square(5, 5, 1, 3, 3, 1, 1), 1, 1, 1, 1), dilate(pad(square(9, 9, 3, 2, 3, 1, 1), 1, 2, 1, 2), 2, 2),
		stride(sequence(9, 4, 0, 3), 1, 3), pad(stride(sequence(9, 4, 0, 3), 1, 2), 0, 1, 0, 1), square(4, 4, 6, 4, 4, 4, 4), square(4, 4, 6, 1, 1, 2, 2),
	} {
		for _, kind := range []struct {
			reduce loop.Reduction
			mean   bool
		}{{loop.Max, false}, {loop.Sum, true}, {loop.Sum, false}} {
			name := fmt.Sprintf("%v, mean %v, of windows %v", kind.reduce, kind.mean, g)
			if g.c == 1 {
				name = oneChannel + name
			}
			add(name, 0, g.window(kind.reduce, kind.mean))
			add(name+", gradient", 0, g.windowGrad(kind.reduce, kind.mean))
		}
	}
}
