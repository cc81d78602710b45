package layer

import (
	"fmt"
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/nn"
)

var _ = register(Info{
	Name: "MelSpectrogram",
	Doc:  "Makes spectrograms of sound on the mel scale.",
	New: func() Config {
		return &MelSpectrogram{
			FFTLength: 2048, SequenceStride: 512, Window: spec.Value{Kind: spec.String, Str: "hann"}, SamplingRate: 16000, NumMelBins: 128, MinFreq: 20,
			PowerToDB: true, TopDB: 80, MagExp: 2, MinPower: 1e-10, RefPower: 1,
		}
	},
})

// MelSpectrogram is [n, num_mel_bins, frames] of signals [n, samples]: the powers of
// frequencies in overlapping frames, summed up with triangular weights that lie evenly
// on the mel scale, in decibels. The signal is mirrored at its ends, so that frame t is
// around sample t·sequence_stride. Where Keras cuts off what is top_db below the loudest
// value of a batch, here it is the loudest of the same row: rows of a batch are computed
// apart. Source: Keras 3, layers/preprocessing/mel_spectrogram.py.
type MelSpectrogram struct {
	FFTLength      int        `arg:"fft_length,min=2" doc:"samples of a frame"`
	SequenceStride int        `arg:"sequence_stride,min=1" doc:"samples from a frame to the next"`
	SequenceLength *int       `arg:"sequence_length,null,min=1" doc:"samples of the window, in the middle of the frame; null: fft_length"`
	Window         spec.Value `arg:"window,null" doc:"hann, hamming, a list of its values, or null for none"`
	SamplingRate   float64    `arg:"sampling_rate,above=0" doc:"samples of a second"`
	NumMelBins     int        `arg:"num_mel_bins,min=1" doc:"how many sums there are"`
	MinFreq        float64    `arg:"min_freq,min=0" doc:"the lowest frequency"`
	MaxFreq        *float64   `arg:"max_freq,null,above=0" doc:"the highest frequency; null: half of sampling_rate"`
	PowerToDB      bool       `arg:"power_to_db" doc:"whether results are decibels, 10·log10"`
	TopDB          float64    `arg:"top_db" doc:"how far below the loudest value of a row the others are at least"`
	MagExp         float64    `arg:"mag_exp,above=0" doc:"which power of the magnitudes is summed up"`
	MinPower       float64    `arg:"min_power,above=0" doc:"the least power there is"`
	RefPower       float64    `arg:"ref_power" doc:"the power of 0 decibels"`
}

// Build implements [Config].
func (m *MelSpectrogram) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	if len(x.Shape) != 2 {
		return c.Errorf("MelSpectrogram takes signals [n, samples], but %s has the shape %s; put Reshape: [%d] before it, or Flatten", from(x), Flow(x.Shape.Row()), x.Shape.Row().Elements())
	}
	window, ok := m.window(c)
	if !ok || !m.fits(c, x.Shape[1]) {
		return c.poison()
	}
	frames := m.frames(c, x, window)
	re, im := fourier(c, frames)
	if !re.Valid() || !im.Valid() {
		return c.poison()
	}
	power := sum(product(scalar.Arg(0), scalar.Arg(0)), product(scalar.Arg(1), scalar.Arg(1)))
	if m.MagExp != 2 {
		power = scalar.Call("pow", power, scalar.Num(m.MagExp/2))
	}
	y := op.MatMul(c.B, c.Named(op.MapOf(c.B, power, "power", re, im), "power"), m.weights(c))
	if m.PowerToDB {
		y = m.decibels(c, c.Named(y, "mel"))
	}
	return op.TransposeTo(c.B, y, 0, 2, 1)
}

// length is that of the window.
func (m *MelSpectrogram) length() int {
	if m.SequenceLength != nil {
		return *m.SequenceLength
	}
	return m.FFTLength
}

// window is what a frame is multiplied by, fft_length values: the window with zeros
// around it.
func (m *MelSpectrogram) window(c *Context) ([]float64, bool) {
	n := m.length()
	if n > m.FFTLength {
		c.ErrorAt("sequence_length", "sequence_length is %d, above fft_length, %d", n, m.FFTLength)
		return nil, false
	}
	list, err := windowOf(m.Window, n, func(name string) []float64 {
		if name != "hann" && name != "hamming" {
			return nil
		}
		return nn.Window(name, n, n%2 == 0) // as TensorFlow's
	})
	if err == nil && list == nil && m.Window.Kind == spec.String {
		err = fmt.Errorf("window is %s; write hann, hamming, a list of %d numbers, or null", diag.Quote(m.Window.Str), n)
	}
	if err != nil {
		c.ErrorAt("window", "%v", err)
		return nil, false
	}
	if list == nil { // Keras then leaves sequence_length out, too
		return nil, true
	}
	padded := make([]float64, m.FFTLength)
	copy(padded[(m.FFTLength-n)/2:], list)
	return padded, true
}

// fits reports settings that do not go together.
func (m *MelSpectrogram) fits(c *Context, samples int) bool {
	high := m.highest()
	switch reach := m.FFTLength / 2; {
	case m.FFTLength/2 >= maxBins:
		c.ErrorAt("fft_length", "fft_length is %d; write at most %d", m.FFTLength, 2*maxBins-2)
	case smallFactors(m.FFTLength) == nil:
		c.ErrorAt("fft_length", "fft_length is %d, which has a prime factor above %d; write %d", m.FFTLength, maxRadix, powerOfTwo(m.FFTLength))
	case samples <= reach:
		c.Errorf("a signal is mirrored at its ends, over %d samples, half of fft_length, but it has no more than %d; write fft_length: %d", reach, samples, powerOfTwo(samples)/2)
	case m.MinFreq >= high:
		c.ErrorAt("min_freq", "min_freq is %v, and the highest frequency is %v", m.MinFreq, high)
	default:
		return true
	}
	return false
}

// highest is the highest frequency; half a rate is cut to a whole number, as in Keras.
func (m *MelSpectrogram) highest() float64 {
	if m.MaxFreq != nil {
		return *m.MaxFreq
	}
	return math.Floor(m.SamplingRate / 2)
}

// powerOfTwo is the least that is not below n.
func powerOfTwo(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}

// frames are [n, frames, fft_length], each times the window.
func (m *MelSpectrogram) frames(c *Context, x *ir.Value, window []float64) *ir.Value {
	samples, reach := x.Shape[1], m.FFTLength/2
	mirror := func(from int) *ir.Value { return op.Flip(c.B, op.SliceAxis(c.B, x, 1, from, reach), 1) }
	padded := c.Named(op.Concatenate(c.B, 1, mirror(1), x, mirror(samples-1-reach)), "mirrored")
	if window == nil {
		window = make([]float64, m.FFTLength)
		for i := range window {
			window[i] = 1
		}
	}
	count := (samples+2*reach-m.FFTLength)/m.SequenceStride + 1
	framed := &op.Contract{
		Axes:  []op.Axis{{Name: "n", Extent: ir.Batch}, {Name: "t", Extent: count}, {Name: "x", Extent: m.FFTLength}},
		Lhs:   []op.Index{op.At(0), {Terms: []op.Term{{Axis: 1, Coef: m.SequenceStride}, {Axis: 2, Coef: 1}}}},
		Rhs:   []op.Index{op.At(2)},
		Out:   []op.Index{op.At(0), op.At(1), op.At(2)},
		Shape: ir.Shape{ir.Batch, count, m.FFTLength},
	}
	return c.Named(c.B.Apply(framed, padded, op.ConstOf(c.B, ir.Shape{m.FFTLength}, window)), "frames")
}

// weights are [fft_length/2+1, num_mel_bins]: how much each frequency counts in each
// sum. The first frequency, 0, counts in none.
func (m *MelSpectrogram) weights(c *Context) *ir.Value {
	mel := func(hertz float64) float64 { return 1127 * math.Log(1+hertz/700) }
	bins, n := m.FFTLength/2+1, m.NumMelBins
	at := make([]float64, bins)
	for i := range at {
		at[i] = mel(m.SamplingRate / 2 * float64(i) / float64(bins-1))
	}
	at[0] = -1 // below the lowest edge
	low, high := mel(m.MinFreq), mel(m.highest())
	edge := func(first int) *ir.Value {
		list := make([]float64, n)
		for i := range list {
			list[i] = low + (high-low)*float64(first+i)/float64(n+1)
		}
		return op.ConstOf(c.B, ir.Shape{n}, list)
	}
	arg := func(i int) scalar.Expr { return scalar.Arg(i) }
	rises := scalar.Call("div", difference(arg(0), arg(1)), difference(arg(2), arg(1)))
	falls := scalar.Call("div", difference(arg(3), arg(0)), difference(arg(3), arg(2)))
	triangle := scalar.Call("max", scalar.Num(0), scalar.Call("min", rises, falls))
	return c.Named(op.MapOf(c.B, triangle, "triangle", op.ConstOf(c.B, ir.Shape{bins, 1}, at), edge(0), edge(1), edge(2)), "weights")
}

// decibels are those of y, [n, frames, sums], and at most top_db below the loudest.
func (m *MelSpectrogram) decibels(c *Context, y *ir.Value) *ir.Value {
	reference := 10 * math.Log10(max(math.Abs(m.RefPower), m.MinPower))
	db := product(scalar.Num(10/math.Ln10), scalar.Call("log", scalar.Call("max", scalar.Arg(0), scalar.Num(m.MinPower))))
	loud := c.Named(op.MapOf(c.B, difference(db, scalar.Num(reference)), "decibels", y), "decibels")
	most := op.Max(c.B, loud, true, 1, 2)
	return op.MapOf(c.B, scalar.Call("max", scalar.Arg(0), difference(scalar.Arg(1), scalar.Num(m.TopDB))), "top", loud, most)
}
