package layer

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// channelsLast is the argument of layers over images that says which axis the
// channels are.
type channelsLast struct {
	DataFormat string `arg:"data_format,oneof=channels_last|channels_first" doc:"which axis the channels are; only the last is supported"`
}

// lastAxis is the default.
var lastAxis = channelsLast{"channels_last"}

// spatial reports what is not [n, space..., channels] with so many space axes,
// and says what to write instead.
func (c *Context) spatial(x *ir.Value, space int, format channelsLast) bool {
	if !c.floats(x) {
		return false
	}
	if format.DataFormat == "channels_first" {
		c.ErrorAt("data_format", "data_format: channels_first is not supported; take it out, and give %s rows of %s", c.Kind, order(space))
		return false
	}
	if len(x.Shape) == space+2 {
		return true
	}
	c.Errorf("%s takes %s, but %s has the shape %s%s", c.Kind, order(space), from(x), Flow(x.Shape.Row()), reshaped(c.Kind, x, space))
	return false
}

// order is what the axes of a row are.
func order(space int) string {
	if space == 1 {
		return "(steps, channels)"
	}
	return "(height, width, channels)"
}

// reshaped says how values become rows of space axes and channels.
func reshaped(kind string, x *ir.Value, space int) string {
	row := x.Shape.Row()
	var to []int
	switch {
	case len(row) == 0:
		return ""
	case len(row) == 3 && space == 1 && strings.Contains(kind, "1D"):
		return "; for images write " + strings.Replace(kind, "1D", "2D", 1)
	case len(row) > space+1:
		return ""
	case len(row) == space: // the axis of channels is missing
		to = append(slices.Clone(row), 1)
	default: // a flat image: gray, or of three colours
		for _, channels := range []int{1, 3} {
			if side := int(math.Sqrt(float64(row[0] / channels))); to == nil && side*side*channels == row[0] {
				to = []int{side, side, channels}
			}
		}
	}
	shape := "[height, width, channels]"
	if to != nil {
		shape = Flow(to)
	}
	if in, ok := x.Op.(*op.Input); ok {
		return fmt.Sprintf("; write inputs: {%s: {shape: %s}}, or put Reshape: %s before it", in.Port, shape, shape)
	}
	return fmt.Sprintf("; put Reshape: %s before it", shape)
}

// window is what slides over the space axes: a kernel or a pool.
type window struct {
	what                    string // "kernel"
	size, strides, dilation []int
	padding                 string // valid, same or causal
}

// framed are the positions of a window along every space axis, how far apart
// they are, and the padding before and after the image.
type framed struct{ out, strides, before, after []int }

// maxResult bounds the values of one row of a result.
const maxResult = 1 << 28

// frame places a window over the space axes of x, reporting one that does not
// fit. With valid padding there are ⌊(in-span)/stride⌋ + 1 positions; with
// same, ⌈in/stride⌉, and of an odd number of padded places the odd one is
// after; with causal, all padding is before. Source: Keras 3,
// ops/operation_utils.py:compute_conv_output_shape, and TensorFlow's guide of
// paddings, tf.nn: "Notes on padding".
func (w window) frame(c *Context, x *ir.Value) (framed, bool) {
	var f framed
	fits := true
	image := x.Shape[1 : len(x.Shape)-1]
	spans := make([]int, len(image))
	for i, in := range image {
		// A stride beyond the image leaves one position, as one of its extent does.
		span, stride := (w.size[i]-1)*w.dilation[i]+1, min(w.strides[i], in)
		spans[i] = span
		out, before, after := (in-span)/stride+1, 0, 0
		switch {
		case w.padding == "valid":
			fits = fits && span <= in
		case span > ir.MaxElements:
			fits = false
		case w.padding == "same":
			out = (in-1)/stride + 1
			total := max(0, (out-1)*stride+span-in)
			before, after = total/2, total-total/2
		case w.padding == "causal":
			out, before = (in-1)/stride+1, span-1
		}
		f.out, f.strides, f.before, f.after = append(f.out, out), append(f.strides, stride), append(f.before, before), append(f.after, after)
	}
	switch points := ir.Shape(f.out).Elements(); {
	case fits && points > maxResult:
		c.Errorf("its result has %s positions in a row; at most %d are supported", times(f.out), maxResult)
		return f, false
	case fits:
		return f, true
	}
	dilated, smaller := "", "smaller "+w.what+"_size"
	if slices.Max(w.dilation) > 1 {
		dilated = ", " + times(spans) + " with its dilation_rate,"
	}
	hint := "; write padding: same, or a " + smaller
	if w.padding != "valid" {
		hint = "; write a " + smaller
	}
	c.Errorf("%s %s%s exceeds input %s (from %s)%s", w.what, times(w.size), dilated, times(image), diag.Quote(source(x)), hint)
	return f, false
}

// source is the name of the layer or the input that a value comes from.
func source(x *ir.Value) string {
	if _, ok := x.Op.(*op.Input); ok {
		return x.Name
	}
	return x.Layer
}

// times writes the extents of a window: 3x3, or 3.
func times(extents []int) string {
	parts := make([]string, len(extents))
	for i, d := range extents {
		parts[i] = strconv.Itoa(d)
	}
	return strings.Join(parts, "x")
}

// strided reports strides together with a dilation, which Keras's Conv1D and
// Conv2D refuse, and its depthwise convolutions do not.
func (w window) strided(c *Context) bool {
	if slices.Max(w.strides) == 1 || slices.Max(w.dilation) == 1 {
		return true
	}
	c.ErrorAt("dilation_rate", "dilation_rate %s and strides %s do not go together; one of both must be 1", times(w.dilation), times(w.strides))
	return false
}

// biased adds the bias of the layer, if it has one, and applies its activation.
func (c *Context) biased(y *ir.Value, use bool, init, regularizer, activation spec.Call) *ir.Value {
	if use && y.Valid() {
		bias := c.Param("bias", y.Shape[len(y.Shape)-1:], init, regularizer)
		y = op.MapOf(c.B, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "bias", c.Named(y, "conv"), bias)
	}
	return c.activate(y, activation)
}
