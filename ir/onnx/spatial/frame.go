package spatial

import (
	"slices"

	"github.com/nngen-go/nngen/ir/convolution"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// frame is a window over the space axes of an image.
type frame struct {
	in, size, strides, dilations, before, after []int
}

// frameOf reads the attributes that convolutions and pools share. ceil is how positions
// are counted where the window does not fit a whole number of times.
func frameOf(n *node.Node, size []int) (frame, bool) {
	v := n.In[0]
	space := v.Rank() - 2
	if space < 1 || len(size) != space {
		n.Errorf("a kernel %v over %v", size, v.Shape)
		return frame{}, false
	}
	if list, ok := n.Ints("kernel_shape"); ok && !slices.Equal(list, size) {
		n.Errorf("kernel_shape %v of a kernel of %v", list, size)
	}
	f := frame{in: v.Shape[2:], size: size}
	read := func(name string, otherwise int) []int {
		list, ok := n.Ints(name)
		if !ok {
			return slices.Repeat([]int{otherwise}, space)
		}
		if len(list) != space || slices.Min(list) < 1 {
			n.Errorf("%s %v of %d space axes", name, list, space)
		}
		return list
	}
	f.strides, f.dilations = read("strides", 1), read("dilations", 1)
	pads, given := n.Ints("pads")
	if !given {
		pads = make([]int, 2*space)
	}
	if len(pads) != 2*space || slices.Min(pads) < 0 {
		n.Errorf("pads %v of %d space axes", pads, space)
	}
	if n.Failed || slices.Min(size) < 1 {
		n.Failed = true
		return frame{}, false
	}
	f.before, f.after = slices.Clone(pads[:space]), slices.Clone(pads[space:])
	return f, true
}

// span is the extent of the window with its dilation.
func (f frame) span(i int) int { return (f.size[i]-1)*f.dilations[i] + 1 }

// autoPad pads such that there are ⌈in/stride⌉ positions, the odd place after the image or
// before it. Source: ONNX 1.22, Conv, auto_pad.
func autoPad(n *node.Node, f *frame) {
	mode := n.Text("auto_pad", "NOTSET")
	for i, d := range f.in {
		switch mode {
		case "VALID":
			f.before[i], f.after[i] = 0, 0
		case "SAME_UPPER", "SAME_LOWER":
			out := (d + f.strides[i] - 1) / f.strides[i]
			total := max(0, (out-1)*f.strides[i]+f.span(i)-d)
			f.before[i], f.after[i] = total/2, total-total/2
			if mode == "SAME_LOWER" {
				f.before[i], f.after[i] = total-total/2, total/2
			}
		case "NOTSET", "":
		default:
			n.Errorf("auto_pad %s; it is NOTSET, VALID, SAME_UPPER or SAME_LOWER", diag.Quote(mode))
			return
		}
	}
}

// out are the positions of the window.
func (f frame) out(i int) int { return (f.in[i]+f.before[i]+f.after[i]-f.span(i))/f.strides[i] + 1 }

// fits reports a window that is larger than the padded image.
func fits(n *node.Node, f frame) bool {
	for i := range f.in {
		if f.in[i]+f.before[i]+f.after[i] < f.span(i) {
			n.Errorf("a window of %d over %d", f.span(i), f.in[i]+f.before[i]+f.after[i])
			return false
		}
	}
	return true
}

// places are where the taps of a window lie along one of two axes: [taps, positions].
func (f frame) places(axis int) []float64 {
	var out []float64
	for t0 := range f.size[0] {
		for t1 := range f.size[1] {
			for p0 := range f.out(0) {
				for p1 := range f.out(1) {
					t, p := []int{t0, t1}[axis], []int{p0, p1}[axis]
					out = append(out, float64(p*f.strides[axis]+t*f.dilations[axis]-f.before[axis]))
				}
			}
		}
	}
	return out
}

// outs are the positions of the window along every axis.
func (f frame) outs() []int {
	var out []int
	for i := range f.in {
		out = append(out, f.out(i))
	}
	return out
}

// counted are the places within an image that one tap reads at every position, counted by
// rows, or by columns.
func (f frame) counted(tap []int, columns bool) []float64 {
	step := tensor.Strides(f.in)
	if columns {
		n := 1
		for i, d := range f.in {
			step[i] = n
			n *= d
		}
	}
	outs := f.outs()
	first, move := 0, make([]int, len(outs))
	for i, t := range tap {
		first += (t*f.dilations[i] - f.before[i]) * step[i]
		move[i] = f.strides[i] * step[i]
	}
	var list []float64
	for at := range tensor.Walk(outs, move) {
		list = append(list, float64(first+at))
	}
	return list
}

// window is the frame of a convolution with so many positions.
func (f frame) window(out []int) convolution.Window {
	return convolution.Window{Size: f.size, Dilations: f.dilations, Strides: f.strides, Before: f.before, Out: out}
}
