package pass

import (
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// images is a stack of convolutions and poolings of x [n, h, w, c], flattened.
func (n *network) images(x *ir.Value) *ir.Value {
	for range 1 + n.c.pick(3) {
		if n.c.pick(4) == 0 {
			x = n.pool(x)
		} else {
			x = n.conv(x)
		}
	}
	n.layer("flatten")
	return op.ReshapeTo(n.b, x, ir.Shape{ir.Batch, x.Shape.Elements()})
}

// window picks how a window of several taps moves over an axis: its taps,
// stride, dilation, padding on either side and number of positions.
func (n *network) window(in int) (taps, stride, dilation, before, after, out int) {
	taps, stride, dilation = 1+n.c.pick(3), 1+n.c.pick(3), 1+n.c.pick(2)
	span := (taps-1)*dilation + 1
	before, after = n.c.pick(span), n.c.pick(span)
	if span > in+before+after {
		before, after = span-1, span-1
	}
	return taps, stride, dilation, before, after, (in+before+after-span)/stride + 1
}

func (n *network) conv(x *ir.Value) *ir.Value {
	if n.c.pick(4) == 0 {
		name := n.layer("zeropadding")
		x = n.b.Named(op.PadWith(n.b, x, []int{0, n.c.pick(2), 1, 0}, []int{0, 1, n.c.pick(2), 0}, 0), name)
	}
	name := n.layer("conv")
	c, filters := x.Shape[3], 2
	kh, sh, dh, top, _, outH := n.window(x.Shape[1])
	kw, sw, dw, left, _, outW := n.window(x.Shape[2])
	at := func(offset int, terms ...op.Term) op.Index { return op.Index{Terms: terms, Offset: offset} }
	k := &op.Contract{Axes: []op.Axis{
		{Name: "n", Extent: ir.Batch}, {Name: "y", Extent: outH}, {Name: "x", Extent: outW}, {Name: "o", Extent: filters},
		{Name: "r", Extent: kh}, {Name: "s", Extent: kw}, {Name: "c", Extent: c},
	}}
	kernel := []int{kh, kw, c, filters}
	k.Lhs = []op.Index{op.At(0), at(-top, op.Term{Axis: 1, Coef: sh}, op.Term{Axis: 4, Coef: dh}), at(-left, op.Term{Axis: 2, Coef: sw}, op.Term{Axis: 5, Coef: dw}), op.At(6)}
	k.Rhs = []op.Index{op.At(4), op.At(5), op.At(6), op.At(3)}
	k.Out = []op.Index{op.At(0), op.At(1), op.At(2), op.At(3)}
	switch kind := n.c.pick(4); {
	case kind == 0: // depthwise
		k.Out[3] = at(0, op.Term{Axis: 6, Coef: filters}, op.Term{Axis: 3, Coef: 1})
		filters *= c
	case kind == 1 && c%2 == 0: // two groups
		k.Axes[3].Extent, k.Axes[6].Extent = 1, c/2
		k.Axes = append(k.Axes, op.Axis{Name: "g", Extent: 2})
		k.Lhs[3], k.Rhs[3] = at(0, op.Term{Axis: 7, Coef: c / 2}, op.Term{Axis: 6, Coef: 1}), at(0, op.Term{Axis: 7, Coef: 1}, op.Term{Axis: 3, Coef: 1})
		k.Out[3] = k.Rhs[3]
		kernel[2] = c / 2
	}
	k.Shape = ir.Shape{ir.Batch, outH, outW, filters}
	y := n.b.Apply(k, x, n.param(name+"/kernel", block.Trainable, kernel...))
	if n.c.pick(4) > 0 {
		y = op.MapOf(n.b, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "bias", y, n.param(name+"/bias", block.Trainable, filters))
	}
	y = n.b.Named(y, name+".pre")
	return n.b.Named(op.Unary(n.b, activations[n.c.pick(len(activations))], y), name)
}

func (n *network) pool(x *ir.Value) *ir.Value {
	name := n.layer("pooling")
	w := &op.Window{Reduce: loop.Max}
	if n.c.pick(2) == 0 {
		w.Reduce, w.Mean = loop.Sum, true
	}
	for _, in := range x.Shape[1:3] {
		taps, stride, dilation, before, after, out := n.window(in)
		if dilation > 1 || (out-1)*stride-before >= in { // every window must hold a point
			taps, stride, dilation, before, after = 1, 1, 1, 0, 0
		}
		w.Sizes, w.Strides, w.Dilations = append(w.Sizes, taps), append(w.Strides, stride), append(w.Dilations, dilation)
		w.Before, w.After = append(w.Before, before), append(w.After, after)
	}
	return n.b.Named(n.b.Apply(w, x), name)
}

// TestFuseConvolutions checks that bias and activation go into the convolution
// that they follow, and the gradient of the activation into every phase of the
// gradient of a strided one.
func TestFuseConvolutions(t *testing.T) {
	build := func(name string) *ir.Graph {
		n := &network{m: &model{}, b: ir.NewBuilder(name), losses: name != "predict", training: name == "train"}
		x := n.input(0, ir.Type{Shape: ir.Shape{ir.Batch, 6, 1, 2}}, 0)
		for _, steps := range [][]int{
			{1, 2, 0, 0, 1, 1, 0, 0, 0, 0, 0, 2, 1, 6}, // 3 taps, padded by 1 on either side, relu
			{1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 6}, // 2 taps in steps of 2
		} {
			n.c = &choices{drawn: steps}
			x = n.conv(x)
		}
		n.c = &choices{drawn: []int{1, 1, 0, 1}}
		n.head(op.ReshapeTo(n.b, x, ir.Shape{ir.Batch, x.Shape.Elements()}), 0)
		if n.losses {
			n.loss()
		}
		if err := n.b.Errors.Err(); err != nil {
			t.Fatal(err)
		}
		return n.b.Graph
	}
	m := &model{header: loop.Program{Batch: 4}, src: Source{Predict: build("predict"), Evaluate: build("evaluate"), Train: build("train")}}
	m.describe(m.src.Train)
	p, err := Compile(&m.header, m.src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var convs []loop.Step
	runs, _ := p.Train.Flat()
	for _, r := range runs {
		if c, ok := r.Kernel.(*loop.Contract); ok && slices.Contains([]string{"conv_2", "conv_3"}, r.Layer) {
			convs = append(convs, &loop.Run{Kernel: c})
		}
	}
	check(t, texts(convs), `contract m=[n, y:6] n=[o:2] k=[r:3, c:2] 0<=y+r-1<6
  conv_2[12*n + 2*y + o] = max(sum(in0[12*n + 2*y + 2*r + c - 2] * conv_2/kernel[4*r + 2*c + o]) + conv_2/bias[o], 0)  // bias, relu
contract m=[n:3n] n=[o:2] k=[c:4]
  conv_3[2*n + o] = max(sum(conv_2[4*n + c] * conv_3/kernel[2*c + o]) + conv_3/bias[o], 0)  // bias, relu
contract m=[n:3n] n=[c:2] k=[o:2]
  ∂conv_2.pre[4*n + c] = select(conv_2[4*n + c] > 0, sum(∂conv_3.pre[2*n + o] * conv_3/kernel[2*c + o]), 0)  // relu gradient
contract m=[n:3n] n=[c:2] k=[o:2]
  ∂conv_2.pre[4*n + c + 2] = select(conv_2[4*n + c + 2] > 0, sum(∂conv_3.pre[2*n + o] * conv_3/kernel[2*c + o + 4]), 0)  // relu gradient
contract m=[c:4] n=[o:2] k=[n:3n]
  ∂conv_3/kernel[2*c + o] = sum(conv_2[4*n + c] * ∂conv_3.pre[2*n + o])
contract m=[r:3, c:2] n=[o:2] k=[n, y:6] 0<=r+y-1<6
  ∂conv_2/kernel[4*r + 2*c + o] = sum(in0[12*n + 2*r + 2*y + c - 2] * ∂conv_2.pre[12*n + 2*y + o])
`)
}

// TestUnpad checks that zeros around an image are no copy of it, and that
// anything else is.
func TestUnpad(t *testing.T) {
	for _, tt := range []struct {
		pad  *op.Pad
		want string
	}{
		{&op.Pad{Before: []int{0, 1, 2, 0}, After: []int{0, 0, 1, 0}}, "(n,y+r-2,x+s-4,c)"},
		{&op.Pad{Before: []int{0, 1, 2, 0}, After: []int{0, 0, 1, 0}, Value: 1}, "(n,y+r,x+s,c)"},
		{&op.Pad{Before: []int{0, 0, 0, 0}, After: []int{0, 0, 0, 0}, Interior: []int{0, 1, 0, 0}}, "(n,y+r,x+s,c)"},
	} {
		n := &network{m: &model{}, b: ir.NewBuilder("predict"), c: &choices{drawn: []int{1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0}}}
		x := n.input(0, ir.Type{Shape: ir.Shape{ir.Batch, 4, 3, 2}}, 0)
		n.conv(n.b.Apply(tt.pad, n.b.Apply(tt.pad, x))) // twice
		if err := n.b.Errors.Err(); err != nil {
			t.Fatal(err)
		}
		if err := fold(n.b.Graph); err != nil {
			t.Fatal(err)
		}
		for _, v := range n.b.Graph.Values {
			if k, ok := v.Op.(*op.Contract); ok && !strings.Contains(k.String(), tt.want) {
				t.Errorf("%v: got %v, want %s", tt.pad, k, tt.want)
			}
		}
	}
}
