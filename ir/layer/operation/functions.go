package operation

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var functions = []Row{
	one("abs", "Abs", "|x|", call("abs", a)),
	one("absolute", "Absolute", "|x|", call("abs", a)),
	one("fabs", "Fabs", "|x|", call("abs", a)),
	one("negative", "Negative", "-x", call("neg", a)),
	one("sign", "Sign", "1 above 0, -1 below, 0 at 0", call("sign", a)),
	one("square", "Square", "x²", call("mul", a, a)),
	one("sqrt", "Sqrt", "√x", call("sqrt", a)),
	one("rsqrt", "Rsqrt", "1/√x", call("rsqrt", a)),
	one("cbrt", "Cbrt", "the third root of x", call("mul", call("sign", a), call("pow", call("abs", a), num(1.0/3)))),
	one("reciprocal", "Reciprocal", "1/x", call("div", num(1), a)),
	one("exp", "Exp", "exp(x)", call("exp", a)),
	one("exp2", "Exp2", "2^x", call("exp", call("mul", num(math.Ln2), a))),
	one("expm1", "Expm1", "exp(x)-1", call("expm1", a)),
	one("log", "Log", "log(x)", call("log", a)),
	one("log2", "Log2", "the logarithm of x to base 2", call("mul", num(1/math.Ln2), call("log", a))),
	one("log10", "Log10", "the logarithm of x to base 10", call("mul", num(1/math.Ln10), call("log", a))),
	one("log1p", "Log1p", "log(1+x)", call("log1p", a)),
	one("erf", "Erf", "the error function", call("erf", a)),
	one("erfc", "Erfc", "1-erf(x)", call("sub", num(1), call("erf", a))),
	one("floor", "Floor", "the largest whole number that is at most x", call("floor", a)),
	one("ceil", "Ceil", "the smallest whole number that is at least x", ceiling(a)),
	one("trunc", "Trunc", "x without what follows its point", truncated),
	{Name: "round", Class: "Round", Doc: "the number next to x, of two the even one", Operands: []string{"x"}, Apart: true, New: func() Function { return &round{} }},
	one("deg2rad", "Deg2rad", "degrees as radians", call("mul", num(math.Pi/180), a)),
	one("rad2deg", "Rad2deg", "radians as degrees", call("mul", num(180/math.Pi), a)),
	one("real", "Real", "x", a),
	one("conj", "Conj", "x", a),
	one("conjugate", "Conjugate", "x", a),
	one("imag", "Imag", "0 everywhere", num(0)),
	{Name: "nan_to_num", Class: "NanToNum", Doc: "x, with numbers in place of what is none or infinite", Operands: []string{"x"}, Apart: true, New: func() Function { return &nanToNum{} }},
	{Name: "cast", Class: "Cast", Doc: "x as another type: whole numbers are cut off at the point, and of bool 1 is what is not 0", Operands: []string{"x"}, Apart: true, New: func() Function { return &cast{} }},
	{Name: "stop_gradient", Class: "StopGradient", Doc: "x, through which no gradient goes", Operands: []string{"variable"}, Apart: true, New: of(func(s *Site, x []*ir.Value) *ir.Value { return stopped(s, x[0]) })},
	{Name: "copy", Class: "Copy", Doc: "x", Operands: []string{"x"}, Apart: true, New: of(func(_ *Site, x []*ir.Value) *ir.Value { return x[0] })},
	{Name: "zeros_like", Class: "ZerosLike", Doc: "0 in the shape of x", Operands: []string{"x"}, Apart: true, New: func() Function { return &like{} }},
	{Name: "ones_like", Class: "OnesLike", Doc: "1 in the shape of x", Operands: []string{"x"}, Apart: true, New: func() Function { return &like{value: 1} }},
	{Name: "full_like", Class: "FullLike", Doc: "a number in the shape of x", Operands: []string{"x"}, Apart: true, New: func() Function { return &fullLike{} }},
	{Name: "gelu", Class: "Gelu", Doc: "x·Φ(x), Φ being the normal distribution function", Operands: []string{"x"}, Apart: true, New: func() Function { return &gelu{Approximate: true} }},
}

// stopped is x without a gradient: the sum over none of its axes.
func stopped(s *Site, x *ir.Value) *ir.Value {
	return s.B.Apply(&op.Reduce{Kind: loop.Sum, Word: "stop_gradient", Stop: true}, s.numbers(x))
}

type round struct {
	Decimals int `arg:"decimals,min=-30,max=30" doc:"digits that are kept after the point"`
}

// Build implements [Function].
func (f *round) Build(s *Site, x []*ir.Value) *ir.Value {
	power := math.Pow(10, float64(f.Decimals))
	return s.each("round", call("div", Rounded(call("mul", num(power), a)), num(power)), x...)
}

// Rounded is the whole number next to v, of two the even one.
func Rounded(v scalar.Expr) scalar.Expr {
	whole := call("floor", v)
	over := call("sub", v, whole)
	odd := call("sub", whole, call("mul", num(2), call("floor", call("mul", num(0.5), whole))))
	up := call("max", call("gt", over, num(0.5)), call("mul", call("eq", over, num(0.5)), odd))
	return call("add", whole, up)
}

type nanToNum struct {
	NaN    float64  `arg:"nan" doc:"what stands for no number"`
	PosInf *float64 `arg:"posinf" doc:"what stands for +∞; null: the largest float32"`
	NegInf *float64 `arg:"neginf" doc:"what stands for -∞; null: the smallest float32"`
}

// Build implements [Function].
func (f *nanToNum) Build(s *Site, x []*ir.Value) *ir.Value {
	most, least := math.MaxFloat32, -math.MaxFloat32
	if f.PosInf != nil {
		most = *f.PosInf
	}
	if f.NegInf != nil {
		least = *f.NegInf
	}
	e := call("select", call("gt", a, num(math.MaxFloat32)), num(most), call("select", call("lt", a, num(-math.MaxFloat32)), num(least), a))
	return s.each("nan_to_num", call("select", nan(a), num(f.NaN), e), x...)
}

type cast struct {
	DType string `arg:"dtype,required,oneof=float16|bfloat16|float32|float64|bool|int8|int16|int32|int64|uint8|uint16|uint32" doc:"type in Keras; here all results are float32"`
}

// Build implements [Function].
func (f *cast) Build(s *Site, x []*ir.Value) *ir.Value {
	switch f.DType {
	case "float32", "float64":
		return s.each("cast", a, x...)
	case "bool":
		return s.each("cast", truth(a), x...)
	case "float16", "bfloat16":
		return s.Fail("dtype", "cast to %s: every number is a float32 here; write dtype: float32", f.DType)
	}
	return s.each("cast", truncated, x...)
}

type like struct {
	DType string `arg:"dtype" doc:"type in Keras; here all results are float32"`
	value float64
}

// Build implements [Function].
func (f *like) Build(s *Site, x []*ir.Value) *ir.Value {
	return s.each(s.Row.Name, num(f.value), x...)
}

type fullLike struct {
	FillValue float64 `arg:"fill_value,required" doc:"the number"`
	DType     string  `arg:"dtype" doc:"type in Keras; here all results are float32"`
}

// Build implements [Function].
func (f *fullLike) Build(s *Site, x []*ir.Value) *ir.Value {
	return s.each("full_like", num(f.FillValue), x...)
}

type gelu struct {
	Approximate bool `arg:"approximate" doc:"use the approximation by tanh"`
}

// Build implements [Function].
func (f *gelu) Build(s *Site, x []*ir.Value) *ir.Value {
	if f.Approximate {
		return op.Unary(s.B, "gelu_tanh", s.numbers(x[0]))
	}
	return op.Unary(s.B, "gelu", s.numbers(x[0]))
}
