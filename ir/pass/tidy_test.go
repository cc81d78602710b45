package pass

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/ir/scalar"
)

func TestTidy(t *testing.T) {
	x, y := scalar.Arg(0), scalar.Arg(1)
	apply := func(fn string, args ...scalar.Expr) scalar.Expr { return scalar.Apply{Fn: fn, Args: args} }
	for _, tt := range []struct {
		e    scalar.Expr
		want string
	}{
		{apply("add", apply("mul", x, y), apply("mul", x, y)), "mul(2, mul($0, $1))"},
		{apply("mul", x, scalar.Num(-1)), "neg($0)"},
		{apply("add", x, apply("mul", scalar.Num(-1), y)), "sub($0, $1)"},
		{apply("add", apply("neg", x), y), "sub($1, $0)"},
		{apply("sub", x, apply("neg", y)), "add($0, $1)"},
		{apply("mul", x, apply("div", scalar.Num(1), y)), "div($0, $1)"},
		{apply("mul", apply("neg", apply("div", scalar.Num(1), y)), x), "neg(div($0, $1))"},
		{apply("add", x, apply("mul", y, apply("neg", apply("exp", x)))), "sub($0, mul($1, exp($0)))"},
		{apply("sub", apply("mul", x, apply("exp", y)), apply("mul", y, x)), "mul($0, sub(exp($1), $1))"},
		{apply("neg", apply("neg", x)), "$0"},
	} {
		if got := tidy(tt.e).String(); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.e, got, tt.want)
		}
	}
}

// An expression that was tidied has the same value.
func TestTidyRandom(t *testing.T) {
	var draw func(t *rapid.T, depth int) scalar.Expr
	draw = func(t *rapid.T, depth int) scalar.Expr {
		if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
			return rapid.SampledFrom([]scalar.Expr{scalar.Arg(0), scalar.Arg(1), scalar.Num(-1), scalar.Num(1), scalar.Num(2)}).Draw(t, "operand")
		}
		fn := rapid.SampledFrom([]string{"add", "sub", "mul", "div", "neg"}).Draw(t, "fn")
		a := scalar.Apply{Fn: fn}
		for range scalar.Funcs[fn].Arity {
			a.Args = append(a.Args, draw(t, depth-1))
		}
		return a
	}
	rapid.Check(t, func(t *rapid.T) {
		e := draw(t, 4)
		args := []float64{0.7, -1.3}
		want := scalar.Eval(e, args, 1)
		got := scalar.Eval(tidy(e), args, 1)
		if math.IsInf(want, 0) || math.IsNaN(want) || math.Abs(want) > 1e6 {
			return // a division by zero, or next to it
		}
		if math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
			t.Fatalf("%v is %v, and tidied %v is %v", e, want, tidy(e), got)
		}
	})
}
