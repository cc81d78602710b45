package operation

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// The scalar language has exponentials and no angles. Sines are polynomials of what is
// left of x without multiples of π, arcs are those of small ratios; both are right to
// 1e-11, so that float32 alone says how exact they are, and so are their derivatives.
var trigonometry = []Row{
	angle("sin", "Sin", "sin x", func(s *Site, x ...*ir.Value) *ir.Value { return s.sine(x[0], 0) }),
	angle("cos", "Cos", "cos x", func(s *Site, x ...*ir.Value) *ir.Value { return s.sine(x[0], 1) }),
	angle("tan", "Tan", "tan x", func(s *Site, x ...*ir.Value) *ir.Value {
		return op.Binary(s.B, "div", s.Name(s.sine(x[0], 0), "sin"), s.Name(s.sine(x[0], 1), "cos"))
	}),
	angle("sinc", "Sinc", "sin(πx)/(πx), and 1 at 0", func(s *Site, x ...*ir.Value) *ir.Value {
		turned := s.Name(op.MapOf(s.B, call("mul", num(math.Pi), a), "sinc", x[0]), "angle")
		return op.MapOf(s.B, call("select", call("eq", b, num(0)), num(1), call("div", a, b)), "sinc", s.Name(s.sine(turned, 0), "sin"), turned)
	}),
	angle("arctan", "Arctan", "the angle of which x is the tangent", func(s *Site, x ...*ir.Value) *ir.Value { return s.arc(x[0]) }),
	angle("arcsin", "Arcsin", "the angle of which x is the sine", func(s *Site, x ...*ir.Value) *ir.Value {
		e := call("div", a, call("sqrt", call("mul", call("sub", num(1), a), call("add", num(1), a))))
		return s.arc(s.Name(op.MapOf(s.B, e, "arcsin", x[0]), "tangent"))
	}),
	angle("arccos", "Arccos", "the angle of which x is the cosine", func(s *Site, x ...*ir.Value) *ir.Value {
		half := call("sqrt", call("div", call("sub", num(1), a), call("add", num(1), a)))
		return op.MapOf(s.B, call("mul", num(2), a), "arccos", s.Name(s.arc(s.Name(op.MapOf(s.B, half, "arccos", x[0]), "tangent")), "half"))
	}),
	{Name: "arctan2", Class: "Arctan2", Doc: "the angle of the point at x2 to the right and x1 above", Operands: []string{"x1", "x2"}, Apart: true, New: of(arctan2)},
	one("sinh", "Sinh", "(exp(x)-exp(-x))/2", call("mul", num(0.5), call("sub", call("expm1", a), call("expm1", call("neg", a))))),
	one("cosh", "Cosh", "(exp(x)+exp(-x))/2", call("mul", num(0.5), call("add", call("exp", a), call("exp", call("neg", a))))),
	one("arcsinh", "Arcsinh", "log(x+√(x²+1))", call("select", call("lt", a, num(0)), call("neg", arcsinh(call("neg", a))), arcsinh(a))),
	one("arccosh", "Arccosh", "log(x+√(x²-1))", arccosh(call("sub", a, num(1)))),
	one("arctanh", "Arctanh", "log((1+x)/(1-x))/2", call("mul", num(0.5), call("log1p", call("div", call("mul", num(2), a), call("sub", num(1), a))))),
}

// angle is an operation of one operand, element by element, in several steps.
func angle(name, class, doc string, f func(s *Site, x ...*ir.Value) *ir.Value) Row {
	return Row{Name: name, Class: class, Doc: doc, Operands: []string{"x"}, Apart: true, New: of(func(s *Site, x []*ir.Value) *ir.Value { return f(s, x...) })}
}

// arcsinh is log(v+√(v²+1)) for v of at least 0, without loss near 0.
func arcsinh(v scalar.Expr) scalar.Expr {
	root := call("sqrt", call("add", call("mul", v, v), num(1)))
	return call("log1p", call("add", v, call("mul", v, call("div", v, call("add", num(1), root)))))
}

// arccosh is log(x+√(x²-1)) for t = x-1.
func arccosh(t scalar.Expr) scalar.Expr {
	return call("log1p", call("add", t, call("mul", call("sqrt", t), call("sqrt", call("add", t, num(2))))))
}

// π in three parts, of which the first two have so few digits that their products with
// whole numbers are exact. Source: S. L. Moshier, Cephes, sin.c (DP1 to DP3).
const (
	pi1 = 3.140625
	pi2 = 9.67502593994140625e-4
	pi3 = math.Pi - pi1 - pi2
)

// sine is sin(x + quarter·π/2) as ±sin(r), r being what is left of x without the
// nearest multiple of π.
func (s *Site) sine(x *ir.Value, quarter float64) *ir.Value {
	turns := call("floor", call("add", call("mul", num(1/math.Pi), a), num(0.5+quarter/2)))
	k := s.Name(op.MapOf(s.B, turns, "turns", x), "turns")
	off := call("sub", b, num(quarter/2))
	rest := call("sub", call("sub", call("sub", a, call("mul", off, num(pi1))), call("mul", off, num(pi2))), call("mul", off, num(pi3)))
	r := s.Name(op.MapOf(s.B, rest, "rest", x, k), "rest")
	square := s.Name(op.MapOf(s.B, call("mul", a, a), "square", r), "square")
	// Taylor's series up to r^17: the next term is below (π/2)^19/19! = 5e-14.
	series, factor := scalar.Expr(num(0)), 1.0
	var factors []float64
	for n := 1.0; n <= 8; n++ {
		factor /= -(2 * n) * (2*n + 1)
		factors = append(factors, factor)
	}
	for i := len(factors) - 1; i >= 0; i-- {
		series = call("mul", b, call("add", num(factors[i]), series))
	}
	odd := call("sub", c, call("mul", num(2), call("floor", call("mul", num(0.5), c))))
	value := call("add", a, call("mul", a, series))
	return op.MapOf(s.B, call("mul", call("sub", num(1), call("mul", num(2), odd)), value), s.Row.Name, r, square, k)
}

// arc is the angle of the tangent x: that of 1/x is the rest of a right angle.
func (s *Site) arc(x *ir.Value) *ir.Value {
	inside := call("le", call("abs", a), num(1))
	u := s.Name(op.MapOf(s.B, call("select", inside, a, call("div", num(1), a)), "ratio", x), "ratio")
	right := call("select", call("gt", a, num(0)), num(math.Pi/2), num(-math.Pi/2))
	return op.MapOf(s.B, call("select", inside, b, call("sub", right, b)), s.Row.Name, x, smallArc(s.B, s.Name, u))
}

func arctan2(s *Site, x []*ir.Value) *ir.Value {
	if !s.aligned(x...) {
		return s.bad()
	}
	return Arctan2(s.B, s.Name, x[0], x[1])
}
