package sequence

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var spectralRows = map[string]node.Row{
	"DFT":             {Least: 1, Most: 3, Graph: dft},
	"STFT":            {Least: 2, Most: 4, Graph: stft},
	"HannWindow":      cosines(0.5, 0.5, 0),
	"HammingWindow":   cosines(25.0/46, 21.0/46, 0),
	"BlackmanWindow":  cosines(0.42, 0.5, 0.08),
	"MelWeightMatrix": {Least: 5, Most: 5, Known: melWeights},
}

// transform is a discrete Fourier transform as a matrix: of size points, of which the
// operand has in, to out frequencies, or back. Parts of numbers are 1, real ones, or 2.
type transform struct {
	size, in, out     int
	inParts, outParts int
	inverse           bool
	half              bool // the operand is half of a symmetric spectrum
	window            []float64
}

// matrix is [in, inParts, out, outParts]: Σ x·exp(∓2πi·jk/size). Source: ONNX 1.22, DFT.
func (t transform) matrix() []float64 {
	m := make([]float64, 0, t.in*t.inParts*t.out*t.outParts)
	sign := -1.0
	if t.inverse {
		sign = 1
	}
	for j := range t.in {
		weight := 1.0
		if j >= t.size {
			weight = 0
		}
		if t.inverse {
			weight /= float64(t.size)
		}
		if t.half && j > 0 && 2*j != t.size { // stands for its mirror image too
			weight *= 2
		}
		if t.window != nil {
			weight *= t.window[j]
		}
		for part := range t.inParts {
			for k := range t.out {
				// Whole turns are taken away while they are whole numbers.
				angle := 2 * math.Pi * float64(j*k%t.size) / float64(t.size)
				c, s := weight*math.Cos(angle), sign*weight*math.Sin(angle)
				if part == 1 { // i·exp(iθ) = -sin θ + i·cos θ
					c, s = -s, c
				}
				m = append(m, []float64{c, s}[:t.outParts]...)
			}
		}
	}
	return m
}

// over multiplies an axis of x and the parts after all others with the matrix; step > 0:
// the axis is cut into pieces as long as the matrix, one every so many places.
func (t transform) over(n *node.Node, x *ir.Value, axis, step int, window *ir.Value) *ir.Value {
	if n.Large([]int{t.in * t.inParts, t.out * t.outParts}) || !x.Valid() {
		return x
	}
	m := n.Table(ir.Shape{t.in, t.inParts, t.out, t.outParts}, t.matrix())
	if window != nil {
		shape := append(append(ir.Shape{}, window.Shape[:node.Front(window)]...), t.in, 1, 1, 1)
		m = op.MapOf(n.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "window", m, op.ReshapeTo(n.B, window, shape))
	}
	if !m.Valid() || node.Front(m) == 1 {
		return n.B.Errorf("a window that is computed is not supported")
	}
	c := &op.Contract{}
	add := func(name string, d int) op.Index {
		c.Axes = append(c.Axes, op.Axis{Name: name, Extent: d})
		return op.At(len(c.Axes) - 1)
	}
	for i, d := range x.Shape[:len(x.Shape)-1] {
		if i != axis {
			at := add(string(rune('a'+i)), d)
			c.Lhs, c.Out, c.Shape = append(c.Lhs, at), append(c.Out, at), append(c.Shape, d)
			continue
		}
		place := add("j", t.in)
		from := place
		if step > 0 {
			frames := (d-t.in)/step + 1
			frame := add("f", frames)
			from = op.Index{Terms: []op.Term{{Axis: frame.Terms[0].Axis, Coef: step}, {Axis: place.Terms[0].Axis, Coef: 1}}}
			c.Out, c.Shape = append(c.Out, frame), append(c.Shape, frames)
		}
		k := add("k", t.out)
		c.Lhs, c.Rhs = append(c.Lhs, from), []op.Index{place, {}, k, {}}
		c.Out, c.Shape = append(c.Out, k), append(c.Shape, t.out)
	}
	part, of := add("p", t.inParts), add("q", t.outParts)
	c.Lhs, c.Rhs[1], c.Rhs[3] = append(c.Lhs, part), part, of
	c.Out, c.Shape = append(c.Out, of), append(c.Shape, t.outParts)
	return n.B.Apply(c, x, m)
}

// dft is over one axis of numbers whose parts are the last. Source: ONNX 1.22, DFT.
func dft(n *node.Node) []*node.Value {
	v := n.In[0]
	axis := n.Int("axis", 1)
	if n.Opset >= 20 {
		axis = int(n.Number("axis", 2, -2))
	}
	rank := v.Rank()
	axis = n.Axis(axis, rank)
	if n.Failed || rank < 2 || axis == rank-1 || v.Shape[rank-1] > 2 {
		return n.Errorf("axis %d of %v, whose last axis holds the parts of numbers", axis, v.Shape)
	}
	t := transform{size: v.Shape[axis], inParts: v.Shape[rank-1], outParts: 2, inverse: n.Int("inverse", 0) != 0}
	oneSided := n.Int("onesided", 0) != 0
	if t.half = t.inverse && oneSided; t.half {
		t.size, t.outParts = 2*(v.Shape[axis]-1), 1
	}
	t.size = int(n.Number("dft_length", 1, float64(t.size)))
	if n.Failed || t.size < 1 {
		return n.Errorf("a transform of %d points", t.size)
	}
	t.in, t.out = v.Shape[axis], t.size
	if oneSided && !t.inverse {
		t.out = t.size/2 + 1
	}
	if t.half && t.in > t.size/2+1 {
		return n.Errorf("%d frequencies of %d points", t.in, t.size)
	}
	x := n.X(0)
	return node.One(n.Computed(t.over(n, x, node.Front(x)+axis, 0, nil), v.Type))
}

// stft is the transform of pieces of a signal [batch, points, parts], or as PyTorch
// writes a real one [batch, points]. Source: ONNX 1.22, STFT.
func stft(n *node.Node) []*node.Value {
	if v := n.In[0]; v.Rank() == 2 {
		to := n.With(v)
		out := node.Reshaped(to, []int{v.Shape[0], v.Shape[1], 1})
		if n.Take(to) {
			return nil
		}
		n.In = append(out, n.In[1:]...)
	}
	v := n.In[0]
	step := int(n.Number("frame_step", 1, 0))
	size := 0
	if w := n.Operand(2); w != nil && w.Rank() == 1 {
		size = w.Shape[0]
	}
	size = int(n.Number("frame_length", 3, float64(size)))
	if n.Failed || v.Rank() != 3 || v.Shape[2] > 2 || step < 1 || size < 1 || size > v.Shape[1] {
		return n.Errorf("pieces of %d every %d of %v", size, step, v.Shape)
	}
	t := transform{size: size, in: size, out: size, inParts: v.Shape[2], outParts: 2}
	if n.Int("onesided", 1) != 0 {
		t.out = size/2 + 1
	}
	var window *ir.Value
	if w := n.Operand(2); w != nil {
		if w.Rank() != 1 || w.Shape[0] != size {
			return n.Errorf("a window %v for pieces of %d", w.Shape, size)
		}
		if w.Known != nil {
			t.window = w.Known.F
		} else {
			window = n.Plain(w)
		}
	}
	x := n.X(0)
	if window != nil && window.Valid() && node.Front(window) == 1 {
		return stftOf(n, t, x, window, step)
	}
	return node.One(n.Computed(t.over(n, x, node.Front(x)+1, step, window), v.Type))
}

// stftOf multiplies the pieces with a window that is computed, before they are
// transformed.
func stftOf(n *node.Node, t transform, x, window *ir.Value, step int) []*node.Value {
	x = node.Rowed(n, x)
	batch, parts := x.Shape[1], x.Shape[3]
	var pieces []*ir.Value
	for at := 0; at+t.in <= x.Shape[2]; at += step {
		pieces = append(pieces, op.SliceAxis(n.B, x, 2, at, t.in))
	}
	y := op.Concatenate(n.B, 2, pieces...)
	y = op.ReshapeTo(n.B, y, ir.Shape{ir.Batch, batch, len(pieces), t.in, parts})
	y = op.MapOf(n.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "window", y, op.ReshapeTo(n.B, window, ir.Shape{ir.Batch, 1, 1, t.in, 1}))
	return node.One(n.Computed(t.over(n, y, 3, 0, nil), n.In[0].Type))
}

// cosines is a window a - b·cos(2πi/N) + c·cos(4πi/N). Source: ONNX 1.22, HannWindow,
// HammingWindow, BlackmanWindow.
func cosines(a, b, c float64) node.Row {
	return node.Row{Least: 1, Most: 1, Known: func(n *node.Node) []*tensor.Tensor {
		size := n.In[0].Known.At(0)
		if size < 0 || size > tensor.MaxKnown {
			n.Errorf("a window of %v points", size)
			return nil
		}
		turn := size
		if n.Int("periodic", 1) == 0 {
			turn--
		}
		t := tensor.New(proto.Type(n.Int("output_datatype", int(proto.Float32))), []int{int(size)})
		for i := range int(size) {
			angle := 2 * math.Pi * float64(i) / turn
			t.Set(i, a-b*math.Cos(angle)+c*math.Cos(2*angle))
		}
		return []*tensor.Tensor{t}
	}}
}

// melWeights are triangles over the frequencies of a transform, even on the mel scale.
// Source: ONNX 1.22, MelWeightMatrix, and its reference implementation.
func melWeights(n *node.Node) []*tensor.Tensor {
	at := func(i int) float64 { return n.In[i].Known.At(0) }
	bins, length, rate := int(at(0)), int(at(1)), at(2)
	if bins < 1 || length < 1 || rate < 1 || n.Large([]int{length/2 + 1, bins}) {
		n.Errorf("%d bands of %d points at %v", bins, length, rate)
		return nil
	}
	mel := func(hertz float64) float64 { return 2595 * math.Log10(1+hertz/700) }
	low := mel(at(3))
	step := (mel(at(4)) - low) / float64(bins+2)
	var edges []int
	for i := range bins + 2 {
		hertz := 700 * (math.Pow(10, (low+float64(i)*step)/2595) - 1)
		edges = append(edges, int(math.Floor(float64(length+1)*hertz/rate)))
	}
	t := tensor.New(proto.Type(n.Int("output_datatype", int(proto.Float32))), []int{length/2 + 1, bins})
	if slices.Min(edges) < 0 || slices.Max(edges) > length/2+1 {
		n.Errorf("bands from %v to %v Hz of %v", at(3), at(4), rate)
		return nil
	}
	put := func(i, band int, v float64) {
		if i <= length/2 {
			t.Set(i*bins+band, v)
		}
	}
	for band := range bins {
		from, centre, to := edges[band], edges[band+1], edges[band+2]
		if from == centre {
			put(centre, band, 1)
		}
		for i := from; i <= centre && centre > from; i++ {
			put(i, band, float64(i-from)/float64(centre-from))
		}
		for i := centre; i < to; i++ {
			put(i, band, float64(to-i)/float64(to-centre))
		}
	}
	return []*tensor.Tensor{t}
}
