package spatial

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/product"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var resizeRows = map[string]node.Row{
	"Resize":   {Least: 1, Most: 4, Graph: resize},
	"Upsample": {Least: 1, Most: 2, Graph: resize},
}

// resampling is how one axis of an image becomes longer or shorter. Source: ONNX 1.22,
// Resize, and onnx/reference/ops/op_resize.py.
type resampling struct {
	in, out             int
	scale               float64
	mode, place, round  string // mode, coordinate_transformation_mode, nearest_mode
	cubic               float64
	outside, antialias  bool // exclude_outside
	from, to, otherwise float64
}

// source is the place in the axis that place x of the result is taken from.
func (r resampling) source(x int) float64 {
	at := float64(x)
	width := r.scale * float64(r.in) // before it is rounded down to out
	switch r.place {
	case "align_corners":
		if r.out == 1 {
			return 0
		}
		return at * float64(r.in-1) / (width - 1)
	case "asymmetric":
		return at / r.scale
	case "pytorch_half_pixel":
		if r.out == 1 {
			return 0
		}
	case "half_pixel_symmetric":
		adjust := float64(r.out) / width
		return float64(r.in)/2*(1-adjust) + (at+0.5)/r.scale - 0.5
	case "tf_crop_and_resize":
		if r.out == 1 {
			return 0.5 * (r.from + r.to) * float64(r.in-1)
		}
		return r.from*float64(r.in-1) + at*(r.to-r.from)*float64(r.in-1)/(width-1)
	}
	return (at+0.5)/r.scale - 0.5
}

// nearest is the element next to a place.
func (r resampling) nearest(at float64) int {
	switch r.round {
	case "floor":
		at = math.Floor(at)
	case "ceil":
		at = math.Ceil(at)
	case "round_prefer_ceil":
		at = math.Floor(at + 0.5)
	default:
		at = math.Ceil(at - 0.5)
	}
	return max(0, min(int(at), r.in-1))
}

// weight is how much an element counts at a distance.
func (r resampling) weight(distance float64) float64 {
	d := math.Abs(distance)
	if r.mode == "linear" {
		return max(0, 1-d)
	}
	a := r.cubic
	switch {
	case d <= 1:
		return ((a+2)*d-(a+3))*d*d + 1
	case d < 2:
		return ((a*d-5*a)*d+8*a)*d - 4*a
	}
	return 0
}

// matrix gives every element of the axis its share of every element of the result,
// [in, out]; constant is what the result has in addition.
func (r resampling) matrix() (m []float64, constant []float64) {
	m, constant = make([]float64, r.in*r.out), make([]float64, r.out)
	reach := 1.0
	if r.mode == "cubic" {
		reach = 2
	}
	scale := 1.0
	if r.antialias {
		scale = min(r.scale, 1)
	}
	for x := range r.out {
		at := r.source(x)
		if r.place == "tf_crop_and_resize" && (at < 0 || at > float64(r.in-1)) {
			constant[x] = r.otherwise
			continue
		}
		if r.mode == "nearest" {
			m[r.nearest(at)*r.out+x] = 1
			continue
		}
		left := math.Ceil(at) - 1 // what lies at a whole number is the right one of two
		ratio := at - left
		first := math.Floor(-reach/scale) + 1
		total := 0.0
		weights := map[int]float64{}
		for i := first; i < 2-first; i++ {
			w, j := r.weight((i-ratio)*scale), int(left+i)
			if r.outside && (j < 0 || j >= r.in) {
				continue
			}
			weights[max(0, min(j, r.in-1))] += w
			total += w
		}
		if !r.antialias && !r.outside {
			total = 1
		}
		for j, w := range weights {
			m[j*r.out+x] = w / total
		}
	}
	return m, constant
}

// sizedOf settles the extents and the scales of all axes that are resized.
func sizedOf(n *node.Node, axes []int) (out []int, scales []float64, ok bool) {
	in := n.In[0].Shape
	second := 2
	if n.Proto.Op == "Upsample" || n.Opset < 11 {
		second = 1
	}
	var given []float64
	if a := n.Attribute("scales"); a != nil {
		for _, f := range a.Floats {
			given = append(given, float64(f))
		}
	} else if v := n.Operand(second); v != nil && tensor.Count(v.Shape) > 0 {
		if v.Known == nil {
			n.Errorf("scales %s must be known when the model is built", v.Name)
			return nil, nil, false
		}
		given = v.Known.F
	}
	out = slices.Clone(in)
	scales = slices.Repeat([]float64{1}, len(in))
	if given != nil {
		if len(given) != len(axes) {
			n.Errorf("scales %v of %d axes", given, len(axes))
			return nil, nil, false
		}
		for i, a := range axes {
			scales[a], out[a] = given[i], int(math.Floor(float64(in[a])*given[i]))
		}
		return out, scales, slices.Min(out) > 0 && tensor.Count(out) <= tensor.MaxElements
	}
	sizes, _ := n.List("sizes", 3)
	if n.Failed || len(sizes) != len(axes) || len(sizes) == 0 || slices.Min(sizes) < 1 {
		n.Errorf("sizes %v of %d axes", sizes, len(axes))
		return nil, nil, false
	}
	policy := n.Text("keep_aspect_ratio_policy", "stretch")
	common := math.NaN()
	for i, a := range axes {
		s := float64(sizes[i]) / float64(in[a])
		if math.IsNaN(common) || policy == "not_larger" && s < common || policy == "not_smaller" && s > common {
			common = s
		}
		out[a], scales[a] = sizes[i], s
	}
	if policy != "stretch" {
		for _, a := range axes {
			out[a], scales[a] = int(math.Floor(common*float64(in[a])+0.5)), common
		}
	}
	return out, scales, tensor.Count(out) <= tensor.MaxElements
}

// resize takes one axis after the other: the weights of several are products.
func resize(n *node.Node) []*node.Value {
	v := n.In[0]
	rank := v.Rank()
	axes := tensor.Identity(rank)
	if list, ok := n.Ints("axes"); ok {
		axes = nil
		for _, a := range list {
			axes = append(axes, n.Axis(a, rank))
		}
	}
	out, scales, ok := sizedOf(n, axes)
	if n.Failed || !ok {
		return n.Errorf("its sizes are not valid")
	}
	place := "half_pixel"
	if n.Proto.Op == "Upsample" || n.Opset < 11 {
		place = "asymmetric"
	}
	r := resampling{
		mode: n.Text("mode", "nearest"), place: n.Text("coordinate_transformation_mode", place), round: n.Text("nearest_mode", "round_prefer_floor"),
		cubic: n.Float("cubic_coeff_a", -0.75), outside: n.Int("exclude_outside", 0) != 0, antialias: n.Int("antialias", 0) != 0,
		otherwise: n.Float("extrapolation_value", 0),
	}
	if place == "asymmetric" {
		r.round = "floor"
	}
	var roi []float64
	if r.place == "tf_crop_and_resize" {
		if w := n.Operand(1); w != nil && w.Known != nil && len(w.Known.F) == 2*len(axes) {
			roi = w.Known.F
		} else {
			return n.Errorf("roi must be known when the model is built, two numbers for every axis")
		}
	}
	wide := rank > 2 && v.ChannelsLast != nil && v.InOrder == nil
	x := n.X
	get := func() *ir.Value {
		if wide {
			return n.Wide(v, rank)
		}
		return x(0)
	}
	y := get()
	if !y.Valid() {
		return n.Errorf("its operand is not valid")
	}
	for i, a := range axes {
		r.in, r.out, r.scale = v.Shape[a], out[a], scales[a]
		if roi != nil {
			r.from, r.to = roi[i], roi[len(axes)+i]
		}
		at := a
		if wide {
			at = slices.Index(node.LastPerm(rank), a)
		}
		if y = resampledAxis(n, y, at, r); n.Failed {
			return nil
		}
	}
	if wide {
		return node.One(n.ComputedLast(y, v.Type))
	}
	return node.One(n.Computed(y, v.Type))
}

// resampledAxis is x with one axis resampled.
func resampledAxis(n *node.Node, x *ir.Value, axis int, r resampling) *ir.Value {
	if r.in == r.out && r.scale == 1 && r.place != "tf_crop_and_resize" {
		return x
	}
	if n.Large([]int{r.in, r.out}) {
		return x
	}
	m, constant := r.matrix()
	if k := r.out / r.in; r.mode == "nearest" && r.out == k*r.in && r.repeats(m, k) {
		at := node.Front(x) + axis
		split, wide, whole := slices.Insert(slices.Clone(x.Shape), at+1, 1), slices.Insert(slices.Clone(x.Shape), at+1, k), slices.Clone(x.Shape)
		whole[at] *= k
		return op.ReshapeTo(n.B, op.BroadcastTo(n.B, op.ReshapeTo(n.B, x, split), wide), whole)
	}
	y := product.Along(n, x, axis, n.Table(ir.Shape{r.in, r.out}, m))
	if slices.Max(append(constant, 0)) != 0 || slices.Min(append(constant, 0)) != 0 {
		if slices.Contains(constant, 0) && len(constant) > 0 && r.otherwise != 0 {
			// What other axes add to is what lies outside here: the value is that of
			// all of it, whichever axis leaves the image.
			mask := make([]float64, len(constant))
			for i, c := range constant {
				if c != 0 {
					mask[i] = 1
				}
			}
			shape := slices.Repeat([]int{1}, len(x.Shape)-node.Front(x)-axis)
			shape[0] = len(mask)
			return op.MapOf(n.B, scalar.Call("select", scalar.Arg(1), scalar.Num(r.otherwise), scalar.Arg(0)), "outside", y, n.Table(shape, mask))
		}
		n.Errorf("extrapolation_value %v of all places is not supported", r.otherwise)
	}
	return y
}

// repeats reports that element i of the axis becomes k elements of the result.
func (r resampling) repeats(m []float64, k int) bool {
	for x := range r.out {
		if m[x/k*r.out+x] != 1 {
			return false
		}
	}
	return true
}
