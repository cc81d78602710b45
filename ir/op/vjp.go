package op

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// slope is ∂e/∂Arg(i) where the value of e is at hand as Arg(y): what the
// derivative shares with the value is not computed again.
func slope(e loop.Expr, i, y int) loop.Expr {
	return replace(loop.Diff(e, i), e.String(), loop.Arg(y))
}

// chain is dy·d, d being a derivative over the operands; nil where it is zero.
func chain(b *ir.Builder, d loop.Expr, operands []*ir.Value, dy *ir.Value, word string) *ir.Value {
	n := len(operands)
	d = product(loop.Arg(n), d)
	switch {
	case d == loop.Expr(loop.Num(0)):
		return nil
	case d == loop.Expr(loop.Arg(n)):
		return dy
	}
	if word != "" {
		word += " gradient"
	}
	d, used := compact(d, append(slices.Clone(operands), dy))
	return MapOf(b, d, word, used...)
}

// behind is the gradient of the sum under an epilogue e; it fills in those of
// the extras. The sum is computed again only where a derivative needs it.
func behind(b *ir.Builder, e loop.Expr, word string, sum func() *ir.Value, extras []*ir.Value, y, dy *ir.Value, grads []*ir.Value) *ir.Value {
	operands := slices.Concat([]*ir.Value{y}, extras, []*ir.Value{y})
	slopes := make([]loop.Expr, 1+len(extras))
	again := false
	for i := range slopes {
		slopes[i] = slope(e, i, len(operands)-1)
		again = again || loop.UsesArg(slopes[i], 0)
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
func product(dy, d loop.Expr) loop.Expr {
	if a, ok := d.(loop.Apply); ok && a.Fn == "select" {
		return loop.Call("select", a.Args[0], product(dy, a.Args[1]), product(dy, a.Args[2]))
	}
	if a, ok := d.(loop.Apply); ok && flat(a) {
		return loop.Call("select", a, dy, loop.Num(0))
	}
	return loop.Call("mul", dy, d)
}

// flat reports whether e is a comparison.
func flat(e loop.Apply) bool {
	switch e.Fn {
	case "eq", "lt", "le", "gt", "ge":
		return true
	}
	return false
}

// replace puts with wherever a part of e is printed as target.
func replace(e loop.Expr, target string, with loop.Expr) loop.Expr {
	a, ok := e.(loop.Apply)
	if !ok {
		return e
	}
	if e.String() == target {
		return with
	}
	args := make([]loop.Expr, len(a.Args))
	for i, x := range a.Args {
		args[i] = replace(x, target, with)
	}
	return loop.Call(a.Fn, args...)
}

// compact drops the operands that e does not use, and numbers the rest anew.
func compact(e loop.Expr, operands []*ir.Value) (loop.Expr, []*ir.Value) {
	names := make([]loop.Expr, len(operands))
	var used []*ir.Value
	for i, v := range operands {
		if loop.UsesArg(e, i) {
			names[i] = loop.Arg(len(used))
			used = append(used, v)
		}
	}
	return loop.Substitute(e, names), used
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
