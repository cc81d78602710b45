package operation

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

var normalizations = []Row{
	shaped("softmax", "Softmax", "exp(x), divided by its sum over an axis", func() Function { return &softmax{Axis: []int{-1}} }),
	shaped("log_softmax", "LogSoftmax", "the logarithm of softmax", func() Function { return &softmax{Axis: []int{-1}, log: true} }),
	shaped("glu", "Glu", "the first half along an axis, times the sigmoid of the second", func() Function { return &glu{Axis: -1} }),
	shaped("normalize", "Normalize", "x, divided by its length along an axis", func() Function { return &normalize{Axis: []int{-1}, Order: 2} }),
	shaped("norm", "Norm", "the length along an axis", func() Function { return &norm{} }),
	{Name: "rms_normalization", Class: "RMSNorm", Doc: "x, divided by the root of its mean square over axes", Operands: []string{"x", "scale?"}, New: func() Function { return &rmsNormalization{Axis: []int{-1}, Epsilon: 1e-7} }},
}

type softmax struct {
	Axis []int `arg:"axis" doc:"axis or axes to add up over, the batch being axis 0"`
	log  bool
}

// Build implements [Function]. The maximum only guards against overflow.
func (f *softmax) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	axes, ok := reduced(s, "axis", f.Axis, x)
	if !ok {
		return s.bad()
	}
	most := s.Name(op.MaxStop(s.B, x, true, axes...), "max")
	shifted := s.Name(op.Binary(s.B, "sub", x, most), "shifted")
	e := s.Name(op.Unary(s.B, "exp", shifted), "exp")
	total := s.Name(op.Sum(s.B, e, true, axes...), "sum")
	if f.log {
		return op.MapOf(s.B, call("sub", a, call("log", b)), "log_softmax", shifted, total)
	}
	y := op.Quotient(s.B, e, s.Name(op.Inverse(s.B, total), "inverse"))
	if len(axes) == 1 && axes[0] == len(x.Shape)-1 && y.Valid() {
		s.Logits(y, x)
	}
	return y
}

type glu struct {
	Axis int `arg:"axis" doc:"axis that is cut in halves, the batch being axis 0"`
}

// Build implements [Function].
func (f *glu) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	ax, ok := s.axis("axis", x, f.Axis)
	if !ok {
		return s.bad()
	}
	n := x.Shape[ax] / 2
	if x.Shape[ax]%2 != 0 {
		return s.Fail("axis", "axis %d of %v has %d elements, which have no halves", ax, x.Shape, x.Shape[ax])
	}
	return op.MapOf(s.B, call("mul", a, call("sigmoid", b)), "glu", op.SliceAxis(s.B, x, ax, 0, n), op.SliceAxis(s.B, x, ax, n, n))
}

type normalize struct {
	Axis    []int    `arg:"axis" doc:"axis or axes, the batch being axis 0"`
	Order   int      `arg:"order,min=1,max=64" doc:"power of the elements that are added up"`
	Epsilon *float64 `arg:"epsilon,above=0" doc:"least length; null: 1e-7"`
}

// Build implements [Function]. Source: Keras 3, _normalize in ops/nn.py: of order 2 it is
// x·min(1/√Σx², 1/ε), of others x/max(norm, ε).
func (f *normalize) Build(s *Site, in []*ir.Value) *ir.Value {
	x, least := s.numbers(in[0]), 1e-7
	axes, ok := reduced(s, "axis", f.Axis, x)
	if !ok {
		return s.bad()
	}
	if f.Epsilon != nil {
		least = *f.Epsilon
	}
	if f.Order == 2 {
		total := s.Name(op.Sum(s.B, s.Name(op.MapOf(s.B, call("mul", a, a), "squares", x), "squares"), true, axes...), "sum")
		scale := s.Name(op.MapOf(s.B, call("min", call("rsqrt", a), num(1/least)), "scale", total), "scale")
		return op.Binary(s.B, "mul", x, scale)
	}
	length := s.Name(s.length(x, float64(f.Order), true, axes), "norm")
	return op.MapOf(s.B, call("div", a, call("max", b, num(least))), "normalize", x, length)
}

// length is (Σ|x|^p)^(1/p), of p = ∞ the largest |x| and of p = -∞ the smallest.
func (s *Site) length(x *ir.Value, p float64, keep bool, axes []int) *ir.Value {
	size := s.Name(op.MapOf(s.B, call("abs", a), "abs", x), "abs")
	switch {
	case p == 2:
		size = s.Name(op.MapOf(s.B, call("mul", a, a), "squares", x), "squares")
		return op.Unary(s.B, "sqrt", s.Name(op.Sum(s.B, size, keep, axes...), "sum"))
	case p == 1:
		return op.Sum(s.B, size, keep, axes...)
	case math.IsInf(p, 1):
		return op.Max(s.B, size, keep, axes...)
	case math.IsInf(p, -1):
		return smallest(s, size, keep, axes)
	}
	powers := s.Name(op.MapOf(s.B, call("pow", a, num(p)), "powers", size), "powers")
	return op.MapOf(s.B, call("pow", a, num(1/p)), "root", s.Name(op.Sum(s.B, powers, keep, axes...), "sum"))
}

type norm struct {
	Ord      spec.Value `arg:"ord" doc:"power of the elements that are added up, or inf or -inf; null: 2"`
	Axis     []int      `arg:"axis,null" doc:"axis to go along, the batch being axis 0; of two axes, the root of all squares (ord null or fro)"`
	KeepDims bool       `arg:"keepdims" doc:"whether the axis stays, with length 1"`
}

// Build implements [Function].
func (f *norm) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	axes, ok := reduced(s, "axis", f.Axis, x)
	if !ok {
		return s.bad()
	}
	p, isNumber := f.Ord.Number()
	switch {
	case f.Ord.Kind == spec.Null, f.Ord.Str == "fro" && len(axes) == 2:
		p = 2
	case len(axes) > 1:
		return s.Fail("ord", "norm over %d axes takes ord: null or fro alone; other norms of matrices need their singular values, which are not supported", len(axes))
	case f.Ord.Str == "inf" || f.Ord.Str == "-inf":
		p = math.Inf(map[bool]int{true: 1, false: -1}[f.Ord.Str == "inf"])
	case !isNumber || p == 0:
		return s.Fail("ord", "ord takes a number other than 0, inf or -inf, not %s", f.Ord.Describe())
	}
	return s.length(x, p, f.KeepDims, axes)
}

type rmsNormalization struct {
	Axis    []int   `arg:"axis" doc:"axis or axes, the batch being axis 0"`
	Epsilon float64 `arg:"epsilon,null=1e-7,min=0" doc:"added to the mean square"`
}

// Build implements [Function].
func (f *rmsNormalization) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	axes, ok := reduced(s, "axis", f.Axis, x)
	if !ok {
		return s.bad()
	}
	square := s.Name(op.Mean(s.B, s.Name(op.MapOf(s.B, call("mul", a, a), "squares", x), "squares"), true, axes...), "mean")
	y := op.MapOf(s.B, call("mul", a, call("rsqrt", call("add", b, num(f.Epsilon)))), "rms_normalization", x, square)
	if len(in) == 1 {
		return y
	}
	s.Name(y, "normalized")
	if !s.aligned(y, in[1]) {
		return s.bad()
	}
	return op.Binary(s.B, "mul", y, s.numbers(in[1]))
}
