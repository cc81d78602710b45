package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/convolution"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

// transposed are the arguments of transposed convolutions that do not depend on
// the number of axes.
type transposed struct {
	Activation        spec.Call `arg:"activation,of=activation" doc:"function applied to the result"`
	UseBias           bool      `arg:"use_bias" doc:"whether a bias is added"`
	KernelInitializer spec.Call `arg:"kernel_initializer,of=initializer" doc:"how the kernel is filled"`
	BiasInitializer   spec.Call `arg:"bias_initializer,of=initializer" doc:"how the bias is filled"`
	KernelRegularizer spec.Call `arg:"kernel_regularizer,of=regularizer" doc:"penalty on the kernel"`
	BiasRegularizer   spec.Call `arg:"bias_regularizer,of=regularizer" doc:"penalty on the bias"`
	KernelConstraint  spec.Call `arg:"kernel_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the kernel to"`
	BiasConstraint    spec.Call `arg:"bias_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the bias to"`
}

func defaultTransposed() transposed {
	return transposed{UseBias: true, KernelInitializer: call("glorot_uniform"), BiasInitializer: call("zeros")}
}

func (l *transposed) build(c *Context, x *ir.Value, format imageFormat, filters int, w window, outputPadding *[]int) *ir.Value {
	x, ok := c.spatial(x, len(w.size), format)
	if !ok || !w.strided(c) {
		return c.poison()
	}
	f, ok := w.spread(c, x, outputPadding)
	if !ok {
		return c.poison()
	}
	shape := append(slices.Clone(ir.Shape(w.size)), filters, x.Shape[len(x.Shape)-1])
	kernel := c.Param("kernel", shape, l.KernelInitializer, l.KernelRegularizer)
	y := convolveTransposed(c.B, x, kernel, w, f)
	return c.biased(y, format, l.UseBias, l.BiasInitializer, l.BiasRegularizer, l.Activation)
}

// spread places what a transposed convolution makes of the space axes of x: out
// positions, of which the first before ones are cut off. With valid padding
// there are (in-1)·stride + span of them, at least in·stride, with same
// in·stride; an output padding p makes that (in-1)·stride + span + p and
// (in-1)·stride + span mod 2 + p. Source: Keras 3,
// backend/common/backend_utils.py, _get_output_shape_given_tf_padding and
// _convert_conv_transpose_padding_args_from_keras_to_jax.
func (w window) spread(c *Context, x *ir.Value, outputPadding *[]int) (framed, bool) {
	f := framed{strides: w.strides}
	image := x.Shape[1 : len(x.Shape)-1]
	points := 1
	for i, in := range image {
		stride, reach := w.strides[i], (in-1)*w.strides[i]
		span := (w.size[i]-1)*w.dilation[i] + 1
		if max(stride, w.size[i], w.dilation[i], span) > maxResult {
			c.Errorf("%s %s with strides %s and dilation_rate %s reaches too far; at most %d positions are supported", w.what, times(w.size), times(w.strides), times(w.dilation), maxResult)
			return f, false
		}
		var out, before int
		switch {
		case outputPadding != nil && (*outputPadding)[i] >= stride:
			c.ErrorAt("output_padding", "output_padding %s must be less than strides %s on every axis; write a smaller output_padding", times(*outputPadding), times(w.strides))
			return f, false
		case outputPadding == nil && w.padding == "valid":
			out = reach + max(span, stride)
		case outputPadding == nil:
			out = reach + stride
		case w.padding == "valid":
			out = reach + span + (*outputPadding)[i]
		default:
			out = reach + span%2 + (*outputPadding)[i]
		}
		if out < 1 {
			c.ErrorAt("output_padding", "output_padding %s leaves nothing of %s (from %s) under a %s %s; take it out, or write an odd %s_size", times(*outputPadding), times(image), diag.Quote(source(c, x)), w.what, times(w.size), w.what)
			return f, false
		}
		if w.padding == "same" {
			before = max(0, reach+span-out) / 2
		}
		if points *= out; points > maxResult {
			c.Errorf("its result has more than %d positions in a row; write smaller strides", maxResult)
			return f, false
		}
		f.out, f.before = append(f.out, out), append(f.before, before)
	}
	return f, true
}

// convolveTransposed is what a convolution with the same kernel makes of the
// gradient of its result: of x [n, space…, channels] and a kernel [taps…,
// filters, channels], out[n, p·stride + t·dilation - before, f] = Σ x[n, p,
// c]·kernel[t…, f, c]. Source: Keras 3, ops/nn.py, conv_transpose.
func convolveTransposed(b *ir.Builder, x, kernel *ir.Value, w window, f framed) *ir.Value {
	if !x.Valid() || !kernel.Valid() {
		return Poison(b)
	}
	space := len(f.out)
	filters, channels := kernel.Shape[space], kernel.Shape[space+1]
	places := w.placed(f) // of the convolution, whose image is the result
	places.Out = x.Shape[1 : 1+space]
	s := convolution.Slide(x, places)
	s.Tap()
	o, ch := s.Axis("o", filters), s.Axis("c", channels)
	return s.Spread(b, x, kernel, op.At(ch), []op.Index{op.At(o), op.At(ch)}, op.At(o), f.out, filters)
}
