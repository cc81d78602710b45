package conformance

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/pass"
)

// slope is the sum of a network's outputs, each with its share, as a function of the
// parameters that train: in float64, and its gradient in float32 too.
type slope struct {
	backend.Slope
	names    []string // of the segments that train
	segments []block.Segment
	given    harness.Case
	train    *ir.Graph
	double   *interp.Machine[float64]
	batch    interp.Batch[float64]
	known    *slopeReference // once it has been computed
}

// newSlope differentiates a network at a case; nil where nothing trains. Of a large one
// there is the gradient at the case alone.
func newSlope(n *network, c harness.Case, large bool) (*slope, error) {
	s := &slope{given: c, segments: n.Header.Segments, train: pass.Clone(n.Train)}
	if err := pass.Autodiff(s.train); err != nil {
		return nil, err
	}
	for _, g := range s.train.Grads {
		s.names = append(s.names, g.Param.Op.(*op.Param).Segment)
	}
	if len(s.names) == 0 {
		return nil, nil
	}
	s.batch = interp.Batch[float64]{Rows: len(c.Batch.X), Feed: n.feed(c.Batch, 0, len(c.Batch.X))}
	if large {
		return s, nil
	}
	s.At, s.Value = map[string][]float64{}, s.value
	s.double = interp.New[float64](s.train)
	for _, g := range n.Header.Segments {
		at := make([]float64, g.Len())
		for i, v := range c.Params[g.Offset:][:g.Len()] {
			at[i] = float64(v)
		}
		copy(s.double.Params[g.Name].F, at)
		s.At[g.Name] = at
	}
	return s, nil
}

// value implements [backend.Slope].
func (s *slope) value(direction map[string][]float64, step float64) (sum, along float64, err error) {
	for _, name := range s.names {
		for i, v := range s.At[name] {
			s.double.Params[name].F[i] = v + step*direction[name][i]
		}
	}
	r, err := s.double.Run(s.train, s.batch)
	if err != nil {
		return 0, 0, err
	}
	for _, y := range r.Outputs {
		for _, v := range y.F {
			sum += v / float64(len(y.F))
		}
	}
	for _, g := range r.Grads {
		for i, d := range direction[g.Segment] {
			along += g.Value.F[i] * d
		}
	}
	return sum, along, nil
}

// point is the case with the parameters of the point.
func (s *slope) point(n *network) harness.Case {
	c := s.given
	c.Params = append(harness.Numbers(nil), c.Params...)
	for _, g := range n.Header.Segments {
		for i, v := range s.At[g.Name] {
			c.Params[g.Offset+i] = float32(v)
		}
	}
	return c
}

// gradientOf is the gradient of the interpreter at the point.
func gradientOf[F float32 | float64](s *slope) (map[string][]F, error) {
	m := interp.New[F](s.train)
	for _, g := range s.segments {
		for i, v := range s.given.Params[g.Offset:][:g.Len()] {
			m.Params[g.Name].F[i] = F(v)
		}
	}
	for name, at := range s.At { // moved away from a kink
		for i, v := range at {
			m.Params[name].F[i] = F(v)
		}
	}
	b := interp.Batch[F]{Rows: s.batch.Rows, Feed: map[string]*ir.Tensor[F]{}}
	for port, t := range s.batch.Feed {
		x := &ir.Tensor[F]{Shape: t.Shape, I: t.I, Offsets: t.Offsets}
		for _, v := range t.F {
			x.F = append(x.F, F(v))
		}
		b.Feed[port] = x
	}
	r, err := m.Run(s.train, b)
	if err != nil {
		return nil, err
	}
	out := map[string][]F{}
	for _, g := range r.Grads {
		out[g.Segment] = g.Value.F
	}
	return out, nil
}

// slopeReference is what the gradient of a package at a point is compared with.
type slopeReference struct {
	double map[string][]float64
	single map[string][]float32
}

func (s *slope) reference() (r *slopeReference, err error) {
	if s.known != nil {
		return s.known, nil
	}
	r = &slopeReference{}
	if r.double, err = gradientOf[float64](s); err == nil {
		r.single, err = gradientOf[float32](s)
	}
	s.known = r
	return r, err
}

// apart is how far a gradient is from that of float64, as a part of its largest element,
// and how far that of the interpreter in float32 is: the condition of the
// network. Both are of the segment where the first is the largest.
func (r *slopeReference) apart(n *network, got harness.Result) (emitted, interpreter float64, segment string) {
	if len(got.Grads) != blockSize(n.Header.Segments) {
		return math.Inf(1), 0, "no gradient"
	}
	all := 0.0
	for _, g := range r.double {
		for _, v := range g {
			all = max(all, math.Abs(v))
		}
	}
	worst := -1.0
	for _, g := range n.Header.Segments {
		want := r.double[g.Name]
		if want == nil {
			continue
		}
		d, size := largest(got.Grads[g.Offset:][:g.Len()], want)
		own, _ := largest(r.single[g.Name], want)
		size = max(size, 1e-3*all, 1e-30)
		for i, v := range want { // largest does not see NaN
			if w := float64(got.Grads[g.Offset+i]); w != w && v == v {
				d = math.Inf(1)
			}
		}
		if e := d / size / (allowed + condition*own/size); e > worst {
			worst, emitted, interpreter, segment = e, d/size, own/size, g.Name
		}
	}
	return emitted, interpreter, segment
}

// The gradient of a package may be as far from that of float64: so much of its largest
// element, and so many times as much as the interpreter in float32. Of ONNX's tests one
// takes the latter, an RNN whose tanh is all but 1: its derivative 1-y² has what the tanh of
// machine code is off by, up to 2.5 units of the last place in every step, where the
// interpreter rounds once.
const (
	allowed   = 2e-5
	condition = 20
)

// checkSlope compares the gradient of a package at the point: every element with float64, and
// along random directions with the differences of float64, unless there are too many.
func (f *folder) checkSlope(got harness.Result, r *rand.Rand, seen *atLevel) error {
	if got.Error != "" {
		return fmt.Errorf("%s", got.Error)
	}
	ref, err := f.slope.reference()
	if err != nil {
		return err
	}
	emitted, interpreter, segment := ref.apart(f.network, got)
	if seen.GradientFar, seen.InterpreterFar = finite(emitted), finite(interpreter); !(seen.GradientFar <= allowed+condition*seen.InterpreterFar) {
		return fmt.Errorf("the gradient of %s is off by %.1e of its largest element, that of the interpreter in float32 by %.1e", segment, seen.GradientFar, seen.InterpreterFar)
	}
	if f.large() {
		return nil
	}
	for range 3 {
		if err := f.along(got, ref, f.slope.Direction(r, f.slope.names)); err != nil {
			return err
		}
	}
	return nil
}

// finite is a distance as a file of results holds it.
func finite(v float64) float64 {
	if !(v < 1e99) {
		return 1e99
	}
	return v
}

// along compares the derivative along a direction with the difference of float64.
func (f *folder) along(got harness.Result, ref *slopeReference, direction map[string][]float64) error {
	const step = 1e-6
	after, _, _ := f.slope.value(direction, step)
	before, _, _ := f.slope.value(direction, -step)
	difference, along, size, own := (after-before)/(2*step), 0.0, 0.0, 0.0
	for _, g := range f.Header.Segments {
		for i, d := range direction[g.Name] {
			v := float64(got.Grads[g.Offset+i]) * d
			along, size = along+v, size+math.Abs(v)
			own += math.Abs(d * (float64(ref.single[g.Name][i]) - ref.double[g.Name][i]))
		}
	}
	if noise := 1e-9*max(1, math.Abs(after)) + 1e-4*size + condition*own; !(math.Abs(along-difference) <= noise) {
		return fmt.Errorf("the derivative along a direction is %v, by differences in float64 %v", along, difference)
	}
	return nil
}
