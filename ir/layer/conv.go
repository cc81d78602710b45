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

// imageFormat is the argument of layers over images that says which axis the
// channels are.
type imageFormat struct {
	DataFormat string `arg:"data_format,oneof=channels_last|channels_first" doc:"which axis the channels are: the last, or the first after the batch"`
}

// lateFormat is the same of layers that networks were saved without it.
type lateFormat struct {
	DataFormat string `arg:"data_format,oneof=channels_last|channels_first" hash:"unless channels_last" doc:"which axis the channels are: the last, or the first after the batch"`
}

// first reports that the channels come before the axes of space.
func (f imageFormat) first() bool { return f.DataFormat == "channels_first" }

// alone reports windows of one step each, the axis of the steps being the first that
// they slide along.
func (f imageFormat) alone(size, strides []int) bool {
	return !f.first() && size[0] == 1 && strides[0] == 1
}

// lastAxis is the default.
var lastAxis = imageFormat{"channels_last"}

// spatial gives x as [n, space..., channels], with so many space axes: layers compute
// with channels last, and a value whose channels are first is transposed. It reports
// what is not an image, and says what to write instead.
func (c *Context) spatial(x *ir.Value, space int, format imageFormat) (*ir.Value, bool) {
	if !c.floats(x) {
		return nil, false
	}
	if len(x.Shape) != space+2 {
		c.Errorf("%s takes %s, but %s has the shape %s%s", c.Kind, order(space, format), from(x), Flow(x.Shape.Row()), reshaped(c.Kind, x, space, format))
		return nil, false
	}
	if format.first() {
		perm := []int{0}
		for i := range space {
			perm = append(perm, 2+i)
		}
		x = op.TransposeTo(c.B, x, append(perm, 1)...)
	}
	return x, true
}

// laid puts the channels of a result [n, space..., channels] where the format has them.
func laid(c *Context, y *ir.Value, format imageFormat) *ir.Value {
	if !y.Valid() || !format.first() {
		return y
	}
	perm := []int{0, len(y.Shape) - 1}
	for i := range len(y.Shape) - 2 {
		perm = append(perm, 1+i)
	}
	return op.TransposeTo(c.B, y, perm...)
}

// untransposed is a value as it was before spatial has transposed it.
func untransposed(c *Context, x *ir.Value) *ir.Value {
	if _, ok := x.Op.(*op.Transpose); ok && x.Layer == c.Name {
		return x.Args[0]
	}
	return x
}

// spaces are the axes of space, by their number.
var spaces = [][]string{1: {"steps"}, 2: {"height", "width"}, 3: {"depth", "height", "width"}}

// axesIn are what the axes of a row are called, in their order.
func axesIn(space int, format imageFormat) string {
	list := strings.Join(spaces[space], ", ")
	if format.first() {
		return "channels, " + list
	}
	return list + ", channels"
}

// order is what the axes of a row are.
func order(space int, format imageFormat) string { return "(" + axesIn(space, format) + ")" }

// reshaped says how values become rows of space axes and channels.
func reshaped(kind string, x *ir.Value, space int, format imageFormat) string {
	row := x.Shape.Row()
	var to []int
	switch {
	case len(row) == 0:
		return ""
	case len(row)-1 > space && len(row) <= 4 && strings.Contains(kind, fmt.Sprintf("%dD", space)):
		better := strings.Replace(kind, fmt.Sprintf("%dD", space), fmt.Sprintf("%dD", len(row)-1), 1)
		if _, ok := Find(better); ok {
			return "; for " + []string{2: "images", 3: "volumes"}[len(row)-1] + " write " + better
		}
		return ""
	case len(row) > space+1:
		return ""
	case len(row) == space && format.first(): // the axis of channels is missing
		to = append([]int{1}, row...)
	case len(row) == space:
		to = append(slices.Clone(row), 1)
	case space == 2: // a flat image: gray, or of three colours
		for _, channels := range []int{1, 3} {
			if side := int(math.Sqrt(float64(row[0] / channels))); to == nil && side*side*channels == row[0] {
				to = []int{side, side, channels}
				if format.first() {
					to = []int{channels, side, side}
				}
			}
		}
	}
	shape := "[" + axesIn(space, format) + "]"
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
// they are, and the padding before and after the image; and how many images lie beside
// one another in a row, 0 where a row is one.
type framed struct {
	out, strides, before, after []int
	beside                      int
}

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
	c.Errorf("%s %s%s exceeds input %s (from %s)%s", w.what, times(w.size), dilated, times(image), diag.Quote(source(c, x)), hint)
	return f, false
}

// source is the name of the layer or the input that a value comes from. What spatial
// has transposed comes from where it was before.
func source(c *Context, x *ir.Value) string {
	x = untransposed(c, x)
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

// biased adds the bias of the layer, if it has one, puts the channels where the format
// has them and applies its activation, which may be a softmax along the last axis.
func (c *Context) biased(y *ir.Value, format imageFormat, use bool, init, regularizer, activation spec.Call) *ir.Value {
	if use && y.Valid() {
		bias := c.Param("bias", y.Shape[len(y.Shape)-1:], init, regularizer)
		y = op.MapOf(c.B, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "bias", c.Named(y, "conv"), bias)
	}
	return c.activate(laid(c, y, format), activation)
}
