package window_test

import (
	"fmt"
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
)

// pooled describes pooling over images of height x width x channels; height 0
// is one axis.
type pooled struct {
	height, width, channels     int
	size, stride, dilation, pad int
	reduce                      loop.Reduction
	mean                        bool
}

func (d pooled) String() string {
	what := map[bool]string{true: "mean", false: d.reduce.String()}[d.mean]
	return fmt.Sprintf("%s %dx%dx%d, %d by %d, dilation %d, pad %d", what, d.height, d.width, d.channels, d.size, d.stride, d.dilation, d.pad)
}

func (d pooled) window() *loop.Window {
	span := (d.size-1)*d.dilation + 1
	along := func(size int) int { return (size+2*d.pad-span)/d.stride + 1 }
	if d.height == 0 {
		n := along(d.width)
		return &loop.Window{
			Outer: []loop.Axis{kerneltest.RowAxis(1), {Name: "x", N: n}, {Name: "c", N: d.channels}}, Taps: []loop.Axis{{Name: "kx", N: d.size}},
			Space:  []loop.WindowAxis{{Outer: 1, Tap: 0, Size: d.width, Stride: d.stride, Dilation: d.dilation, Pad: d.pad, InStride: d.channels}},
			In:     kerneltest.Access(kerneltest.ArenaRows(d.width, d.channels), -d.pad*d.channels, d.width*d.channels, d.stride*d.channels, 1, d.dilation*d.channels),
			Out:    kerneltest.Access(kerneltest.ArenaRows(n, d.channels), 0, n*d.channels, d.channels, 1, 0),
			Reduce: d.reduce, Mean: d.mean,
		}
	}
	h, w, row := along(d.height), along(d.width), d.width*d.channels
	return &loop.Window{
		Outer: []loop.Axis{kerneltest.RowAxis(1), {Name: "y", N: h}, {Name: "x", N: w}, {Name: "c", N: d.channels}}, Taps: []loop.Axis{{Name: "ky", N: d.size}, {Name: "kx", N: d.size}},
		Space: []loop.WindowAxis{
			{Outer: 1, Tap: 0, Size: d.height, Stride: d.stride, Dilation: d.dilation, Pad: d.pad, InStride: row},
			{Outer: 2, Tap: 1, Size: d.width, Stride: d.stride, Dilation: d.dilation, Pad: d.pad, InStride: d.channels},
		},
		In:     kerneltest.Access(kerneltest.ArenaRows(d.height, d.width, d.channels), -d.pad*(row+d.channels), d.height*row, d.stride*row, d.stride*d.channels, 1, d.dilation*row, d.dilation*d.channels),
		Out:    kerneltest.Access(kerneltest.ArenaRows(h, w, d.channels), 0, h*w*d.channels, w*d.channels, d.channels, 1, 0, 0),
		Reduce: d.reduce, Mean: d.mean,
	}
}

func (d pooled) gradient() *loop.WindowGrad {
	w := d.window()
	din, dout := w.In, w.Out
	din.Buf, dout.Buf = kerneltest.ArenaRows(w.In.Buf.Shape...), kerneltest.ArenaRows(w.Out.Buf.Shape...)
	return &loop.WindowGrad{Window: *w, DIn: din, DOut: dout}
}

func windowCases() []kerneltest.Case {
	var list []kerneltest.Case
	var shapes []pooled
	for _, c := range []int{4, 7, 8, 16, 17, 32, 35, 100} {
		shapes = append(shapes, pooled{height: 6, width: 6, channels: c, size: 2, stride: 2, dilation: 1}, pooled{height: 7, width: 7, channels: c, size: 2, stride: 2, dilation: 1})
	}
	for _, c := range []int{8, 19, 64} {
		shapes = append(shapes,
			pooled{height: 5, width: 9, channels: c, size: 3, stride: 2, dilation: 1, pad: 1},
			pooled{height: 5, width: 6, channels: c, size: 3, stride: 1, dilation: 1},
			pooled{height: 7, width: 8, channels: c, size: 3, stride: 1, dilation: 1, pad: 1},
			pooled{height: 9, width: 9, channels: c, size: 2, stride: 3, dilation: 1},
			pooled{height: 9, width: 9, channels: c, size: 2, stride: 1, dilation: 2, pad: 1},
			pooled{width: 12, channels: c, size: 2, stride: 2, dilation: 1},
			pooled{width: 13, channels: c, size: 3, stride: 3, dilation: 1},
			pooled{width: 11, channels: c, size: 4, stride: 1, dilation: 1, pad: 2},
			pooled{width: 11, channels: c, size: 2, stride: 2, dilation: 1, pad: 1},
		)
	}
	shapes = append(shapes, pooled{height: 80, width: 100, channels: 20, size: 2, stride: 2, dilation: 1})
	for _, d := range shapes {
		for _, mean := range []bool{false, true} {
			d.mean = mean
			d.reduce = loop.Max
			if mean {
				d.reduce = loop.Sum
			}
			rows := []int{1, 3}
			if d.height > 50 {
				rows = []int{1}
			}
			list = append(list, kerneltest.Case{Name: d.String(), Kernel: d.window(), Rows: rows, Tolerance: 1e-6},
				kerneltest.Case{Name: "gradient of " + d.String(), Kernel: d.gradient(), Rows: rows, Tolerance: 1e-6})
		}
	}
	return list
}

func TestWindows(t *testing.T) { kerneltest.Check(t, windowCases()) }

func BenchmarkWindows(b *testing.B) {
	d := pooled{height: 26, width: 26, channels: 32, size: 2, stride: 2, dilation: 1, reduce: loop.Max}
	odd := pooled{height: 11, width: 11, channels: 64, size: 2, stride: 2, dilation: 1, reduce: loop.Max}
	kerneltest.Benchmark(b, []kerneltest.Case{
		{Name: "max 26x26x32", Kernel: d.window(), Rows: []int{16}},
		{Name: "max gradient 26x26x32", Kernel: d.gradient(), Rows: []int{16}},
		{Name: "max gradient 11x11x64", Kernel: odd.gradient(), Rows: []int{16}},
	})
}
