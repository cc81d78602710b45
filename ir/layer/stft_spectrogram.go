package layer

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer/operation"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "STFTSpectrogram",
	Doc:  "Makes spectrograms of signals, with waves that are trained.",
	New: func() Config {
		return &STFTSpectrogram{Mode: "log", FrameLength: 256, Window: spec.Value{Kind: spec.String, Str: "hann"}, Scaling: &density, Padding: "valid", imageFormat: lastAxis}
	},
})

// STFTSpectrogram is the short-time Fourier transform of every channel of [n, steps,
// channels]: the products of frames with the kernels real_kernel and imag_kernel,
// [frame_length, 1, bins], which begin as waves times a window; bins = fft_length/2 + 1.
// The result is [n, frames, channels·bins], or [n, frames, bins, channels] with
// expand_dims. Source: Keras 3, layers/preprocessing/stft_spectrogram.py.
type STFTSpectrogram struct {
	Mode        string     `arg:"mode,oneof=log|magnitude|psd|real|imag|angle|stft" doc:"what is made of the complex numbers: their size or its logarithm, the power (psd), their real or imaginary part, both one after the other (stft), or their angle"`
	FrameLength int        `arg:"frame_length,min=1" doc:"steps of a frame"`
	FrameStep   *int       `arg:"frame_step,null,min=1" doc:"steps from a frame to the next; null: half of frame_length"`
	FFTLength   *int       `arg:"fft_length,null,min=1" doc:"twice the number of frequencies, less one; null: the power of two that frame_length fits in"`
	Window      spec.Value `arg:"window,null" doc:"the name of a window, a list of its values, or null for none" train:"only"`
	Periodic    bool       `arg:"periodic" doc:"whether the window goes on where it ends" train:"only"`
	Scaling     *string    `arg:"scaling,oneof=density|spectrum,null" doc:"what the window is divided by: its length, the sum of its sizes, or null for nothing" train:"only"`
	Padding     string     `arg:"padding,oneof=valid|same" doc:"valid: frames inside the signal; same: zeros around it"`
	ExpandDims  bool       `arg:"expand_dims" doc:"whether frequencies have an axis of their own, as images have"`
	imageFormat
}

// maxBins bounds the frequencies of a spectrogram.
const maxBins = 1 << 20

// Build implements [Config].
func (s *STFTSpectrogram) Build(c *Context, in []*ir.Value) *ir.Value {
	x, ok := c.spatial(in[0], 1, s.imageFormat)
	if !ok {
		return c.poison()
	}
	step, length := s.FrameLength/2, 1
	for length < s.FrameLength {
		length *= 2
	}
	if s.FrameStep != nil {
		step = *s.FrameStep
	}
	if s.FFTLength != nil {
		length = *s.FFTLength
	}
	switch {
	case step < 1 || step > s.FrameLength:
		return c.ErrorAt("frame_step", "frame_step is %d; write a number from 1 to frame_length, %d", step, s.FrameLength)
	case length < s.FrameLength:
		return c.ErrorAt("fft_length", "fft_length is %d, below frame_length, %d", length, s.FrameLength)
	case length/2 >= maxBins:
		return c.ErrorAt("fft_length", "fft_length is %d; write at most %d", length, 2*maxBins-2)
	case length == 1 && s.Mode == "psd":
		return c.ErrorAt("fft_length", "psd takes two frequencies at least; write fft_length: 2, or more")
	}
	steps, channels := x.Shape[1], x.Shape[2]
	w := window{"frame", []int{s.FrameLength}, []int{step}, []int{1}, s.Padding}
	if _, ok := w.frame(c, x); !ok {
		return c.poison()
	}
	// Channels become rows of an image, so that each is transformed by itself.
	image := op.ReshapeTo(c.B, op.TransposeTo(c.B, x, 0, 2, 1), ir.Shape{ir.Batch, channels, steps, 1})
	w = window{"frame", []int{1, s.FrameLength}, []int{1, step}, []int{1, 1}, s.Padding}
	f, _ := w.frame(c, image)
	part := func(side string) *ir.Value {
		shape := ir.Shape{s.FrameLength, 1, length/2 + 1}
		kernel := c.Param(side+"_kernel", shape, s.waves(side), spec.Call{})
		if !kernel.Valid() {
			return kernel
		}
		return c.Named(convolve(c.B, image, op.ReshapeTo(c.B, kernel, append(ir.Shape{1}, shape...)), w, f, 1), side)
	}
	var y *ir.Value
	switch s.Mode {
	case "real", "imag":
		y = part(s.Mode)
	default:
		y = s.combine(c, part("real"), part("imag"))
	}
	return s.arranged(c, y)
}

// waves fills a kernel.
func (s *STFTSpectrogram) waves(side string) spec.Call {
	init := call("stft")
	scaling := spec.Value{Kind: spec.Null}
	if s.Scaling != nil {
		scaling = spec.Value{Kind: spec.String, Str: *s.Scaling}
	}
	init.Args.List = []spec.Arg{
		{Name: "side", Value: spec.Value{Kind: spec.String, Str: side}}, {Name: "window", Value: s.Window}, {Name: "scaling", Value: scaling},
		{Name: "periodic", Value: spec.Value{Kind: spec.Bool, Bool: s.Periodic}},
	}
	return init
}

// combine makes one value of both parts, [n, channels, frames, bins].
func (s *STFTSpectrogram) combine(c *Context, re, im *ir.Value) *ir.Value {
	if !re.Valid() || !im.Valid() {
		return c.poison()
	}
	power := sum(product(scalar.Arg(0), scalar.Arg(0)), product(scalar.Arg(1), scalar.Arg(1)))
	magnitude := scalar.Call("sqrt", scalar.Call("max", power, scalar.Num(smallest)))
	switch s.Mode {
	case "angle":
		return operation.Arctan2(c.B, c.Named, im, re)
	case "stft":
		return op.Concatenate(c.B, -1, re, im)
	case "magnitude":
		return op.MapOf(c.B, magnitude, "magnitude", re, im)
	case "psd":
		// Each frequency but the first and the last stands for that below 0 as well.
		bins := re.Shape[len(re.Shape)-1]
		times := make([]float64, bins)
		for i := range times {
			times[i] = 2
		}
		times[0], times[bins-1] = 1, 1
		return op.MapOf(c.B, product(power, scalar.Arg(2)), "psd", re, im, op.ConstOf(c.B, ir.Shape{bins}, times))
	}
	return op.MapOf(c.B, scalar.Call("log", scalar.Call("max", magnitude, scalar.Num(smallest))), "log", re, im)
}

// arranged puts the axes of [n, channels, frames, bins] where the arguments say.
func (s *STFTSpectrogram) arranged(c *Context, y *ir.Value) *ir.Value {
	if !y.Valid() {
		return y
	}
	channels, frames, bins := y.Shape[1], y.Shape[2], y.Shape[3]
	switch {
	case s.first() && s.ExpandDims:
		return y
	case s.ExpandDims:
		return op.TransposeTo(c.B, y, 0, 2, 3, 1)
	case s.first():
		return op.ReshapeTo(c.B, op.TransposeTo(c.B, y, 0, 1, 3, 2), ir.Shape{ir.Batch, channels * bins, frames})
	}
	return op.ReshapeTo(c.B, op.TransposeTo(c.B, y, 0, 2, 1, 3), ir.Shape{ir.Batch, frames, channels * bins})
}

// windowOf is the window that an argument names or lists, of n values; nil where it is
// null.
func windowOf(v spec.Value, n int, of func(name string) []float64) (list []float64, err error) {
	switch v.Kind {
	case spec.Null:
		return nil, nil
	case spec.String:
		return of(v.Str), nil
	case spec.List:
		for _, e := range v.List {
			x, ok := e.Number()
			if !ok {
				return nil, fmt.Errorf("the window is a list of numbers, not of %s", e.Describe())
			}
			list = append(list, x)
		}
		if len(list) != n {
			return nil, fmt.Errorf("the window has %d values, and the frame %d", len(list), n)
		}
		return list, nil
	}
	return nil, fmt.Errorf("window takes a name, a list of numbers or null, not %s", v.Describe())
}
