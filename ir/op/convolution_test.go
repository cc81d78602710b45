package op

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/internal/golden"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// conv is a convolution over two axes of images [n, h, w, c], as layers build it.
type conv struct {
	h, w, c, o, kh, kw   int
	stride, dilation     int
	top, left            int // padding in front
	bottom, right        int // and after
	groups               int // 0: one
	multiplier           int // not 0: depthwise
	outH, outW, channels int // filled in by build
}

func (k *conv) String() string {
	return fmt.Sprintf("%dx%dx%d to %d by %dx%d s%d d%d pad %d,%d,%d,%d groups %d multiplier %d",
		k.h, k.w, k.c, k.o, k.kh, k.kw, k.stride, k.dilation, k.top, k.left, k.bottom, k.right, k.groups, k.multiplier)
}

// same pads as "same" does: the odd element after.
func (k conv) same() conv {
	pad := func(in, taps int) (int, int) {
		out := (in + k.stride - 1) / k.stride
		all := max(0, (out-1)*k.stride+(taps-1)*k.dilation+1-in)
		return all / 2, all - all/2
	}
	k.top, k.bottom = pad(k.h, k.kh)
	k.left, k.right = pad(k.w, k.kw)
	return k
}

// causal pads in front along the first axis alone.
func (k conv) causal() conv { k.top = (k.kh - 1) * k.dilation; return k }

func (k *conv) build(b *ir.Builder) *ir.Value {
	k.outH = (k.h+k.top+k.bottom-(k.kh-1)*k.dilation-1)/k.stride + 1
	k.outW = (k.w+k.left+k.right-(k.kw-1)*k.dilation-1)/k.stride + 1
	c := &Contract{Axes: []Axis{{"n", n}, {"y", k.outH}, {"x", k.outW}, {"o", k.o}, {"r", k.kh}, {"s", k.kw}, {"c", k.c}}}
	y := affine(-k.top, k.stride, 1, k.dilation, 4)
	x := affine(-k.left, k.stride, 2, k.dilation, 5)
	kernel := []int{k.kh, k.kw, k.c, k.o}
	c.Lhs, c.Rhs = []Index{At(0), y, x, At(6)}, []Index{At(4), At(5), At(6), At(3)}
	c.Out, k.channels = []Index{At(0), At(1), At(2), At(3)}, k.o
	switch {
	case k.multiplier > 0:
		c.Axes[3] = Axis{"m", k.multiplier}
		kernel[3], k.channels = k.multiplier, k.c*k.multiplier
		c.Out[3] = affine(0, k.multiplier, 6, 1, 3)
	case k.groups > 1:
		c.Axes[3].Extent, c.Axes[6].Extent = k.o/k.groups, k.c/k.groups
		c.Axes = append(c.Axes, Axis{"g", k.groups})
		kernel[2] = k.c / k.groups
		c.Lhs[3], c.Rhs[3] = affine(0, k.c/k.groups, 7, 1, 6), affine(0, k.o/k.groups, 7, 1, 3)
		c.Out[3] = c.Rhs[3]
	}
	c.Shape = ir.Shape{n, k.outH, k.outW, k.channels}
	c.Epilogue, c.Word = scalar.Call("max", scalar.Call("add", arg(0), arg(1)), num(0)), "relu"
	return b.Apply(c, f32(b, "x", n, k.h, k.w, k.c), f32(b, "w", kernel...), f32(b, "bias", k.channels))
}

// want is one element of the result by the definition.
func (k *conv) want(e env, at ...int) float64 {
	sum := e.at("bias", at[3])
	for r := range k.kh {
		for s := range k.kw {
			y, x := at[1]*k.stride+r*k.dilation-k.top, at[2]*k.stride+s*k.dilation-k.left
			switch {
			case k.multiplier > 0:
				c := at[3] / k.multiplier
				sum += e.inside("x", at[0], y, x, c) * e.at("w", r, s, c, at[3]%k.multiplier)
			default:
				groups := max(1, k.groups)
				in, g := k.c/groups, at[3]/(k.o/groups)
				for c := range in {
					sum += e.inside("x", at[0], y, x, g*in+c) * e.at("w", r, s, c, at[3])
				}
			}
		}
	}
	return max(sum, 0)
}

func convolutions() []conv {
	list := []conv{
		{h: 1, w: 1, c: 1, o: 1, kh: 1, kw: 1, stride: 1, dilation: 1},
		{h: 3, w: 4, c: 2, o: 3, kh: 1, kw: 1, stride: 1, dilation: 1},
		{h: 5, w: 4, c: 2, o: 3, kh: 1, kw: 1, stride: 2, dilation: 1}, // phases without a tap
		{h: 2, w: 7, c: 1, o: 2, kh: 1, kw: 1, stride: 3, dilation: 1},
		{h: 4, w: 5, c: 2, o: 2, kh: 4, kw: 5, stride: 1, dilation: 1}, // as large as the image
		{h: 4, w: 5, c: 2, o: 2, kh: 3, kw: 4, stride: 1, dilation: 1}, // more taps than positions
		{h: 4, w: 6, c: 2, o: 2, kh: 2, kw: 2, stride: 2, dilation: 1}, // windows side by side
		{h: 5, w: 7, c: 1, o: 2, kh: 2, kw: 2, stride: 3, dilation: 1}, // windows with gaps
		{h: 4, w: 4, c: 2, o: 2, kh: 3, kw: 3, stride: 1, dilation: 1, top: 2, left: 2, bottom: 2, right: 2},
		{h: 2, w: 3, c: 1, o: 2, kh: 5, kw: 4, stride: 1, dilation: 1, top: 3, left: 1, bottom: 2, right: 1}, // larger than the image
		{h: 3, w: 3, c: 1, o: 1, kh: 3, kw: 3, stride: 2, dilation: 2, top: 2, left: 1, bottom: 2, right: 3},
		{h: 3, w: 4, c: 1, o: 1, kh: 2, kw: 2, stride: 1, dilation: 1, top: 3, left: 0, bottom: 0, right: 2}, // windows in the padding
		{h: 6, w: 5, c: 4, o: 6, kh: 3, kw: 2, stride: 2, dilation: 1, groups: 2},
		{h: 3, w: 4, c: 3, o: 3, kh: 2, kw: 2, stride: 1, dilation: 1, groups: 3},
		{h: 4, w: 5, c: 3, kh: 3, kw: 3, stride: 1, dilation: 1, multiplier: 2},
		{h: 4, w: 5, c: 3, kh: 2, kw: 3, stride: 2, dilation: 1, multiplier: 1},
	}
	for stride := 1; stride <= 3; stride++ {
		for dilation := 1; dilation <= 2; dilation++ {
			k := conv{h: 6, w: 7, c: 2, o: 2, kh: 3, kw: 2, stride: stride, dilation: dilation}
			list = append(list, k, k.same(), k.causal())
			k.groups = 2
			list = append(list, k.same())
			k.groups, k.multiplier, k.o = 0, 2, 0
			list = append(list, k.same())
		}
	}
	return list
}

// TestConvolutions holds convolutions of many shapes, with an activation, to
// their definition, their gradients to finite differences and the kernels of
// both to Eval.
func TestConvolutions(t *testing.T) {
	for _, k := range convolutions() {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel()
			check(t, kase{build: k.build, want: k.want})
		})
	}
}

// kernels is the text form of the convolution and, in this order, of its
// gradients by the input and by the kernel, without names of buffers.
func (k *conv) kernels(t *testing.T) string {
	b := ir.NewBuilder("g")
	v := k.build(b)
	c := *v.Op.(*Contract)
	c.Epilogue, c.Word = nil, ""
	x, w, dy := v.Args[0], v.Args[1], f32(b, "dy", v.Shape...)
	values := []*ir.Value{x, w, dy, b.Apply(&c, x, w)}
	values = append(values, c.VJP(b, values[3], dy)...)
	l := &lowering{views: map[*ir.Value]View{}}
	for _, u := range values {
		u.Op.(Lowerer).Lower(l, u)
	}
	if len(l.errs) > 0 {
		t.Fatal(l.errs)
	}
	for i, name := range []string{"x", "w", "dy", "y", "dx", "dw"} {
		l.views[values[i]].Buf.Name = name
	}
	var out []string
	for _, s := range l.steps {
		out = append(out, s.(*loop.Run).Kernel.String())
	}
	return strings.Join(out, "\n")
}

// TestConvolutionKernels pins the forms that emitters are written for.
func TestConvolutionKernels(t *testing.T) {
	at28 := func(taps, stride int) conv {
		return conv{h: 28, w: 28, c: 32, o: 64, kh: taps, kw: taps, stride: stride, dilation: 1}
	}
	groups, depthwise := at28(3, 1), at28(3, 1)
	groups.groups = 4
	depthwise.o, depthwise.multiplier = 0, 2
	text := ""
	for _, k := range []struct {
		what string
		conv
	}{
		{"valid", at28(3, 1)},
		{"same", at28(3, 1).same()},
		{"same in steps of 2", at28(3, 2).same()},
		{"points", at28(1, 1)},
		{"points in steps of 2", at28(1, 2)},
		{"the whole image", at28(28, 1)},
		{"groups", groups.same()},
		{"depthwise", depthwise.same()},
		{"causal over time", conv{h: 28, w: 1, c: 32, o: 64, kh: 3, kw: 1, stride: 1, dilation: 2}.causal()},
	} {
		text += "# " + k.what + "\n" + k.kernels(t) + "\n"
	}
	golden.File(t, "testdata/convolutions.txt", text)
}
