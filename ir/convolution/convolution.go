// Package convolution writes convolutions as contractions in which a kernel slides over
// an image: those of Keras's layers and of ONNX's operators.
package convolution

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// Window says where a kernel lies over an image: along every space axis how many taps it
// has, how far apart they and the positions are, the padding before the image and the
// number of positions.
type Window struct{ Size, Dilations, Strides, Before, Out []int }

// Sliding is a contraction in which a kernel slides over an image.
type Sliding struct {
	op.Contract
	window Window
	// The axes of the contraction: what is before the space of the image, and of every
	// space axis the positions and the taps.
	lead         []op.Index
	points, taps []int
}

// Slide begins with the axes of x, [lead…, space…, channels], before its space, and the
// positions.
func Slide(x *ir.Value, w Window) *Sliding {
	s := &Sliding{window: w}
	lead := x.Shape[:len(x.Shape)-len(w.Out)-1]
	s.Shape = slices.Clone(lead)
	for _, d := range lead {
		switch d {
		case ir.Batch:
			s.lead = append(s.lead, op.At(s.Axis("n", d)))
		case 1:
			s.lead = append(s.lead, op.Index{})
		default:
			s.lead = append(s.lead, op.At(s.Axis("b", d)))
		}
	}
	for i, name := range names("zyx", len(w.Out)) {
		s.points = append(s.points, s.Axis(name, w.Out[i]))
	}
	return s
}

// names are those of the space axes, the last ones of letters where there are so few.
func names(letters string, axes int) []string {
	out := make([]string, axes)
	for i := range out {
		if axes > len(letters) {
			out[i] = fmt.Sprintf("%c%d", letters[0], i)
		} else {
			out[i] = string(letters[len(letters)-axes+i])
		}
	}
	return out
}

// Axis appends an axis of the contraction.
func (s *Sliding) Axis(name string, extent int) int {
	s.Axes = append(s.Axes, op.Axis{Name: name, Extent: extent})
	return len(s.Axes) - 1
}

// Blocks appends the axis of so many blocks; it is -1 where there is one.
func (s *Sliding) Blocks(n int) int {
	if n == 1 {
		return -1
	}
	return s.Axis("g", n)
}

// Tap appends the axes of the taps.
func (s *Sliding) Tap() {
	for i, name := range names("qrk", len(s.points)) {
		s.taps = append(s.taps, s.Axis(name, s.window.Size[i]))
	}
}

// Convolve is the contraction of an image x and a kernel [n, taps…, …], whose rows may be
// left out. The indices are those of the elements: channels are the last index of the image
// and of the result, and the last ones of the kernel.
func (s *Sliding) Convolve(b *ir.Builder, x, kernel *ir.Value, image op.Index, of []op.Index, result op.Index, channels int) *ir.Value {
	s.indices(kernel, image, of, result)
	s.Shape = append(append(s.Shape, s.window.Out...), channels)
	return b.Apply(&s.Contract, x, kernel)
}

// Spread is the contraction that spreads x, which lies at the positions, over an image of
// those extents: what Convolve makes of the gradient of its result. The indices are those
// of the elements of x, the kernel and the result.
func (s *Sliding) Spread(b *ir.Builder, x, kernel *ir.Value, of op.Index, by []op.Index, result op.Index, image []int, channels int) *ir.Value {
	s.indices(kernel, result, by, of)
	s.Lhs, s.Out = s.Out, s.Lhs
	s.Shape = append(append(s.Shape, image...), channels)
	return b.Apply(&s.Contract, x, kernel)
}

// indices names the elements of the image, the kernel and what lies at the positions.
func (s *Sliding) indices(kernel *ir.Value, image op.Index, of []op.Index, at op.Index) {
	s.Lhs, s.Out = slices.Clone(s.lead), slices.Clone(s.lead)
	if kernel.Shape.Batched() {
		s.Rhs = append(s.Rhs, s.lead[0])
	}
	for i := range s.points {
		tap := op.Index{
			Terms:  []op.Term{{Axis: s.points[i], Coef: s.window.Strides[i]}, {Axis: s.taps[i], Coef: s.window.Dilations[i]}},
			Offset: -s.window.Before[i],
		}
		s.Lhs, s.Rhs, s.Out = append(s.Lhs, tap), append(s.Rhs, op.At(s.taps[i])), append(s.Out, op.At(s.points[i]))
	}
	s.Lhs, s.Rhs, s.Out = append(s.Lhs, image), append(s.Rhs, of...), append(s.Out, at)
}

// Within is the index of element i of block b, of size elements each; without
// an axis of blocks there is one.
func Within(block, size, i int) op.Index {
	if block < 0 {
		return op.At(i)
	}
	return op.Index{Terms: []op.Term{{Axis: block, Coef: size}, {Axis: i, Coef: 1}}}
}

// Of is the convolution of x [lead…, space…, channels] and a kernel [n, taps…,
// channels/groups, filters], whose rows may be left out, of which every group of filters
// sees its group of channels: out[…, p…, f] = Σ x[…, p·stride + t·dilation - before,
// c]·kernel[t…, c, f], where what lies outside the image counts as 0. Sources: Keras 3,
// ops/nn.py, conv, whose kernel is not flipped; ONNX 1.22, Conv.
func Of(b *ir.Builder, x, kernel *ir.Value, w Window, groups int) *ir.Value {
	last := len(kernel.Shape) - 1
	channels, filters := kernel.Shape[last-1], kernel.Shape[last]
	s := Slide(x, w)
	g := s.Blocks(groups)
	o := s.Axis("o", filters/groups)
	s.Tap()
	ch := s.Axis("c", channels)
	filter := Within(g, filters/groups, o)
	return s.Convolve(b, x, kernel, Within(g, channels, ch), []op.Index{op.At(ch), filter}, filter, filters)
}
