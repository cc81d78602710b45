package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// Map is y = Expr(args...) for every element, over operands broadcast against
// each other by NumPy's rule. Ids and comparison results are read as numbers;
// the result is f32.
type Map struct {
	Expr loop.Expr
	Word string // "relu"; a row of Scalars where Expr is that row's
}

// MapOf is expr of the operands, Arg(i) being args[i].
func MapOf(b *ir.Builder, expr loop.Expr, word string, args ...*ir.Value) *ir.Value {
	return b.Apply(&Map{Expr: expr, Word: word}, args...)
}

// Unary is a row of Scalars, or a base function of one argument, of x.
func Unary(b *ir.Builder, name string, x *ir.Value) *ir.Value {
	if s, ok := Scalars[name]; ok {
		if s.Expr == loop.Expr(loop.Arg(0)) {
			return x
		}
		return MapOf(b, s.Expr, name, x)
	}
	if f, ok := loop.Funcs[name]; !ok || f.Arity != 1 {
		return b.Errorf("no scalar function %q of one argument", name)
	}
	return MapOf(b, loop.Call(name, loop.Arg(0)), name, x)
}

// Binary is a base function of two arguments: "add", "sub", "mul", "div",
// "max", "min", "pow" or a comparison.
func Binary(b *ir.Builder, name string, x, y *ir.Value) *ir.Value {
	if f, ok := loop.Funcs[name]; !ok || f.Arity != 2 {
		return b.Errorf("no scalar function %q of two arguments", name)
	}
	return MapOf(b, loop.Call(name, loop.Arg(0), loop.Arg(1)), name, x, y)
}

// Select is x where cond is not zero, and y elsewhere.
func Select(b *ir.Builder, cond, x, y *ir.Value) *ir.Value {
	return MapOf(b, loop.Call("select", loop.Arg(0), loop.Arg(1), loop.Arg(2)), "select", cond, x, y)
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
