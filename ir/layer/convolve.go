package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/convolution"
	"github.com/nngen-go/nngen/ir/op"
)

// placed is the window where a frame puts it.
func (w window) placed(f framed) convolution.Window {
	return convolution.Window{Size: w.size, Dilations: w.dilation, Strides: f.strides, Before: f.before, Out: f.out}
}

// convolve is [convolution.Of] in a layer.
func convolve(b *ir.Builder, x, kernel *ir.Value, w window, f framed, groups int) *ir.Value {
	if !x.Valid() || !kernel.Valid() {
		return Poison(b)
	}
	return convolution.Of(b, x, kernel, w.placed(f), groups)
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
	s := convolution.Slide(x, w.placed(f))
	s.Tap()
	ch := s.Axis("c", channels)
	if multiplier == 1 {
		return s.Convolve(b, x, kernel, op.At(ch), []op.Index{op.At(ch), {}}, op.At(ch), channels)
	}
	m := s.Axis("m", multiplier)
	return s.Convolve(b, x, kernel, op.At(ch), []op.Index{op.At(ch), op.At(m)}, convolution.Within(ch, multiplier, m), channels*multiplier)
}
