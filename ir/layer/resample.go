package layer

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// interpolation is what a point between others is made of: of a neighbour at distance
// x it takes at(|x|), none from reach on.
type interpolation struct {
	reach float64
	at    func(x float64) float64
}

// interpolations by their names in Keras; nearest takes one neighbour alone and is not
// among them. Sources: linear, the tent; cubic, R. G. Keys, "Cubic convolution
// interpolation for digital image processing", 1981, with a = -1/2; C. E. Duchon,
// "Lanczos filtering in one and two dimensions", 1979.
var interpolations = map[string]interpolation{
	"bilinear": {1, func(x float64) float64 { return 1 - x }},
	"bicubic": {2, func(x float64) float64 {
		if x < 1 {
			return (1.5*x-2.5)*x*x + 1
		}
		return ((-0.5*x+2.5)*x-4)*x + 2
	}},
	"lanczos3": lanczos(3),
	"lanczos5": lanczos(5),
}

func lanczos(reach float64) interpolation {
	return interpolation{reach, func(x float64) float64 {
		if x < 1e-3 {
			return 1
		}
		p := math.Pi * x
		return reach * math.Sin(p) * math.Sin(p/reach) / (p * p)
	}}
}

// sampling is how an axis of in points becomes one of as many as it has entries: each
// is a sum of neighbours from a first one on, times weights.
type sampling struct {
	in      int
	from    []int
	weights [][]float64
}

// interpolated samples at the centres of the new points, (j + 1/2)·in/out - 1/2, with
// weights that add up to 1, those of neighbours that lie outside left out. With
// antialias the interpolation is as wide as a new point where these are wider.
// Source: Keras 3, ops/image.py, resize; JAX, jax/_src/image/scale.py,
// compute_weight_mat.
func interpolated(in, out int, method string, antialias bool) sampling {
	if method == "nearest" {
		return nearestPoints(in, out)
	}
	f := interpolations[method]
	step := float64(in) / float64(out)
	wide := 1.0
	if antialias {
		wide = max(1, step)
	}
	s := sampling{in: in}
	for j := range out {
		center := (float64(j)+0.5)*step - 0.5
		first := max(0, int(math.Floor(center-f.reach*wide))+1)
		last := min(in-1, int(math.Ceil(center+f.reach*wide))-1)
		var weights []float64
		total := 0.0
		for i := first; i <= last; i++ {
			w := f.at(math.Abs(center-float64(i)) / wide)
			weights, total = append(weights, w), total+w
		}
		for i := range weights {
			weights[i] /= total
		}
		s.from, s.weights = append(s.from, first), append(s.weights, weights)
	}
	return s
}

// nearestPoints takes the point in which the centre of a new one lies, in the arithmetic of
// TensorFlow, core/util/image_resizer_state.h and kernels/image/resize_nearest_neighbor_op.cc:
// float32.
func nearestPoints(in, out int) sampling {
	s := sampling{in: in}
	step := float32(in) / float32(out)
	for j := range out {
		at := int(math.Floor(float64((float32(j) + 0.5) * step)))
		s.from, s.weights = append(s.from, min(at, in-1)), append(s.weights, []float64{1})
	}
	return s
}

// resample applies a sampling along an axis of x.
func resample(c *Context, x *ir.Value, axis int, s sampling, word string) *ir.Value {
	if !x.Valid() {
		return x
	}
	most := 0
	for _, w := range s.weights {
		most = max(most, len(w))
	}
	var taps, args []*ir.Value
	var sum scalar.Expr
	for t := range most {
		at, weight := make([]int, len(s.from)), make([]float64, len(s.from))
		for j, from := range s.from {
			at[j] = from + min(t, len(s.weights[j])-1)
			if t < len(s.weights[j]) {
				weight[j] = s.weights[j][t]
			}
		}
		taps = append(taps, pick(c, x, axis, at))
		if most == 1 && !slices.ContainsFunc(weight, func(w float64) bool { return w != 1 }) {
			return taps[0]
		}
		shape := slices.Repeat(ir.Shape{1}, len(x.Shape)-axis)
		shape[0] = len(weight)
		args = append(args, op.ConstOf(c.B, shape, weight))
		product := scalar.Call("mul", scalar.Arg(t), scalar.Arg(most+t))
		if sum == nil {
			sum = product
		} else {
			sum = scalar.Call("add", sum, product)
		}
	}
	return op.MapOf(c.B, sum, word, append(taps, args...)...)
}

// pick is x at some points along an axis.
func pick(c *Context, x *ir.Value, axis int, at []int) *ir.Value {
	ids := op.IndicesOf(c.B, ir.Shape{len(at)}, at)
	shape := append(slices.Clone(x.Shape[:axis]), len(at))
	return op.GatherAlong(c.B, x, op.BroadcastTo(c.B, ids, shape), axis)
}

// repeated gives every point along an axis several times. Source: NumPy, numpy.repeat.
func repeated(c *Context, x *ir.Value, times []int) *ir.Value {
	if !x.Valid() {
		return x
	}
	apart, wide, joined := ir.Shape{ir.Batch}, ir.Shape{ir.Batch}, ir.Shape{ir.Batch}
	for i, n := range x.Shape[1:] {
		if i >= len(times) || times[i] == 1 {
			apart, wide, joined = append(apart, n), append(wide, n), append(joined, n)
			continue
		}
		apart, wide, joined = append(apart, n, 1), append(wide, n, times[i]), append(joined, n*times[i])
	}
	return op.ReshapeTo(c.B, op.BroadcastTo(c.B, op.ReshapeTo(c.B, x, apart), wide), joined)
}

// enlarged checks that a row stays one of few enough values when its axes of space
// become so much longer.
func enlarged(c *Context, x *ir.Value, times []int) bool {
	n := x.Shape.Elements()
	for _, t := range times {
		if n > maxResult/t {
			c.ErrorAt("size", "size %s makes rows of more than %d values out of %s", Flow(times), maxResult, Flow(untransposed(c, x).Shape.Row()))
			return false
		}
		n *= t
	}
	return true
}
