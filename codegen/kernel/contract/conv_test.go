package contract_test

import (
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// conv is a convolution of an image [h,w,c], channels last, by a kernel
// [kh,kw,c,o] with the same padding on all sides.
type conv struct{ h, w, c, kh, kw, o, stride, dilation, pad int }

func (v conv) size() (oh, ow int) {
	d := max(v.dilation, 1)
	s := max(v.stride, 1)
	return (v.h+2*v.pad-d*(v.kh-1)-1)/s + 1, (v.w+2*v.pad-d*(v.kw-1)-1)/s + 1
}

func axes(list ...any) []loop.Axis {
	var out []loop.Axis
	for i := 0; i < len(list); i += 2 {
		out = append(out, loop.Axis{Name: list[i].(string), N: list[i+1].(int)})
	}
	return out
}

// clips are those of rows and columns, if the convolution pads: axes y, x and
// kr, kc by their numbers.
func (v conv) clips(y, x, kr, kc, coefY, coefK, offset, h, w int) []loop.Clip {
	if v.pad == 0 && coefK > 0 {
		return nil
	}
	return []loop.Clip{
		{Terms: []loop.ClipTerm{{Axis: y, Coef: coefY}, {Axis: kr, Coef: coefK}}, Offset: offset, Size: h},
		{Terms: []loop.ClipTerm{{Axis: x, Coef: coefY}, {Axis: kc, Coef: coefK}}, Offset: offset, Size: w},
	}
}

func (v conv) forward(e scalar.Expr) *loop.Contract {
	oh, ow := v.size()
	s, d := max(v.stride, 1), max(v.dilation, 1)
	k := &loop.Contract{
		M: append([]loop.Axis{batchAxis()}, axes("y", oh, "x", ow)...), N: axes("o", v.o), K: axes("r", v.kh, "s", v.kw, "c", v.c),
		Out:      reading(rowsBuffer("y", oh, ow, v.o), oh*ow*v.o, ow*v.o, v.o, 1, 0, 0, 0),
		Lhs:      reading(rowsBuffer("x", v.h, v.w, v.c), v.h*v.w*v.c, s*v.w*v.c, s*v.c, 0, d*v.w*v.c, d*v.c, 1),
		Rhs:      reading(matrix("w", v.kh, v.kw, v.c, v.o), 0, 0, 0, 1, v.kw*v.c*v.o, v.c*v.o, v.o),
		Clip:     v.clips(1, 2, 4, 5, s, d, -v.pad, v.h, v.w),
		Epilogue: e,
	}
	k.Lhs.Offset = -v.pad * (v.w + 1) * v.c
	if e != nil {
		k.Extra = []loop.Access{reading(matrix("b", v.o), 0, 0, 0, 1, 0, 0, 0)}
	}
	return k
}

// gradX is the gradient by the image, of stride and dilation 1.
func (v conv) gradX() *loop.Contract {
	oh, ow := v.size()
	k := &loop.Contract{
		M: append([]loop.Axis{batchAxis()}, axes("y", v.h, "x", v.w)...), N: axes("c", v.c), K: axes("r", v.kh, "s", v.kw, "o", v.o),
		Out:  reading(rowsBuffer("dx", v.h, v.w, v.c), v.h*v.w*v.c, v.w*v.c, v.c, 1, 0, 0, 0),
		Lhs:  reading(rowsBuffer("dy", oh, ow, v.o), oh*ow*v.o, ow*v.o, v.o, 0, -ow*v.o, -v.o, 1),
		Rhs:  reading(matrix("w", v.kh, v.kw, v.c, v.o), 0, 0, 0, v.o, v.kw*v.c*v.o, v.c*v.o, 1),
		Clip: v.clips(1, 2, 4, 5, 1, -1, v.pad, oh, ow),
	}
	k.Lhs.Offset = v.pad * (ow + 1) * v.o
	return k
}

// gradXHalo is gradX where dy has a border of zeros.
func (v conv) gradXHalo() *loop.Contract {
	oh, ow := v.size()
	hh, hw := oh+2*(v.kh-1), ow+2*(v.kw-1)
	k := v.gradX()
	k.Clip = nil
	k.Lhs = reading(rowsBuffer("dy", hh, hw, v.o), hh*hw*v.o, hw*v.o, v.o, 0, -hw*v.o, -v.o, 1)
	k.Lhs.Offset = ((v.kh-1)*hw + v.kw - 1) * v.o
	return k
}

// gradW is the gradient by the kernel.
func (v conv) gradW() *loop.Contract {
	oh, ow := v.size()
	s, d := max(v.stride, 1), max(v.dilation, 1)
	k := &loop.Contract{
		M: axes("r", v.kh, "s", v.kw, "c", v.c), N: axes("o", v.o), K: append([]loop.Axis{batchAxis()}, axes("y", oh, "x", ow)...),
		Out:  reading(&loop.Buffer{Name: "w", Grad: true, Class: loop.Gradient, Shape: []int{v.kh, v.kw, v.c, v.o}}, v.kw*v.c*v.o, v.c*v.o, v.o, 1, 0, 0, 0),
		Lhs:  reading(rowsBuffer("x", v.h, v.w, v.c), d*v.w*v.c, d*v.c, 1, 0, v.h*v.w*v.c, s*v.w*v.c, s*v.c),
		Rhs:  reading(rowsBuffer("dy", oh, ow, v.o), 0, 0, 0, 1, oh*ow*v.o, ow*v.o, v.o),
		Clip: v.clips(5, 6, 0, 1, s, d, -v.pad, v.h, v.w),
	}
	k.Lhs.Offset = -v.pad * (v.w + 1) * v.c
	return k
}

// depthwise is a convolution with a kernel [kh,kw,c] for each channel.
func (v conv) depthwise(e scalar.Expr) *loop.Contract {
	oh, ow := v.size()
	s, d := max(v.stride, 1), max(v.dilation, 1)
	k := &loop.Contract{
		B: axes("c", v.c), M: append([]loop.Axis{batchAxis()}, axes("y", oh, "x", ow)...), K: axes("r", v.kh, "s", v.kw),
		Out:      reading(rowsBuffer("y", oh, ow, v.c), 1, oh*ow*v.c, ow*v.c, v.c, 0, 0),
		Lhs:      reading(rowsBuffer("x", v.h, v.w, v.c), 1, v.h*v.w*v.c, s*v.w*v.c, s*v.c, d*v.w*v.c, d*v.c),
		Rhs:      reading(matrix("w", v.kh, v.kw, v.c), 1, 0, 0, 0, v.kw*v.c, v.c),
		Clip:     v.clips(2, 3, 4, 5, s, d, -v.pad, v.h, v.w),
		Epilogue: e,
	}
	k.Lhs.Offset = -v.pad * (v.w + 1) * v.c
	if e != nil {
		k.Extra = []loop.Access{reading(matrix("b", v.c), 1, 0, 0, 0, 0, 0)}
	}
	return k
}

// depthwiseGradW is its gradient by the kernel.
func (v conv) depthwiseGradW() *loop.Contract {
	oh, ow := v.size()
	s, d := max(v.stride, 1), max(v.dilation, 1)
	k := &loop.Contract{
		B: axes("c", v.c), M: axes("r", v.kh, "s", v.kw), K: append([]loop.Axis{batchAxis()}, axes("y", oh, "x", ow)...),
		Out:  reading(&loop.Buffer{Name: "w", Grad: true, Class: loop.Gradient, Shape: []int{v.kh, v.kw, v.c}}, 1, v.kw*v.c, v.c, 0, 0, 0),
		Lhs:  reading(rowsBuffer("x", v.h, v.w, v.c), 1, d*v.w*v.c, d*v.c, v.h*v.w*v.c, s*v.w*v.c, s*v.c),
		Rhs:  reading(rowsBuffer("dy", oh, ow, v.c), 1, 0, 0, oh*ow*v.c, ow*v.c, v.c),
		Clip: v.clips(4, 5, 1, 2, s, d, -v.pad, v.h, v.w),
	}
	k.Lhs.Offset = -v.pad * (v.w + 1) * v.c
	return k
}

// depthwiseGradX is its gradient by the image, of stride and dilation 1.
func (v conv) depthwiseGradX() *loop.Contract {
	oh, ow := v.size()
	k := &loop.Contract{
		B: axes("c", v.c), M: append([]loop.Axis{batchAxis()}, axes("y", v.h, "x", v.w)...), K: axes("r", v.kh, "s", v.kw),
		Out:  reading(rowsBuffer("dx", v.h, v.w, v.c), 1, v.h*v.w*v.c, v.w*v.c, v.c, 0, 0),
		Lhs:  reading(rowsBuffer("dy", oh, ow, v.c), 1, oh*ow*v.c, ow*v.c, v.c, -ow*v.c, -v.c),
		Rhs:  reading(matrix("w", v.kh, v.kw, v.c), 1, 0, 0, 0, v.kw*v.c, v.c),
		Clip: v.clips(2, 3, 4, 5, 1, -1, v.pad, oh, ow),
	}
	k.Lhs.Offset = v.pad * (ow + 1) * v.c
	return k
}

// grouped is a convolution in groups.
func (v conv) grouped(groups int) *loop.Contract {
	oh, ow := v.size()
	c, o := v.c/groups, v.o/groups
	return &loop.Contract{
		B: axes("g", groups), M: append([]loop.Axis{batchAxis()}, axes("y", oh, "x", ow)...), N: axes("o", o), K: axes("r", v.kh, "s", v.kw, "c", c),
		Out: reading(rowsBuffer("y", oh, ow, v.o), o, oh*ow*v.o, ow*v.o, v.o, 1, 0, 0, 0),
		Lhs: reading(rowsBuffer("x", v.h, v.w, v.c), c, v.h*v.w*v.c, v.w*v.c, v.c, 0, v.w*v.c, v.c, 1),
		Rhs: reading(matrix("w", v.kh, v.kw, c, v.o), o, 0, 0, 0, 1, v.kw*c*v.o, c*v.o, v.o),
	}
}

var (
	small    = conv{h: 5, w: 10, c: 5, kh: 3, kw: 3, o: 20}
	padded   = conv{h: 4, w: 30, c: 3, kh: 3, kw: 3, o: 20, pad: 1}
	wide     = conv{h: 3, w: 9, c: 36, kh: 3, kw: 2, o: 36, pad: 1}
	strided  = conv{h: 7, w: 13, c: 3, kh: 3, kw: 3, o: 33, pad: 1, stride: 2}
	dilated  = conv{h: 7, w: 11, c: 3, kh: 3, kw: 3, o: 8, dilation: 2}
	tinyMaps = conv{h: 5, w: 5, c: 17, kh: 3, kw: 3, o: 32}
	pointed  = conv{h: 4, w: 5, c: 17, kh: 1, kw: 1, o: 34}
	gray     = conv{h: 9, w: 9, c: 1, kh: 3, kw: 3, o: 32, pad: 1}
)

var convRows = []int{1, 3}

func convCases() []kerneltest.Case {
	var list []kerneltest.Case
	for _, v := range []struct {
		name string
		conv
	}{{"small", small}, {"padded", padded}, {"wide", wide}, {"strided", strided}, {"dilated", dilated}, {"tiny maps", tinyMaps}, {"pointed", pointed}, {"gray", gray}} {
		add := func(what string, k *loop.Contract) {
			list = append(list, kerneltest.Case{Name: what + " " + v.name, Kernel: k, Tolerance: 1e-4, Rows: convRows})
		}
		add("forward", v.forward(relued))
		add("gradW", v.gradW())
		if v.stride < 2 && v.dilation < 2 && v.c > 1 {
			add("gradX", v.gradX())
			if v.pad == 0 {
				add("gradX halo", v.gradXHalo())
			}
		}
	}
	// One sample alone has rows enough to pack for: its pixels.
	list = append(list, kerneltest.Case{Name: "pixels", Tolerance: 1e-4, Rows: convRows, Kernel: &loop.Contract{
		M: []loop.Axis{{Name: "n", N: 12, Rows: true}}, N: axes("o", 256), K: axes("c", 128),
		Out: reading(rowsBuffer("y", 3, 4, 256), 256, 1, 0),
		Lhs: reading(rowsBuffer("x", 3, 4, 128), 128, 0, 1),
		Rhs: reading(matrix("w", 128, 256), 0, 1, 256),
	}})
	return list
}

// Images of which one call takes a part only.
func largeCases() []kerneltest.Case {
	v := conv{h: 34, w: 33, c: 2, kh: 3, kw: 3, o: 20, pad: 1}
	u := conv{h: 36, w: 35, c: 2, kh: 3, kw: 3, o: 33}
	return []kerneltest.Case{
		{Name: "padded", Kernel: v.gradW(), Tolerance: 1e-4, Rows: convRows},
		{Name: "valid", Kernel: u.gradW(), Tolerance: 1e-4, Rows: convRows},
		{Name: "depthwise", Kernel: conv{h: 70, w: 69, c: 9, kh: 3, kw: 3, pad: 1}.depthwiseGradW(), Tolerance: 1e-4, Rows: convRows},
	}
}

func TestLargeImages(t *testing.T) { kerneltest.Check(t, largeCases()) }

func TestConv(t *testing.T) { kerneltest.Check(t, convCases()) }

func depthwiseCases() []kerneltest.Case {
	var list []kerneltest.Case
	for _, v := range []struct {
		name string
		conv
	}{
		{"valid", conv{h: 9, w: 10, c: 21, kh: 3, kw: 3}}, {"padded", conv{h: 7, w: 16, c: 40, kh: 3, kw: 3, pad: 1}},
		{"strided", conv{h: 9, w: 11, c: 16, kh: 3, kw: 3, pad: 1, stride: 2}},
	} {
		add := func(what string, k *loop.Contract) {
			list = append(list, kerneltest.Case{Name: what + " " + v.name, Kernel: k, Tolerance: 1e-4, Rows: convRows})
		}
		add("forward", v.depthwise(relued))
		add("gradW", v.depthwiseGradW())
		if v.stride < 2 {
			add("gradX", v.depthwiseGradX())
		}
	}
	list = append(list, kerneltest.Case{Name: "grouped", Kernel: conv{h: 6, w: 9, c: 8, kh: 3, kw: 3, o: 24}.grouped(2), Tolerance: 1e-4, Rows: convRows})
	return list
}

func TestDepthwise(t *testing.T) { kerneltest.Check(t, depthwiseCases()) }

func convBenchmarks() []kerneltest.Case {
	conv1 := conv{h: 28, w: 28, c: 1, kh: 3, kw: 3, o: 32}
	conv2 := conv{h: 13, w: 13, c: 32, kh: 3, kw: 3, o: 64}
	rows := []int{32}
	return []kerneltest.Case{
		{Name: "conv1 forward", Kernel: conv1.forward(relued), Rows: rows},
		{Name: "conv1 gradW", Kernel: conv1.gradW(), Rows: rows},
		{Name: "conv2 forward", Kernel: conv2.forward(relued), Rows: rows},
		{Name: "conv2 gradX", Kernel: conv2.gradX(), Rows: rows},
		{Name: "conv2 gradX halo", Kernel: conv2.gradXHalo(), Rows: rows},
		{Name: "conv2 gradW", Kernel: conv2.gradW(), Rows: rows},
		{Name: "depthwise", Kernel: conv{h: 28, w: 28, c: 64, kh: 3, kw: 3, pad: 1}.depthwise(relued), Rows: rows},
	}
}

func BenchmarkConv(b *testing.B) { kerneltest.Benchmark(b, convBenchmarks()) }
