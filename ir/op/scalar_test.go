package op

import (
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

// activations writes every activation down as its paper or Keras's page does,
// and the derivative that TensorFlow's kernel has at 0, where it has a kink.
var activations = map[string]struct {
	f    func(x float64) float64
	zero float64 // the derivative at 0
}{
	"linear":      {func(x float64) float64 { return x }, 1},
	"relu":        {func(x float64) float64 { return math.Max(0, x) }, 0},
	"relu6":       {func(x float64) float64 { return math.Min(math.Max(0, x), 6) }, 0},
	"sigmoid":     {func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 0.25},
	"tanh":        {math.Tanh, 1},
	"elu":         {func(x float64) float64 { return piece2(x, x, math.Exp(x)-1) }, 1},
	"selu":        {func(x float64) float64 { return 1.0507009873554805 * piece2(x, x, 1.6732632423543772*(math.Exp(x)-1)) }, 1.0507009873554805},
	"gelu":        {func(x float64) float64 { return x * 0.5 * math.Erfc(-x/math.Sqrt2) }, 0.5},
	"gelu_tanh":   {func(x float64) float64 { return 0.5 * x * (1 + math.Tanh(0.7978845608028654*(x+0.044715*x*x*x))) }, 0.5},
	"silu":        {func(x float64) float64 { return x / (1 + math.Exp(-x)) }, 0.5},
	"softplus":    {func(x float64) float64 { return math.Log(math.Exp(x) + 1) }, 0.5},
	"softsign":    {func(x float64) float64 { return x / (math.Abs(x) + 1) }, 1},
	"exponential": {math.Exp, 1},
	"leaky_relu":  {func(x float64) float64 { return piece2(x, x, 0.2*x) }, 0.2},
	"hard_sigmoid": {func(x float64) float64 {
		return math.Min(math.Max(x+3, 0), 6) / 6
	}, 1.0 / 6},
	"mish":        {func(x float64) float64 { return x * math.Tanh(math.Log1p(math.Exp(x))) }, 0.6},
	"hard_silu":   {func(x float64) float64 { return x * math.Min(math.Max(x+3, 0), 6) / 6 }, 0.5},
	"hard_tanh":   {func(x float64) float64 { return math.Max(-1, math.Min(1, x)) }, 1},
	"log_sigmoid": {func(x float64) float64 { return math.Log(1 / (1 + math.Exp(-x))) }, 0.5},
	"sparse_plus": {func(x float64) float64 { return piece2(x-1, x, math.Pow(math.Max(x+1, 0), 2)/4) }, 0.5},
	"sparse_sigmoid": {func(x float64) float64 {
		return math.Min(math.Max((x+1)/2, 0), 1)
	}, 0.5},
	"tanh_shrink": {func(x float64) float64 { return x - math.Tanh(x) }, 0},
}

func piece2(x, above, below float64) float64 {
	if x > 0 {
		return above
	}
	return below
}

// TestActivations puts every row through all rules.
func TestActivations(t *testing.T) {
	for name, a := range activations {
		t.Run(name, func(t *testing.T) {
			if _, ok := Scalars[name]; !ok {
				t.Fatal("no such row")
			}
			check(t, kase{
				build: func(b *ir.Builder) *ir.Value {
					// ±4: the outer pieces of hard_sigmoid too.
					return Unary(b, name, MapOf(b, scalar.Call("mul", arg(0), num(2)), "", f32(b, "x", n, 9)))
				},
				want: func(e env, at ...int) float64 {
					return a.f(2 * e.at("x", at...))
				},
			})
		})
	}
}

// TestDerivativesOfRows compares each row's own derivative with central
// differences on a grid, and with TensorFlow's at the kink.
func TestDerivativesOfRows(t *testing.T) {
	for name, a := range activations {
		row := Scalars[name]
		grad := func(x float64) float64 {
			y := scalar.Eval(row.Expr, []float64{x}, 1)
			return scalar.Eval(row.Grad, []float64{x, y}, 1)
		}
		for x := -8.05; x < 8; x += 0.1 {
			const h = 1e-6
			up, down := scalar.Eval(row.Expr, []float64{x + h}, 1), scalar.Eval(row.Expr, []float64{x - h}, 1)
			if want := (up - down) / (2 * h); !near(grad(x), want, 1e-7) {
				t.Errorf("%s: derivative at %v is %v, by differences %v", name, x, grad(x), want)
			}
		}
		if got := grad(0); !near(got, a.zero, 1e-7) {
			t.Errorf("%s: derivative at 0 is %v, want %v", name, got, a.zero)
		}
	}
	// These are flat on both of their kinks.
	for name, kinks := range map[string][2]float64{"relu6": {0, 6}, "hard_sigmoid": {-3, 3}, "sparse_sigmoid": {-1, 1}} {
		row := Scalars[name]
		for _, x := range kinks {
			if d := scalar.Eval(row.Grad, []float64{x, scalar.Eval(row.Expr, []float64{x}, 1)}, 1); d != 0 {
				t.Errorf("%s: derivative at %v is %v", name, x, d)
			}
		}
	}
}

// TestExtremes evaluates every row and its gradient in single precision far out,
// where naive formulas overflow.
func TestExtremes(t *testing.T) {
	far := []float32{-3e38, -1e20, -1000, -100, -30, 30, 100, 1000, 1e20, 3e38}
	// The limits of f(x)/x and of f'(x) at both ends; exponential grows without one.
	right := map[string]float64{"sigmoid": 0, "tanh": 0, "softsign": 0, "hard_sigmoid": 0, "relu6": 0, "selu": SeluScale, "hard_tanh": 0, "log_sigmoid": 0, "sparse_sigmoid": 0}
	left := map[string]float64{"linear": 1, "leaky_relu": 0.2, "log_sigmoid": 1, "tanh_shrink": 1}
	for name := range Scalars {
		b := ir.NewBuilder("g")
		x := InputOf(b, Input{Port: "x", Of: ir.Type{Shape: ir.Shape{n}}})
		y := Unary(b, name, MapOf(b, scalar.Call("mul", arg(0), num(1)), "", x))
		grads := gradients(b, y)
		c := &ir.Context[float32]{Rows: len(far), Feed: map[string]*ir.Tensor[float32]{
			"x":    {Shape: ir.Shape{len(far)}, F: far},
			"seed": {Shape: ir.Shape{len(far)}, F: []float32{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
		}}
		values := run(c, closure(y))[y].F
		slopes := run(c, closure(grads[x]))[grads[x]].F
		for i, at := range far {
			if name == "exponential" && at > 80 {
				continue
			}
			if v, g := float64(values[i]), float64(slopes[i]); math.IsNaN(v) || math.IsInf(v, 0) || math.IsNaN(g) || math.IsInf(g, 0) {
				t.Errorf("%s(%v) is %v with derivative %v", name, at, v, g)
			}
			limit, ok := left[name]
			if at > 0 {
				limit, ok = right[name]
				if !ok {
					limit, ok = 1, name != "exponential"
				}
			} else if !ok {
				limit, ok = 0, true
			}
			if ok && math.Abs(float64(at)) >= 1000 {
				if math.Abs(float64(slopes[i])-limit) > 2e-6 {
					t.Errorf("%s: derivative at %v is %v, want %v", name, at, slopes[i], limit)
				}
				if r := float64(values[i]) / float64(at); math.Abs(r-limit) > 0.01 {
					t.Errorf("%s(%v)/x is %v, want %v", name, at, r, limit)
				}
			}
		}
	}
}

// TestSmall checks digits that a naive formula loses.
func TestSmall(t *testing.T) {
	for _, k := range []struct {
		name    string
		x, want float64
	}{
		{"softplus", -100, math.Exp(-100)},
		{"softplus", 100, 100},
		{"sigmoid", -100, math.Exp(-100)},
		{"silu", -100, -100 * math.Exp(-100)},
		{"mish", -100, -100 * math.Exp(-100)},
		{"elu", -1e-10, -1e-10},
		{"selu", -1e-10, -1e-10 * SeluScale * SeluAlpha},
	} {
		got := scalar.Eval(Scalars[k.name].Expr, []float64{k.x}, 1)
		if math.Abs(got-k.want) > 1e-9*math.Abs(k.want) {
			t.Errorf("%s(%v) = %v, want %v", k.name, k.x, got, k.want)
		}
	}
}
