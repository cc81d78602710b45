package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// adapt pools x to so many points along every axis of space, one axis after the other:
// point j is over those from ⌊j·in/out⌋ to ⌈(j+1)·in/out⌉ (exclusive), which overlap
// where out does not divide in. Source: Keras 3, backend/tensorflow/nn.py,
// _adaptive_average_pool2d, and backend/common/backend_utils.py.
func adapt(c *Context, x *ir.Value, kind op.Window, format imageFormat, outputs []int) *ir.Value {
	x, ok := c.spatial(x, len(outputs), format)
	if !ok {
		return c.poison()
	}
	n := 1
	for i, out := range outputs {
		longest := max(1, (x.Shape[1+i]+out-1)/out+1)
		if n *= out; n > maxResult || out > maxResult/longest {
			return c.ErrorAt("output_size", "output_size %s makes rows of more than %d values", Flow(outputs), maxResult)
		}
	}
	if n > maxResult/x.Shape[len(x.Shape)-1] {
		return c.ErrorAt("output_size", "output_size %s makes rows of more than %d values", Flow(outputs), maxResult)
	}
	for i, out := range outputs {
		x = adaptAxis(c, x, kind, i, out)
	}
	return laid(c, x, format)
}

// adaptAxis pools along one axis of space. Where points have different numbers of
// neighbours, means are sums of them with weights; of maxima the neighbours are put
// side by side, the last of few of them several times.
func adaptAxis(c *Context, x *ir.Value, kind op.Window, i, out int) *ir.Value {
	if !x.Valid() {
		return x
	}
	in, space := x.Shape[1+i], len(x.Shape)-2
	size := in / out
	switch {
	case in == out:
		return x
	case in%out == 0:
	case kind.Mean:
		s := sampling{in: in}
		for j := range out {
			from, to := j*in/out, ((j+1)*in+out-1)/out
			s.from = append(s.from, from)
			s.weights = append(s.weights, slices.Repeat([]float64{1 / float64(to-from)}, to-from))
		}
		return resample(c, x, 1+i, s, "mean")
	default:
		size = (in+out-1)/out + 1
		var at []int
		for j := range out {
			from, to := j*in/out, ((j+1)*in+out-1)/out
			for t := range size {
				at = append(at, min(from+t, to-1))
			}
		}
		x = c.Named(pick(c, x, 1+i, at), "windows")
	}
	kind.Sizes, kind.Before, kind.After = slices.Repeat([]int{1}, space), make([]int, space), make([]int, space)
	kind.Sizes[i], kind.Dilations = size, slices.Repeat([]int{1}, space)
	kind.Strides = slices.Clone(kind.Sizes)
	return c.B.Apply(&kind, x)
}

// maxima and means are the poolings.
func maxima() op.Window { return op.Window{Reduce: scalar.Max} }

func means() op.Window { return op.Window{Reduce: scalar.Sum, Mean: true} }
