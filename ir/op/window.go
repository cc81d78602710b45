package op

import (
	"fmt"
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// Window is pooling over the axes 1, 2, ... of a channels-last tensor [n,
// space..., c]. The window at output position p covers the inputs p·Strides +
// t·Dilations - Before for every tap t; those outside the image are left out.
// Operands: x, and for a Max optionally z of the same shape: the result then is
// z where x is largest. The first of equal maxima wins.
type Window struct {
	Reduce loop.Reduction // Max, or Sum
	Mean   bool           // of a Sum: divide by the number of points inside the image
	// One entry per space axis.
	Sizes, Strides, Dilations, Before, After []int
}

// Name is "window".
func (*Window) Name() string { return "window" }

func (w *Window) String() string { return "window[" + w.attributes() + "]" }

func (w *Window) attributes() string {
	kind := w.Reduce.String()
	if w.Mean {
		kind = "mean"
	}
	return fmt.Sprintf("%s size=%v stride=%v dilation=%v before=%v after=%v", kind, w.Sizes, w.Strides, w.Dilations, w.Before, w.After)
}

// Infer gives the output positions, ⌊(in + before + after - span)/stride⌋ + 1
// for every space axis, where span is (size-1)·dilation + 1.
func (w *Window) Infer(args []ir.Type) (ir.Type, error) {
	if len(args) == 0 || len(args) > 2 || len(args) == 2 && w.Reduce != loop.Max {
		return ir.Type{}, fmt.Errorf("window %v of %d operands", w.Reduce, len(args))
	}
	if err := numeric("window", args); err != nil {
		return ir.Type{}, err
	}
	if w.Reduce != loop.Max && w.Reduce != loop.Sum || w.Mean && w.Reduce != loop.Sum {
		return ir.Type{}, fmt.Errorf("window[%s] is not a pooling", w.attributes())
	}
	in := args[0].Shape
	if len(args) == 2 && !args[1].Shape.Equal(in) {
		return ir.Type{}, fmt.Errorf("window of %v picks from %v", in, args[1].Shape)
	}
	axes := len(w.Sizes)
	for _, list := range [][]int{w.Strides, w.Dilations, w.Before, w.After} {
		if len(list) != axes {
			return ir.Type{}, fmt.Errorf("window[%s]: attributes of different lengths", w.attributes())
		}
	}
	if len(in) != axes+2 {
		return ir.Type{}, fmt.Errorf("window over %d axes of shape %v, which is not [n, space..., c]", axes, in)
	}
	out := slices.Clone(in)
	for i := range axes {
		n, err := w.positions(i, in[1+i])
		if err != nil {
			return ir.Type{}, err
		}
		out[1+i] = n
	}
	return ir.Type{Shape: out}, nil
}

// positions is the output extent of space axis i. Every window must hold at
// least one point of the image.
func (w *Window) positions(i, in int) (int, error) {
	size, stride, dilation, before, after := w.Sizes[i], w.Strides[i], w.Dilations[i], w.Before[i], w.After[i]
	if min(size, stride, dilation) < 1 || min(before, after) < 0 || max(size, stride, dilation, before, after) > ir.MaxElements {
		return 0, fmt.Errorf("window[%s]: axis %d", w.attributes(), i)
	}
	span := (size-1)*dilation + 1
	if span > in+before+after {
		return 0, fmt.Errorf("window of span %d exceeds the extent %d padded by %d and %d", span, in, before, after)
	}
	if before >= span || after >= span {
		return 0, fmt.Errorf("window of span %d lies in the padding %d, %d", span, before, after)
	}
	n := (in+before+after-span)/stride + 1
	for p := range n {
		first := p*stride - before
		tap := max(0, (-first+dilation-1)/dilation)
		if tap >= size || first+tap*dilation >= in {
			return 0, fmt.Errorf("window[%s]: the window at %d of axis %d holds no point of the image", w.attributes(), p, i)
		}
	}
	return n, nil
}

// Eval32 is the rule in single precision.
func (w *Window) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalWindow(c, w, v, args)
}

// Eval64 is the rule in double precision.
func (w *Window) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalWindow(c, w, v, args)
}

func evalWindow[F ir.Float](c *ir.Context[F], w *Window, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	x, from := args[0], args[len(args)-1]
	eachWindow(w, x.Shape, out.Shape, func(o int, taps []int) {
		if w.Reduce == loop.Max {
			out.F[o] = from.F[first(x.F, taps)]
			return
		}
		for _, t := range taps {
			out.F[o] += x.F[t]
		}
		if w.Mean {
			out.F[o] /= F(len(taps))
		}
	})
	return out
}

// first is the tap that holds the first of the largest elements.
func first[F ir.Float](x []F, taps []int) int {
	best := taps[0]
	for _, t := range taps[1:] {
		if x[t] > x[best] || math.IsNaN(float64(x[t])) && !math.IsNaN(float64(x[best])) {
			best = t
		}
	}
	return best
}

// eachWindow calls f with every element of the result and the elements of the
// image that its window covers.
func eachWindow(w *Window, in, out ir.Shape, f func(o int, taps []int)) {
	strides := in.Strides()
	channels := in[len(in)-1]
	o := 0
	var taps []int
	pos := make([]int, len(w.Sizes))
	var cover func(axis, at int)
	cover = func(axis, at int) {
		if axis == len(pos) {
			taps = append(taps, at)
			return
		}
		for t := range w.Sizes[axis] {
			p := pos[axis]*w.Strides[axis] + t*w.Dilations[axis] - w.Before[axis]
			if p >= 0 && p < in[1+axis] {
				cover(axis+1, at+p*strides[1+axis])
			}
		}
	}
	var place func(axis, row int)
	place = func(axis, row int) {
		if axis < len(pos) {
			for pos[axis] = 0; pos[axis] < out[1+axis]; pos[axis]++ {
				place(axis+1, row)
			}
			return
		}
		for ch := range channels {
			taps = taps[:0]
			cover(0, row*strides[0]+ch)
			f(o, taps)
			o++
		}
	}
	for row := range in[0] {
		place(0, row)
	}
}

// VJP is WindowGrad. Of a pick, the values get the gradient and what they were
// picked by gets none.
func (w *Window) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	g := b.Apply(&WindowGrad{Window: *w}, v.Args[0], dy)
	if len(v.Args) == 2 {
		return []*ir.Value{nil, g}
	}
	return []*ir.Value{g}
}
