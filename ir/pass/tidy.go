package pass

import "github.com/nngen-go/nngen/ir/loop"

// tidy writes an expression as a person would. The chain rule gives x+x, x·(-1)
// and dy·(1/x); all rules but the last, which saves a rounding, are exact.
func tidy(e loop.Expr) loop.Expr {
	a, ok := e.(loop.Apply)
	if !ok {
		return e
	}
	args := make([]loop.Expr, len(a.Args))
	for i, x := range a.Args {
		args[i] = tidy(x)
	}
	e = loop.Call(a.Fn, args...)
	if a, ok = e.(loop.Apply); !ok {
		return e
	}
	switch a.Fn {
	case "add":
		x, y := a.Args[0], a.Args[1]
		if x.String() == y.String() {
			return tidy(loop.Call("mul", loop.Num(2), x))
		}
		if n, ok := applied("neg", y); ok {
			return tidy(loop.Call("sub", x, n.Args[0]))
		}
		if n, ok := applied("neg", x); ok {
			return tidy(loop.Call("sub", y, n.Args[0]))
		}
	case "sub":
		if n, ok := applied("neg", a.Args[1]); ok {
			return tidy(loop.Call("add", a.Args[0], n.Args[0]))
		}
	case "mul":
		for i, x := range a.Args {
			y := a.Args[1-i]
			if x == loop.Expr(loop.Num(-1)) {
				return tidy(loop.Call("neg", y))
			}
			if d, ok := applied("div", x); ok && d.Args[0] == loop.Expr(loop.Num(1)) {
				return tidy(loop.Call("div", y, d.Args[1]))
			}
			if n, ok := applied("neg", x); ok {
				return tidy(loop.Call("neg", loop.Call("mul", y, n.Args[0])))
			}
		}
	case "div":
		if n, ok := applied("neg", a.Args[0]); ok {
			return tidy(loop.Call("neg", loop.Call("div", n.Args[0], a.Args[1])))
		}
	}
	return e
}

func applied(fn string, e loop.Expr) (loop.Apply, bool) {
	a, ok := e.(loop.Apply)
	return a, ok && a.Fn == fn
}
