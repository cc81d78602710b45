package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Map is y = Expr(args...) for every element, over operands broadcast against
// each other by NumPy's rule. Ids and comparison results are read as numbers;
// the result is f32.
type Map struct {
	Expr scalar.Expr
	Word string // "relu"; a row of Scalars where Expr is that row's
}

// MapOf is expr of the operands, Arg(i) being args[i].
func MapOf(b *ir.Builder, expr scalar.Expr, word string, args ...*ir.Value) *ir.Value {
	return b.Apply(&Map{Expr: expr, Word: word}, args...)
}

// Unary is a row of Scalars, or a base function of one argument, of x.
func Unary(b *ir.Builder, name string, x *ir.Value) *ir.Value {
	if s, ok := Scalars[name]; ok {
		if s.Expr == scalar.Expr(scalar.Arg(0)) {
			return x
		}
		return MapOf(b, s.Expr, name, x)
	}
	if f, ok := scalar.Funcs[name]; !ok || f.Arity != 1 {
		return b.Errorf("no scalar function %q of one argument", name)
	}
	return MapOf(b, scalar.Call(name, scalar.Arg(0)), name, x)
}

// Binary is a base function of two arguments: "add", "sub", "mul", "div",
// "max", "min", "pow" or a comparison.
func Binary(b *ir.Builder, name string, x, y *ir.Value) *ir.Value {
	if f, ok := scalar.Funcs[name]; !ok || f.Arity != 2 {
		return b.Errorf("no scalar function %q of two arguments", name)
	}
	return MapOf(b, scalar.Call(name, scalar.Arg(0), scalar.Arg(1)), name, x, y)
}

// Select is x where cond is not zero, and y elsewhere.
func Select(b *ir.Builder, cond, x, y *ir.Value) *ir.Value {
	return MapOf(b, scalar.Call("select", scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)), "select", cond, x, y)
}

// Name is "map".
func (*Map) Name() string { return "map" }

func (m *Map) String() string { return fmt.Sprintf("map[%s]", titled(m.Word, m.Expr)) }

// Infer is the shape that the operands broadcast to.
func (m *Map) Infer(args []ir.Type) (ir.Type, error) {
	if err := dense("map", args); err != nil {
		return ir.Type{}, err
	}
	if err := arguments("map", m.Expr, len(args)); err != nil {
		return ir.Type{}, err
	}
	s, err := stretch(args)
	return ir.Type{Shape: s}, err
}

// Eval32 is the rule in single precision.
func (m *Map) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalMap(c, m, v, args)
}

// Eval64 is the rule in double precision.
func (m *Map) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalMap(c, m, v, args)
}

func evalMap[F ir.Float](c *ir.Context[F], m *Map, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	return elementwise(c, m.Expr, v.Shape.Concrete(c.Rows), args)
}

// maxSummed is how many operands one map adds up.
const maxSummed = 64

// SumOf adds up values of one shape from the first to the last, in a chain of
// maps where there are many.
func SumOf(b *ir.Builder, word string, parts ...*ir.Value) *ir.Value {
	for len(parts) > maxSummed {
		head := SumOf(b, word, parts[:maxSummed]...)
		parts = append([]*ir.Value{head}, parts[maxSummed:]...)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	sum := scalar.Expr(scalar.Arg(0))
	for i := 1; i < len(parts); i++ {
		sum = scalar.Call("add", sum, scalar.Arg(i))
	}
	return MapOf(b, sum, word, parts...)
}

// VJP is dy·∂Expr/∂x for every operand x, summed over the axes along which x
// was stretched. A row of Scalars brings its own derivative.
func (m *Map) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	row, ok := Scalars[m.Word]
	ok = ok && scalar.Equal(row.Expr, m.Expr)
	operands := append(slices.Clone(v.Args), v)
	out := make([]*ir.Value, len(v.Args))
	for i, x := range v.Args {
		if x.DType != ir.F32 {
			continue
		}
		d := slope(m.Expr, i, len(v.Args))
		if ok {
			d = row.Grad // in x = Arg(0) and y = Arg(1), which are the operands
		}
		out[i] = unbroadcast(b, chain(b, d, operands, dy, m.Word), x.Shape)
	}
	return out
}

// Lower is one store per element.
func (m *Map) Lower(l Lowering, v *ir.Value) {
	expr, srcs := operandsOf(l, m.Expr, v.Args, v.Shape)
	store(l, v, l.Result(v), v.Shape, expr, srcs, m.Word)
}
