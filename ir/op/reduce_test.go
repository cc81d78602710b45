package op

import (
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

var reduceCases = []kase{
	{
		name:  "sum of the last axis",
		build: func(b *ir.Builder) *ir.Value { return Sum(b, f32(b, "x", n, 3, 4), false, -1) },
		want: func(e env, at ...int) float64 {
			return over(4, func(i int) float64 { return e.at("x", at[0], at[1], i) })
		},
	},
	{
		name:  "sum of a middle axis, kept",
		build: func(b *ir.Builder) *ir.Value { return Sum(b, f32(b, "x", n, 3, 4), true, 1) },
		want: func(e env, at ...int) float64 {
			return over(3, func(i int) float64 { return e.at("x", at[0], i, at[2]) })
		},
	},
	{
		name:  "sum of the batch",
		build: func(b *ir.Builder) *ir.Value { return Sum(b, f32(b, "x", n, 3), false, 0) },
		want: func(e env, at ...int) float64 {
			return over(e.rows, func(r int) float64 { return e.at("x", r, at[0]) })
		},
	},
	{
		name:  "mean of the batch and space, kept",
		build: func(b *ir.Builder) *ir.Value { return Mean(b, f32(b, "x", n, 2, 3), true, 1, 0) },
		want: func(e env, at ...int) float64 {
			return over(e.rows, func(r int) float64 {
				return over(2, func(i int) float64 { return e.at("x", r, i, at[2]) })
			}) / float64(2*e.rows)
		},
	},
	{
		name:  "mean of time",
		build: func(b *ir.Builder) *ir.Value { return Mean(b, f32(b, "x", n, 5, 2), false, 1) },
		want: func(e env, at ...int) float64 {
			return over(5, func(i int) float64 { return e.at("x", at[0], i, at[1]) }) / 5
		},
	},
	{
		name:  "sum of everything",
		build: func(b *ir.Builder) *ir.Value { return Sum(b, f32(b, "x", n, 3), false, 0, 1) },
		want: func(e env, _ ...int) float64 {
			return over(e.rows, func(r int) float64 { return over(3, func(i int) float64 { return e.at("x", r, i) }) })
		},
	},
	{
		name:  "sum over no axes",
		build: func(b *ir.Builder) *ir.Value { return Sum(b, f32(b, "x", n, 3), false) },
		want:  func(e env, at ...int) float64 { return e.at("x", at...) },
	},
	{
		name: "a map inside and one after, over broadcast operands",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(&Reduce{
				Kind: loop.Sum, Axes: []int{1}, Word: "norm",
				Expr:   scalar.Call("mul", scalar.Call("mul", arg(0), arg(0)), arg(1)),
				Finish: scalar.Call("sqrt", scalar.Call("add", arg(0), num(9))),
			}, f32(b, "x", n, 3), f32(b, "w", 3))
		},
		want: func(e env, at ...int) float64 {
			return math.Sqrt(9 + over(3, func(i int) float64 {
				x := e.at("x", at[0], i)
				return x * x * e.at("w", i)
			}))
		},
	},
	{
		name: "the mean under an expression that needs it again",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(&Reduce{Kind: loop.Sum, Mean: true, Axes: []int{0}, Expr: scalar.Call("exp", arg(0)), Finish: scalar.Call("mul", arg(0), arg(0))}, f32(b, "x", n, 2))
		},
		want: func(e env, at ...int) float64 {
			m := over(e.rows, func(r int) float64 { return math.Exp(e.at("x", r, at[0])) }) / float64(e.rows)
			return m * m
		},
	},
	{
		name:  "maximum of the last axis",
		build: func(b *ir.Builder) *ir.Value { return Max(b, f32(b, "x", n, 2, 4), false, 2) },
		want: func(e env, at ...int) float64 {
			return highest(4, func(i int) float64 { return e.at("x", at[0], at[1], i) })
		},
	},
	{
		name: "maximum of an expression, then another",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(&Reduce{Kind: loop.Max, Axes: []int{0, 1}, KeepDims: true, Expr: scalar.Call("mul", arg(0), arg(1)), Finish: scalar.Call("exp", arg(0))},
				f32(b, "x", n, 3, 2), f32(b, "w", 3, 1))
		},
		want: func(e env, at ...int) float64 {
			return math.Exp(highest(e.rows*3, func(i int) float64 { return e.at("x", i/3, i%3, at[2]) * e.at("w", i%3, 0) }))
		},
	},
	{
		name: "maximum over operands that are stretched",
		build: func(b *ir.Builder) *ir.Value {
			return Max(b, Binary(b, "add", f32(b, "x", n, 3), f32(b, "y", 3)), true, 0)
		},
		want: func(e env, at ...int) float64 {
			return e.at("y", at[1]) + highest(e.rows, func(r int) float64 { return e.at("x", r, at[1]) })
		},
	},
	{
		name: "argmax",
		build: func(b *ir.Builder) *ir.Value {
			return ArgMax(b, f32(b, "x", n, 4, 2), false, 1)
		},
		want: func(e env, at ...int) float64 {
			top := highest(4, func(i int) float64 { return e.at("x", at[0], i, at[1]) })
			for i := range 4 {
				if e.at("x", at[0], i, at[1]) == top {
					return float64(i)
				}
			}
			return -1
		},
	},
	{
		name: "argmax of a transposed view, kept",
		build: func(b *ir.Builder) *ir.Value {
			return ArgMax(b, TransposeTo(b, f32(b, "x", n, 2, 5), 0, 2, 1), true, 1)
		},
		want: func(e env, at ...int) float64 {
			best := 0
			for i := range 5 {
				if e.at("x", at[0], at[2], i) > e.at("x", at[0], at[2], best) {
					best = i
				}
			}
			return float64(best)
		},
	},
	{
		name:  "a maximum without gradient",
		build: func(b *ir.Builder) *ir.Value { return MaxStop(b, f32(b, "x", n, 3), true, -1) },
		want: func(e env, at ...int) float64 {
			return highest(3, func(i int) float64 { return e.at("x", at[0], i) })
		},
		flat: true,
	},
}

func over(n int, f func(i int) float64) float64 {
	sum := 0.0
	for i := range n {
		sum += f(i)
	}
	return sum
}

func highest(n int, f func(i int) float64) float64 {
	best := f(0)
	for i := range n {
		best = math.Max(best, f(i))
	}
	return best
}

// TestMaxTies checks that elements which attain the maximum share its gradient
// evenly, as TensorFlow's _MinOrMaxGrad does.
func TestMaxTies(t *testing.T) {
	b := ir.NewBuilder("g")
	x := f32(b, "x", n, 4)
	y := Max(b, x, false, 1)
	grad := gradients(b, y)[x]
	c := &ir.Context[float64]{Rows: 2, Feed: map[string]*ir.Tensor[float64]{
		"x":    {Shape: ir.Shape{2, 4}, F: []float64{1, 3, 3, 0, 2, 2, 2, 1}},
		"seed": {Shape: ir.Shape{2}, F: []float64{6, 9}},
	}}
	got := run(c, closure(grad))[grad].F
	for i, want := range []float64{0, 3, 3, 0, 3, 3, 3, 0} {
		if got[i] != want {
			t.Errorf("gradient %v", got)
			break
		}
	}
}

// TestNaN checks that a maximum and an argmax do not hide a NaN that comes first.
func TestNaN(t *testing.T) {
	b := ir.NewBuilder("g")
	y := Max(b, f32(b, "x", n, 3), false, 1)
	c := &ir.Context[float32]{Rows: 2, Feed: map[string]*ir.Tensor[float32]{
		"x": {Shape: ir.Shape{2, 3}, F: []float32{1, float32(math.NaN()), 2, float32(math.NaN()), 1, 2}},
	}}
	for i, x := range run(c, closure(y))[y].F {
		if x == x {
			t.Errorf("row %d: the maximum is %v", i, x)
		}
	}
}
