package operation

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// smallArc is the angle of the tangent u, which is between -1 and 1: half the angle has
// the tangent u/(1+√(1+u²)), and twice halved it is below 0.2. What it is computed of is
// called by name.
func smallArc(to *ir.Builder, name func(v *ir.Value, part string) *ir.Value, u *ir.Value) *ir.Value {
	half := call("div", a, call("add", num(1), call("sqrt", call("add", num(1), call("mul", a, a)))))
	for range 2 {
		u = name(op.MapOf(to, half, "half", u), "half")
	}
	square := name(op.MapOf(to, call("mul", a, a), "square", u), "square")
	// The series of the arc up to u^15: the next term is below 0.2^17/17 = 8e-14.
	series := scalar.Expr(num(0))
	for n := 7; n >= 1; n-- {
		sign := 1.0
		if n%2 == 1 {
			sign = -1
		}
		series = call("mul", b, call("add", num(sign/float64(2*n+1)), series))
	}
	return name(op.MapOf(to, call("mul", num(4), call("add", a, call("mul", a, series))), "arc", u, square), "arc")
}

// Arctan2 is the angle of the point at x to the right and y above. What it is computed
// of is called by name.
func Arctan2(to *ir.Builder, name func(v *ir.Value, part string) *ir.Value, y, x *ir.Value) *ir.Value {
	flat := call("le", call("abs", a), call("abs", b))
	zero := call("eq", call("max", call("abs", a), call("abs", b)), num(0))
	ratio := call("select", zero, num(0), call("select", flat, call("div", a, b), call("div", b, a)))
	small := smallArc(to, name, name(op.MapOf(to, ratio, "ratio", y, x), "ratio"))
	turned := call("select", call("lt", b, num(0)), call("select", call("lt", a, num(0)), num(-math.Pi), num(math.Pi)), num(0))
	right := call("select", call("gt", a, num(0)), num(math.Pi/2), num(-math.Pi/2))
	return op.MapOf(to, call("select", flat, call("add", c, turned), call("sub", right, c)), "arctan2", y, x, small)
}
