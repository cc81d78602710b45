package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name:  "GaussianNoise",
	Doc:   "Adds normally distributed noise to its inputs while training.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &GaussianNoise{} },
})

// GaussianNoise is x + N(0, stddev) while training, and x otherwise. Source: Keras 3,
// layers/regularization/gaussian_noise.py.
type GaussianNoise struct {
	StdDev float64 `arg:"stddev,required,min=0,max=1" doc:"standard deviation of the noise" train:"only"`
	Seed   *int64  `arg:"seed" doc:"a number that makes this layer draw other noise than one without" train:"only"`
}

// Build implements [Config].
func (g *GaussianNoise) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	if !c.Training || g.StdDev == 0 {
		return x
	}
	sum := scalar.Call("add", scalar.Arg(0), scalar.Call("mul", scalar.Num(g.StdDev), scalar.Arg(1)))
	return op.MapOf(c.B, sum, "gaussian noise", x, gaussian(c, x.Shape, g.Seed))
}

// gaussian draws from the standard normal distribution: its quantile at a uniform
// number, in single precision (M. J. Wichura, Algorithm AS 241: the percentage
// points of the normal distribution, Applied Statistics 37, 1988, PPND7). Uniform
// numbers are multiples of 2⁻²⁴ and stand for the middles of their intervals, so that
// no value is beyond 5.3.
func gaussian(c *Context, shape ir.Shape, seed *int64) *ir.Value {
	return quantile(c, uniformNoise(c, shape, seed))
}

// quantile is that of the standard normal distribution at uniform numbers.
func quantile(c *Context, uniform *ir.Value) *ir.Value {
	call, num := scalar.Call, func(v float64) scalar.Expr { return scalar.Num(v) }
	horner := func(x scalar.Expr, k ...float64) scalar.Expr {
		p := num(k[len(k)-1])
		for i := len(k) - 2; i >= 0; i-- {
			p = call("add", call("mul", p, x), num(k[i]))
		}
		return p
	}
	u := scalar.Expr(scalar.Arg(0))
	q := c.Named(op.MapOf(c.B, call("add", call("sub", u, num(0.5)), num(0x1p-25)), "centered", uniform), "centered")
	at, inner := scalar.Expr(scalar.Arg(0)), call("le", call("abs", scalar.Arg(0)), num(0.425))
	far := call("sub", call("sqrt", call("neg", call("log", call("sub", num(0.5), call("abs", at))))), num(1.6))
	r := c.Named(op.MapOf(c.B, call("select", inner, call("sub", num(0.180625), call("mul", at, at)), far), "tail", q), "tail")
	x := scalar.Expr(scalar.Arg(1))
	near := call("mul", at, call("div",
		horner(x, 3.3871327179, 50.434271938, 159.29113202, 59.109374720), horner(x, 1, 17.895169469, 78.757757664, 67.187563600)))
	tail := call("mul", call("sign", at), call("div",
		horner(x, 1.4234372777, 2.7568153900, 1.3067284816, 0.17023821103), horner(x, 1, 0.73700164250, 0.12021132975)))
	return c.Named(op.MapOf(c.B, call("select", inner, near, tail), "normal", q, r), "normal")
}
