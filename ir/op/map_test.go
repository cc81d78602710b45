package op

import (
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

func arg(i int) scalar.Expr { return scalar.Arg(i) }

var mapCases = []kase{
	{
		name:  "add a bias",
		build: func(b *ir.Builder) *ir.Value { return Binary(b, "add", f32(b, "x", n, 3), f32(b, "bias", 3)) },
		want:  func(e env, at ...int) float64 { return e.at("x", at...) + e.at("bias", at[1]) },
	},
	{
		name: "broadcast in both directions",
		build: func(b *ir.Builder) *ir.Value {
			return Binary(b, "mul", f32(b, "x", n, 1, 3), f32(b, "y", 2, 1))
		},
		want: func(e env, at ...int) float64 { return e.at("x", at[0], 0, at[2]) * e.at("y", at[1], 0) },
	},
	{
		name: "axes of extent 1 before the batch",
		build: func(b *ir.Builder) *ir.Value {
			return Binary(b, "sub", f32(b, "x", n, 3), f32(b, "y", 1, 3))
		},
		want: func(e env, at ...int) float64 { return e.at("x", at...) - e.at("y", 0, at[1]) },
	},
	{
		name: "the same operand twice",
		build: func(b *ir.Builder) *ir.Value {
			x := f32(b, "x", n, 2)
			return Binary(b, "mul", x, x)
		},
		want: func(e env, at ...int) float64 { return e.at("x", at...) * e.at("x", at...) },
	},
	{
		name: "a scalar operand and a known number",
		build: func(b *ir.Builder) *ir.Value {
			return MapOf(b, scalar.Call("add", scalar.Call("mul", arg(0), arg(1)), arg(2)), "", f32(b, "x", n, 5), f32(b, "s"), Scalar(b, 0.1))
		},
		want: func(e env, at ...int) float64 { return e.at("x", at...)*e.at("s") + 0.1 },
	},
	{
		name:  "no axes",
		build: func(b *ir.Builder) *ir.Value { return Unary(b, "exp", f32(b, "s")) },
		want:  func(e env, _ ...int) float64 { return math.Exp(e.at("s")) },
	},
	{
		name: "ids are numbers",
		build: func(b *ir.Builder) *ir.Value {
			return Binary(b, "mul", f32(b, "x", n, 3), i32(b, "ids", 9, n, 3))
		},
		want: func(e env, at ...int) float64 {
			return e.at("x", at...) * float64(e.in["ids"].I[at[0]*3+at[1]])
		},
	},
	{
		name: "the row count",
		build: func(b *ir.Builder) *ir.Value {
			return MapOf(b, scalar.Call("div", arg(0), scalar.Rows{}), "", f32(b, "x", n, 3))
		},
		want: func(e env, at ...int) float64 { return e.at("x", at...) / float64(e.rows) },
	},
	{
		name:  "longer than a block of the interpreter",
		build: func(b *ir.Builder) *ir.Value { return Binary(b, "add", f32(b, "x", n, 2, 300), f32(b, "y", n, 2, 1)) },
		want:  func(e env, at ...int) float64 { return e.at("x", at...) + e.at("y", at[0], at[1], 0) },
	},
	{
		name: "select",
		build: func(b *ir.Builder) *ir.Value {
			x := f32(b, "x", n, 4)
			return Select(b, Binary(b, "gt", x, Scalar(b, 0.5)), Unary(b, "exp", x), f32(b, "y", 4))
		},
		want: func(e env, at ...int) float64 {
			if x := e.at("x", at...); x > 0.5 {
				return math.Exp(x)
			}
			return e.at("y", at[1])
		},
	},
	{
		name:  "leaky relu of another slope",
		build: func(b *ir.Builder) *ir.Value { return MapOf(b, LeakyReluExpr(0.3), "leaky_relu", f32(b, "x", n, 4)) },
		want: func(e env, at ...int) float64 {
			x := e.at("x", at...)
			return math.Max(x, 0) + 0.3*math.Min(x, 0)
		},
	},
	{
		name:  "elu of another alpha",
		build: func(b *ir.Builder) *ir.Value { return MapOf(b, EluExpr(1.7), "elu", f32(b, "x", n, 4)) },
		want: func(e env, at ...int) float64 {
			if x := e.at("x", at...); x <= 0 {
				return 1.7 * (math.Exp(x) - 1)
			}
			return e.at("x", at...)
		},
	},
	{
		name:  "a comparison has no gradient",
		build: func(b *ir.Builder) *ir.Value { return Binary(b, "ge", f32(b, "x", n, 4), Scalar(b, 0)) },
		want: func(e env, at ...int) float64 {
			if e.at("x", at...) >= 0 {
				return 1
			}
			return 0
		},
		flat: true,
	},
}

// baseFunctions gives, for every base function, its value written down once more.
var baseFunctions = map[string]func(x []float64) float64{
	"add": func(x []float64) float64 { return x[0] + x[1] },
	"sub": func(x []float64) float64 { return x[0] - x[1] },
	"mul": func(x []float64) float64 { return x[0] * x[1] },
	"div": func(x []float64) float64 { return x[0] / x[1] },
	"max": func(x []float64) float64 { return (x[0] + x[1] + math.Abs(x[0]-x[1])) / 2 },
	"min": func(x []float64) float64 { return (x[0] + x[1] - math.Abs(x[0]-x[1])) / 2 },
	"pow": func(x []float64) float64 { return math.Exp(x[1] * math.Log(x[0])) },
	"select": func(x []float64) float64 {
		if x[0] == 0 {
			return x[2]
		}
		return x[1]
	},
	"neg":     func(x []float64) float64 { return 0 - x[0] },
	"abs":     func(x []float64) float64 { return math.Sqrt(x[0] * x[0]) },
	"sign":    func(x []float64) float64 { return x[0] / math.Abs(x[0]) },
	"floor":   func(x []float64) float64 { return -math.Ceil(-x[0]) },
	"exp":     func(x []float64) float64 { return math.Exp2(x[0] * math.Log2E) },
	"expm1":   func(x []float64) float64 { return math.Exp(x[0]) - 1 },
	"log":     func(x []float64) float64 { return math.Log2(x[0]) * math.Ln2 },
	"log1p":   func(x []float64) float64 { return math.Log(1 + x[0]) },
	"sqrt":    func(x []float64) float64 { return math.Pow(x[0], 0.5) },
	"rsqrt":   func(x []float64) float64 { return math.Pow(x[0], -0.5) },
	"tanh":    func(x []float64) float64 { return 1 - 2/(math.Exp(2*x[0])+1) },
	"sigmoid": func(x []float64) float64 { return (1 + math.Tanh(x[0]/2)) / 2 },
	"erf":     func(x []float64) float64 { return 1 - math.Erfc(x[0]) },
	"eq":      func(x []float64) float64 { return truth(x[0] == x[1]) },
	"lt":      func(x []float64) float64 { return truth(x[0] < x[1]) },
	"le":      func(x []float64) float64 { return truth(x[0] <= x[1]) },
	"gt":      func(x []float64) float64 { return truth(x[0] > x[1]) },
	"ge":      func(x []float64) float64 { return truth(x[0] >= x[1]) },
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// TestBaseFunctions puts every base function through all rules; arguments are
// kept positive, where every one of them is smooth.
func TestBaseFunctions(t *testing.T) {
	flat := map[string]bool{"sign": true, "floor": true, "eq": true, "lt": true, "le": true, "gt": true, "ge": true}
	for name, f := range scalar.Funcs {
		want := baseFunctions[name]
		if want == nil {
			continue // TestEveryScalarHasCases says so
		}
		t.Run(name, func(t *testing.T) {
			check(t, kase{
				build: func(b *ir.Builder) *ir.Value {
					var args []scalar.Expr
					var vs []*ir.Value
					for i := range f.Arity {
						vs = append(vs, f32(b, string(rune('x'+i)), n, 6))
						args = append(args, scalar.Call("add", arg(i), num(2.5+float64(i)/10)))
					}
					if name == "select" {
						args[0] = scalar.Call("gt", arg(0), num(0))
					}
					return MapOf(b, scalar.Call(name, args...), "", vs...)
				},
				want: func(e env, at ...int) float64 {
					x := make([]float64, f.Arity)
					for i := range x {
						x[i] = e.at(string(rune('x'+i)), at...) + 2.5 + float64(i)/10
					}
					if name == "select" {
						x[0] = truth(e.at("x", at...) > 0)
					}
					return want(x)
				},
				flat: flat[name],
			})
		})
	}
}

func TestUnknownScalar(t *testing.T) {
	b := ir.NewBuilder("g")
	x := f32(b, "x", n, 2)
	for _, v := range []*ir.Value{Unary(b, "rel", x), Unary(b, "add", x), Binary(b, "exp", x, x), MapOf(b, arg(1), "", x)} {
		if v.Valid() {
			t.Errorf("%v is valid", v.Op)
		}
	}
	if len(b.Errors) != 4 {
		t.Errorf("%d errors, want 4: %v", len(b.Errors), b.Errors)
	}
}
