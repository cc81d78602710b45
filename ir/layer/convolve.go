package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// sliding is a contraction in which a kernel slides over an image.
type sliding struct {
	op.Contract
	window window
	frame  framed
	// The axes of the contraction: the batch, and with it the images that lie beside
	// one another in a row, if any do; and of every space axis the positions and the taps.
	rows         []int
	points, taps []int
}

// slide begins with the batch and the positions.
func slide(w window, f framed) *sliding {
	s := &sliding{window: w, frame: f}
	s.rows = append(s.rows, s.axis("n", ir.Batch))
	if f.beside > 0 {
		s.rows = append(s.rows, s.axis("b", f.beside))
	}
	for i, name := range []string{"z", "y", "x"}[3-len(f.out):] {
		s.points = append(s.points, s.axis(name, f.out[i]))
	}
	return s
}

func (s *sliding) axis(name string, extent int) int {
	s.Axes = append(s.Axes, op.Axis{Name: name, Extent: extent})
	return len(s.Axes) - 1
}

// tap appends the axes of the taps.
func (s *sliding) tap() {
	for i, name := range []string{"q", "r", "k"}[3-len(s.points):] {
		s.taps = append(s.taps, s.axis(name, s.window.size[i]))
	}
}

// indices names the elements of the image, the kernel and the result: channels
// are the last index of the image and of the result, and the last ones of the
// kernel.
func (s *sliding) indices(image op.Index, kernel []op.Index, result op.Index, channels int) {
	for _, r := range s.rows {
		s.Lhs, s.Out, s.Shape = append(s.Lhs, op.At(r)), append(s.Out, op.At(r)), append(s.Shape, s.Axes[r].Extent)
	}
	for i := range s.points {
		at := op.Index{
			Terms:  []op.Term{{Axis: s.points[i], Coef: s.frame.strides[i]}, {Axis: s.taps[i], Coef: s.window.dilation[i]}},
			Offset: -s.frame.before[i],
		}
		s.Lhs, s.Rhs, s.Out = append(s.Lhs, at), append(s.Rhs, op.At(s.taps[i])), append(s.Out, op.At(s.points[i]))
		s.Shape = append(s.Shape, s.frame.out[i])
	}
	s.Lhs, s.Rhs, s.Out = append(s.Lhs, image), append(s.Rhs, kernel...), append(s.Out, result)
	s.Shape = append(s.Shape, channels)
}

// within is the index of element i of block b, of size elements each; without
// an axis of blocks there is one.
func within(block, size, i int) op.Index {
	if block < 0 {
		return op.At(i)
	}
	return op.Index{Terms: []op.Term{{Axis: block, Coef: size}, {Axis: i, Coef: 1}}}
}

// convolve is the convolution of x [n, space…, channels] and a kernel [taps…,
// channels/groups, filters], of which every group of filters sees its group of
// channels: out[n, p…, f] = Σ x[n, p·stride + t·dilation - before, c]·kernel[t…,
// c, f], where what lies outside the image counts as 0. Images may lie beside one another
// in a row, [n, beside, space…, channels]. Source: Keras 3, ops/nn.py, conv, whose kernel
// is not flipped.
func convolve(b *ir.Builder, x, kernel *ir.Value, w window, f framed, groups int) *ir.Value {
	if !x.Valid() || !kernel.Valid() {
		return Poison(b)
	}
	space := len(f.out)
	channels, filters := kernel.Shape[space], kernel.Shape[space+1]
	s := slide(w, f)
	g := -1
	if groups > 1 {
		g = s.axis("g", groups)
	}
	o := s.axis("o", filters/groups)
	s.tap()
	ch := s.axis("c", channels)
	filter := within(g, filters/groups, o)
	s.indices(within(g, channels, ch), []op.Index{op.At(ch), filter}, filter, filters)
	return b.Apply(&s.Contract, x, kernel)
}

// convolveDepthwise convolves every channel of x with kernels of its own, [taps…,
// channels, multiplier]: out[n, p…, c·multiplier + m] = Σ x[n, p·stride +
// t·dilation - before, c]·kernel[t…, c, m]. Source: Keras 3, ops/nn.py,
// depthwise_conv.
func convolveDepthwise(b *ir.Builder, x, kernel *ir.Value, w window, f framed) *ir.Value {
	if !x.Valid() || !kernel.Valid() {
		return Poison(b)
	}
	space := len(f.out)
	channels, multiplier := kernel.Shape[space], kernel.Shape[space+1]
	s := slide(w, f)
	s.tap()
	ch := s.axis("c", channels)
	if multiplier == 1 {
		s.indices(op.At(ch), []op.Index{op.At(ch), {}}, op.At(ch), channels)
	} else {
		m := s.axis("m", multiplier)
		s.indices(op.At(ch), []op.Index{op.At(ch), op.At(m)}, within(ch, multiplier, m), channels*multiplier)
	}
	return b.Apply(&s.Contract, x, kernel)
}
