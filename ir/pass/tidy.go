package pass

import (
	"github.com/nngen-go/nngen/ir/scalar"
)

// tidy writes an expression as a person would. The chain rule gives x+x, x·(-1),
// dy·(1/x) and dy·a - dy·b. The first two are rewritten exactly; the others lose
// an operation, and with it a rounding.
func tidy(e scalar.Expr) scalar.Expr {
	a, ok := e.(scalar.Apply)
	if !ok {
		return e
	}
	args := make([]scalar.Expr, len(a.Args))
	for i, x := range a.Args {
		args[i] = tidy(x)
	}
	e = scalar.Call(a.Fn, args...)
	if a, ok = e.(scalar.Apply); !ok {
		return e
	}
	switch a.Fn {
	case "add":
		x, y := a.Args[0], a.Args[1]
		if scalar.Equal(x, y) {
			return tidy(scalar.Call("mul", scalar.Num(2), x))
		}
		if n, ok := applied("neg", y); ok {
			return tidy(scalar.Call("sub", x, n.Args[0]))
		}
		if n, ok := applied("neg", x); ok {
			return tidy(scalar.Call("sub", y, n.Args[0]))
		}
		return factored("add", x, y, e)
	case "sub":
		if n, ok := applied("neg", a.Args[1]); ok {
			return tidy(scalar.Call("add", a.Args[0], n.Args[0]))
		}
		return factored("sub", a.Args[0], a.Args[1], e)
	case "mul":
		for i, x := range a.Args {
			y := a.Args[1-i]
			if x == scalar.Expr(scalar.Num(-1)) {
				return tidy(scalar.Call("neg", y))
			}
			if d, ok := applied("div", x); ok && d.Args[0] == scalar.Expr(scalar.Num(1)) {
				return tidy(scalar.Call("div", y, d.Args[1]))
			}
			if n, ok := applied("neg", x); ok {
				return tidy(scalar.Call("neg", scalar.Call("mul", y, n.Args[0])))
			}
		}
	case "div":
		if n, ok := applied("neg", a.Args[0]); ok {
			return tidy(scalar.Call("neg", scalar.Call("div", n.Args[0], a.Args[1])))
		}
	}
	return e
}

// factored is fn(c·x, c·y) as c·fn(x, y); e where there is no common factor.
func factored(fn string, x, y, e scalar.Expr) scalar.Expr {
	a, ok := applied("mul", x)
	b, ok2 := applied("mul", y)
	if !ok || !ok2 {
		return e
	}
	for i, p := range a.Args {
		for j, q := range b.Args {
			if scalar.Equal(p, q) {
				return tidy(scalar.Call("mul", p, scalar.Call(fn, a.Args[1-i], b.Args[1-j])))
			}
		}
	}
	return e
}

func applied(fn string, e scalar.Expr) (scalar.Apply, bool) {
	a, ok := e.(scalar.Apply)
	return a, ok && a.Fn == fn
}
