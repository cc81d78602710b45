package op

import (
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir"
)

var softmaxCases = []kase{
	{
		name:  "softmax",
		build: func(b *ir.Builder) *ir.Value { return Softmax(b, f32(b, "x", n, 3), -1) },
		want: func(e env, at ...int) float64 {
			return math.Exp(e.at("x", at...)) / over(3, func(i int) float64 { return math.Exp(e.at("x", at[0], i)) })
		},
	},
	{
		name:  "softmax of a middle axis",
		build: func(b *ir.Builder) *ir.Value { return Softmax(b, f32(b, "x", n, 3, 2), 1) },
		want: func(e env, at ...int) float64 {
			return math.Exp(e.at("x", at...)) / over(3, func(i int) float64 { return math.Exp(e.at("x", at[0], i, at[2])) })
		},
	},
	{
		name:  "log softmax",
		build: func(b *ir.Builder) *ir.Value { return LogSoftmax(b, f32(b, "x", n, 4), -1) },
		want: func(e env, at ...int) float64 {
			return e.at("x", at...) - math.Log(over(4, func(i int) float64 { return math.Exp(e.at("x", at[0], i)) }))
		},
	},
	{
		name:  "log sum exp",
		build: func(b *ir.Builder) *ir.Value { return LogSumExp(b, f32(b, "x", n, 2, 4), false, -1) },
		want: func(e env, at ...int) float64 {
			return math.Log(over(4, func(i int) float64 { return math.Exp(e.at("x", at[0], at[1], i)) }))
		},
	},
	{
		name:  "log sum exp, kept",
		build: func(b *ir.Builder) *ir.Value { return LogSumExp(b, f32(b, "x", n, 4), true, 1) },
		want: func(e env, at ...int) float64 {
			return math.Log(over(4, func(i int) float64 { return math.Exp(e.at("x", at[0], i)) }))
		},
	},
}

// TestSoftmaxFar evaluates softmax where exp alone would overflow.
func TestSoftmaxFar(t *testing.T) {
	b := ir.NewBuilder("g")
	x := f32(b, "x", n, 3)
	p, l := Softmax(b, x, -1), LogSoftmax(b, x, -1)
	c := &ir.Context[float32]{Rows: 2, Feed: map[string]*ir.Tensor[float32]{
		"x": {Shape: ir.Shape{2, 3}, F: []float32{1000, 1000, -1000, -2000, -2000, -1000}},
	}}
	values := run(c, b.Graph.Values)
	for i, want := range []float32{0.5, 0.5, 0, 0, 0, 1} {
		if values[p].F[i] != want {
			t.Errorf("softmax %v", values[p].F)
			break
		}
	}
	for i, want := range []float64{-math.Ln2, -math.Ln2, -2000 - math.Ln2, -1000, -1000, 0} {
		if !near(float64(values[l].F[i]), want, 1e-6) {
			t.Errorf("log softmax %v", values[l].F)
			break
		}
	}
}
