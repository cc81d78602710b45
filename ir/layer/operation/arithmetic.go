package operation

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// two is an operation of two operands that are stretched to one shape.
func two(name, class, doc string, e scalar.Expr) Row {
	return Row{Name: name, Class: class, Doc: doc, Operands: []string{"x1", "x2"}, Apart: true, New: each(name, e)}
}

// one is an operation of one operand, element by element.
func one(name, class, doc string, e scalar.Expr) Row {
	return Row{Name: name, Class: class, Doc: doc, Operands: []string{"x"}, Apart: true, New: each(name, e)}
}

// Parts of expressions.
var (
	truncated = toZero(a)
	quotient  = call("floor", call("div", a, b))
	larger    = call("max", call("abs", a), call("abs", b))
	ratio     = call("div", call("min", call("abs", a), call("abs", b)), larger)
)

// toZero is x without what follows its point.
func toZero(x scalar.Expr) scalar.Expr {
	return call("select", call("lt", x, num(0)), ceiling(x), call("floor", x))
}

func ceiling(x scalar.Expr) scalar.Expr { return call("neg", call("floor", call("neg", x))) }

// nan is 1 where x is no number.
func nan(x scalar.Expr) scalar.Expr {
	return call("sub", num(1), call("add", call("ge", x, num(0)), call("lt", x, num(0))))
}

// logAddExp is log(exp(x·k)+exp(y·k))/k without overflow.
func logAddExp(k float64) scalar.Expr {
	apart := call("mul", num(-k), call("abs", call("sub", a, b)))
	return call("add", call("max", a, b), call("mul", num(1/k), call("log1p", call("exp", apart))))
}

var arithmetic = []Row{
	two("add", "Add", "x1 + x2", call("add", a, b)),
	two("subtract", "Subtract", "x1 - x2", call("sub", a, b)),
	two("multiply", "Multiply", "x1·x2", call("mul", a, b)),
	two("divide", "Divide", "x1/x2", call("div", a, b)),
	two("true_divide", "TrueDivide", "x1/x2", call("div", a, b)),
	two("divide_no_nan", "DivideNoNan", "x1/x2, and 0 where x2 is 0", call("select", call("eq", b, num(0)), num(0), call("div", a, b))),
	two("floor_divide", "FloorDivide", "the largest whole number that is at most x1/x2", quotient),
	two("mod", "Mod", "what is left of x1 divided by x2, with the sign of x2", call("sub", a, call("mul", quotient, b))),
	two("fmod", "Fmod", "what is left of x1 divided by x2, with the sign of x1", call("sub", a, call("mul", toZero(call("div", a, b)), b))),
	{Name: "power", Class: "Power", Doc: "x1 to the power of x2", Operands: []string{"x1", "x2"}, Apart: true, New: of(power)},
	two("maximum", "Maximum", "the larger one of x1 and x2", call("max", a, b)),
	two("minimum", "Minimum", "the smaller one of x1 and x2", call("min", a, b)),
	two("fmax", "Fmax", "the larger one of x1 and x2, or the one that is a number", call("select", nan(a), b, call("select", nan(b), a, call("max", a, b)))),
	two("fmin", "Fmin", "the smaller one of x1 and x2, or the one that is a number", call("select", nan(a), b, call("select", nan(b), a, call("min", a, b)))),
	two("hypot", "Hypot", "√(x1²+x2²)", call("select", call("eq", larger, num(0)), num(0), call("mul", larger, call("sqrt", call("add", num(1), call("mul", ratio, ratio)))))),
	two("logaddexp", "Logaddexp", "log(exp(x1)+exp(x2))", logAddExp(1)),
	two("logaddexp2", "Logaddexp2", "log₂(2^x1+2^x2)", logAddExp(math.Ln2)),
	two("heaviside", "Heaviside", "0 below 0, 1 above, and x2 where x1 is 0", call("select", call("eq", a, num(0)), b, call("gt", a, num(0)))),
	{Name: "clip", Class: "Clip", Doc: "x, cut off to lie between x_min and x_max", Operands: []string{"x", "x_min", "x_max"}, Apart: true, New: each("clip", call("min", call("max", a, b), c))},
}

// power is x1 to the power of x2. As in Keras's TensorFlow back end the exponent has
// no gradient where the base is not above 0.
func power(s *Site, x []*ir.Value) *ir.Value {
	if !s.aligned(x...) {
		return s.bad()
	}
	if k, ok := x[1].Op.(*op.Const); ok {
		if len(k.Data) == 1 && len(x[1].Shape) == 0 {
			switch k.Data[0] {
			case 1:
				return op.MapOf(s.B, a, "power", x[0])
			case 2:
				return op.MapOf(s.B, call("mul", a, a), "power", x[0])
			case 3:
				return op.MapOf(s.B, call("mul", a, call("mul", a, a)), "power", x[0])
			}
		}
		return op.MapOf(s.B, call("pow", a, b), "power", x...)
	}
	fixed := s.Name(stopped(s, x[1]), "fixed")
	return op.MapOf(s.B, call("select", call("gt", a, num(0)), call("pow", a, b), call("pow", a, c)), "power", x[0], x[1], fixed)
}

// truth is 1 where x is not 0.
func truth(x scalar.Expr) scalar.Expr { return call("sub", num(1), call("eq", x, num(0))) }

var comparisons = []Row{
	two("equal", "Equal", "1 where x1 = x2, else 0", call("eq", a, b)),
	two("not_equal", "NotEqual", "1 where x1 ≠ x2, else 0", call("sub", num(1), call("eq", a, b))),
	two("greater", "Greater", "1 where x1 > x2, else 0", call("gt", a, b)),
	two("greater_equal", "GreaterEqual", "1 where x1 ≥ x2, else 0", call("ge", a, b)),
	two("less", "Less", "1 where x1 < x2, else 0", call("lt", a, b)),
	two("less_equal", "LessEqual", "1 where x1 ≤ x2, else 0", call("le", a, b)),
	two("logical_and", "LogicalAnd", "1 where neither x1 nor x2 is 0, else 0", call("mul", truth(a), truth(b))),
	two("logical_or", "LogicalOr", "1 where x1 or x2 is not 0, else 0", call("max", truth(a), truth(b))),
	two("logical_xor", "LogicalXor", "1 where one of x1 and x2 is 0, else 0", call("sub", num(1), call("eq", truth(a), truth(b)))),
	one("logical_not", "LogicalNot", "1 where x is 0, else 0", call("eq", a, num(0))),
	{
		Name: "where", Class: "Where", Doc: "x1 where the condition is not 0, and x2 elsewhere", Operands: []string{"condition", "x1", "x2"}, Apart: true,
		New: each("where", call("select", a, b, c)),
	},
	{Name: "isclose", Class: "Isclose", Doc: "1 where |x1-x2| ≤ atol + rtol·|x2|, else 0", Operands: []string{"x1", "x2"}, Apart: true, New: func() Function { return &isclose{RTol: 1e-5, ATol: 1e-8} }},
	one("isnan", "Isnan", "1 where x is no number, else 0", nan(a)),
	one("isinf", "Isinf", "1 where x is infinite, else 0", call("gt", call("abs", a), num(math.MaxFloat32))),
	one("isposinf", "Isposinf", "1 where x is +∞, else 0", call("gt", a, num(math.MaxFloat32))),
	one("isneginf", "Isneginf", "1 where x is -∞, else 0", call("lt", a, num(-math.MaxFloat32))),
	one("isfinite", "Isfinite", "1 where x is a number and not infinite, else 0", call("le", call("abs", a), num(math.MaxFloat32))),
	one("isreal", "Isreal", "1 everywhere", num(1)),
	{Name: "isin", Class: "IsIn", Doc: "1 where x1 is one of the numbers x2, else 0", Operands: []string{"x1", "x2"}, Apart: true, New: func() Function { return &isin{} }},
	{Name: "digitize", Class: "Digitize", Doc: "how many of the bounds are at most x", Operands: []string{"x", "bins"}, Apart: true, New: of(digitize)},
}

type isclose struct {
	RTol     float64 `arg:"rtol,min=0" doc:"difference in parts of x2"`
	ATol     float64 `arg:"atol,min=0" doc:"difference that is none"`
	EqualNaN bool    `arg:"equal_nan" doc:"whether two that are no numbers are alike"`
}

// Build implements [Function].
func (f *isclose) Build(s *Site, x []*ir.Value) *ir.Value {
	near := call("le", call("abs", call("sub", a, b)), call("add", num(f.ATol), call("mul", num(f.RTol), call("abs", b))))
	e := call("max", call("eq", a, b), call("mul", near, call("le", call("abs", b), num(math.MaxFloat32))))
	if f.EqualNaN {
		e = call("max", e, call("mul", nan(a), nan(b)))
	}
	return s.each("isclose", e, x...)
}

// maxListed bounds the numbers of a list that every element is compared with.
const maxListed = 1024

// listed gives the numbers of a constant operand.
func listed(s *Site, argument string, x *ir.Value) ([]float64, bool) {
	k, ok := x.Op.(*op.Const)
	switch {
	case !ok:
		s.Fail(argument, "%s takes %s as numbers that are written down; %s is known only when the network runs", s.Row.Name, argument, s.what(x))
	case len(k.Data) > maxListed:
		s.Fail(argument, "%s takes at most %d numbers as %s, not %d", s.Row.Name, maxListed, argument, len(k.Data))
		return nil, false
	default:
		return k.Data, true
	}
	return nil, false
}

// counting is the sum over a list of numbers of an expression of an element and one of
// them.
func counting(s *Site, x *ir.Value, list []float64, e scalar.Expr) *ir.Value {
	row := op.ConstOf(s.B, ir.Shape{len(list)}, list)
	wide := op.ReshapeTo(s.B, x, append(x.Shape[:len(x.Shape):len(x.Shape)], 1))
	hits := s.Name(op.MapOf(s.B, e, s.Row.Name, wide, row), "hits")
	return op.Sum(s.B, hits, false, -1)
}

type isin struct {
	AssumeUnique bool `arg:"assume_unique" doc:"changes nothing: said of what holds every number once"`
	Invert       bool `arg:"invert" doc:"whether 1 and 0 change places"`
}

// Build implements [Function].
func (f *isin) Build(s *Site, x []*ir.Value) *ir.Value {
	list, ok := listed(s, "x2", x[1])
	if !ok {
		return s.bad()
	}
	found := s.Name(counting(s, s.numbers(x[0]), list, call("eq", a, b)), "found")
	if f.Invert {
		return op.MapOf(s.B, call("eq", a, num(0)), "isin", found)
	}
	return op.MapOf(s.B, call("gt", a, num(0)), "isin", found)
}

func digitize(s *Site, x []*ir.Value) *ir.Value {
	list, ok := listed(s, "bins", x[1])
	if !ok {
		return s.bad()
	}
	for i := 1; i < len(list); i++ {
		if list[i] < list[i-1] {
			return s.Fail("bins", "digitize takes bounds that ascend, but %v comes after %v", list[i], list[i-1])
		}
	}
	return counting(s, s.numbers(x[0]), list, call("ge", a, b))
}
