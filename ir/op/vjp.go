package op

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// slope is ∂e/∂Arg(i) where the value of e is at hand as Arg(y): what the
// derivative shares with the value is not computed again.
func slope(e scalar.Expr, i, y int) scalar.Expr {
	return replace(scalar.Diff(e, i), e.String(), scalar.Arg(y))
}

// chain is dy·d, d being a derivative over the operands; nil where it is zero.
func chain(b *ir.Builder, d scalar.Expr, operands []*ir.Value, dy *ir.Value, word string) *ir.Value {
	n := len(operands)
	d = product(scalar.Arg(n), d)
	switch {
	case d == scalar.Expr(scalar.Num(0)):
		return nil
	case d == scalar.Expr(scalar.Arg(n)):
		return dy
	}
	if word != "" {
		word += " gradient"
	}
	d, used := compact(d, append(slices.Clone(operands), dy))
	return MapOf(b, d, word, used...)
}

// beneath is the gradient of the sum under an epilogue e; it fills in those of
// the extras. The sum is computed again only where a derivative needs it.
func beneath(b *ir.Builder, e scalar.Expr, word string, sum func() *ir.Value, extras []*ir.Value, y, dy *ir.Value, grads []*ir.Value) *ir.Value {
	operands := slices.Concat([]*ir.Value{y}, extras, []*ir.Value{y})
	slopes := make([]scalar.Expr, 1+len(extras))
	again := false
	for i := range slopes {
		slopes[i] = slope(e, i, len(operands)-1)
		again = again || scalar.UsesArg(slopes[i], 0)
	}
	if again {
		operands[0] = sum()
	}
	for i, x := range extras {
		grads[i] = unbroadcast(b, chain(b, slopes[1+i], operands, dy, word), x.Shape)
	}
	return chain(b, slopes[0], operands, dy, word)
}

// product is dy·d. Where d chooses, so does the product: dy times the branch
// not taken is never computed.
func product(dy, d scalar.Expr) scalar.Expr {
	if a, ok := d.(scalar.Apply); ok && a.Fn == "select" {
		return scalar.Call("select", a.Args[0], product(dy, a.Args[1]), product(dy, a.Args[2]))
	}
	if a, ok := d.(scalar.Apply); ok && flat(a) {
		return scalar.Call("select", a, dy, scalar.Num(0))
	}
	return scalar.Call("mul", dy, d)
}

// flat reports whether e is a comparison.
func flat(e scalar.Apply) bool {
	switch e.Fn {
	case "eq", "lt", "le", "gt", "ge":
		return true
	}
	return false
}

// replace puts with wherever a part of e is printed as target.
func replace(e scalar.Expr, target string, with scalar.Expr) scalar.Expr {
	a, ok := e.(scalar.Apply)
	if !ok {
		return e
	}
	if e.String() == target {
		return with
	}
	args := make([]scalar.Expr, len(a.Args))
	for i, x := range a.Args {
		args[i] = replace(x, target, with)
	}
	return scalar.Call(a.Fn, args...)
}

// compact drops the operands that e does not use, and numbers the rest anew.
func compact(e scalar.Expr, operands []*ir.Value) (scalar.Expr, []*ir.Value) {
	names := make([]scalar.Expr, len(operands))
	var used []*ir.Value
	for i, v := range operands {
		if scalar.UsesArg(e, i) {
			names[i] = scalar.Arg(len(used))
			used = append(used, v)
		}
	}
	return scalar.Substitute(e, names), used
}

// unbroadcast sums a gradient back to the shape of the operand that was
// stretched to g's shape.
func unbroadcast(b *ir.Builder, g *ir.Value, shape ir.Shape) *ir.Value {
	if g == nil || !g.Valid() || g.Shape.Equal(shape) {
		return g
	}
	var axes []int
	for i, d := range g.Shape {
		if j := i - len(g.Shape) + len(shape); j < 0 || shape[j] == 1 && d != 1 {
			axes = append(axes, i)
		}
	}
	if len(axes) > 0 {
		g = b.Apply(&Reduce{Kind: loop.Sum, Axes: axes, Word: "sum"}, g)
	}
	if !g.Valid() {
		return g
	}
	return ReshapeTo(b, g, shape)
}
