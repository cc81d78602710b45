package scalar

import (
	"math"
	"slices"
	"testing"
)

// points are arguments at which every base function is smooth and defined.
var points = [][]float64{{0.3, 1.7, -0.4}, {1.2, 0.6, 2.5}, {2.4, 2.1, 0.9}, {0.8, 3.2, -1.1}}

// Every partial derivative of the table against central differences.
func TestDiff(t *testing.T) {
	names := make([]string, 0, len(Funcs))
	for name := range Funcs {
		names = append(names, name)
	}
	slices.Sort(names)
	const h = 1e-6
	for _, name := range names {
		f := Funcs[name]
		args := make([]Expr, f.Arity)
		for i := range args {
			args[i] = Arg(i)
		}
		e := Apply{name, args}
		for _, x := range points {
			for i := range f.Arity {
				if name == "select" && i == 0 {
					continue // a condition is flat, but for the one jump
				}
				up, down := slices.Clone(x), slices.Clone(x)
				up[i] += h
				down[i] -= h
				want := (Eval(e, up, 1) - Eval(e, down, 1)) / (2 * h)
				got := Eval(Diff(e, i), x, 1)
				if math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
					t.Errorf("∂%v/∂$%d at %v: got %v, finite difference %v", e, i, x, got, want)
				}
			}
		}
	}
}

func TestDiffChain(t *testing.T) {
	// x·sigmoid(x²) and its derivative by the chain rule.
	x := Arg(0)
	e := Call("mul", x, Call("sigmoid", Call("mul", x, x)))
	for _, v := range []float64{-1.5, 0.2, 2} {
		s := 1 / (1 + math.Exp(-v*v))
		want := s + v*s*(1-s)*2*v
		if got := Eval(Diff(e, 0), []float64{v}, 1); math.Abs(got-want) > 1e-12 {
			t.Errorf("at %v: got %v, want %v", v, got, want)
		}
	}
}

func TestTies(t *testing.T) {
	for _, fn := range []string{"max", "min"} {
		e := Call(fn, Arg(0), Arg(1))
		at := []float64{2, 2}
		if a, b := Eval(Diff(e, 0), at, 1), Eval(Diff(e, 1), at, 1); a != 1 || b != 0 {
			t.Errorf("%s of equal arguments: got gradients %v and %v, want 1 and 0", fn, a, b)
		}
	}
}

func TestCall(t *testing.T) {
	x := Arg(0)
	for _, tt := range []struct{ got, want Expr }{
		{Call("add", x, Num(0)), x},
		{Call("sub", Num(0), x), Call("neg", x)},
		{Call("mul", Num(1), x), x},
		{Call("mul", x, Num(0)), Num(0)},
		{Call("div", x, Num(1)), x},
		{Call("neg", Call("neg", x)), x},
		{Call("add", Num(2), Num(3)), Num(5)},
		{Call("select", Call("gt", x, Num(0)), Arg(1), Arg(1)), Arg(1)},
		{Call("log", Num(0)), Apply{"log", []Expr{Num(0)}}}, // not a finite constant: left to run time
		{Substitute(Call("mul", x, Arg(1)), []Expr{Num(2), Num(4)}), Num(8)},
	} {
		if tt.got.String() != tt.want.String() {
			t.Errorf("got %v, want %v", tt.got, tt.want)
		}
	}
}

func TestEval(t *testing.T) {
	if got := Eval(Call("div", Arg(0), Rows{}), []float64{6}, 4); got != 1.5 {
		t.Errorf("6/n for 4 rows: got %v", got)
	}
	if got := Eval(Call("sigmoid", Arg(0)), []float64{-1000}, 1); got != 0 {
		t.Errorf("sigmoid(-1000): got %v, want 0", got)
	}
	if got := Size(Call("mul", Call("exp", Arg(0)), Arg(1))); got != 2 {
		t.Errorf("size: got %d, want 2", got)
	}
}
