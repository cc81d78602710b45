package op

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/runtime/nn"
)

var randomCases = []kase{
	{
		name: "dropout",
		build: func(b *ir.Builder) *ir.Value {
			keep := scalar.Call("select", scalar.Call("ge", arg(1), num(0.25)), scalar.Call("div", arg(0), num(0.75)), num(0))
			return MapOf(b, keep, "dropout", f32(b, "x", n, 3, 2), Uniform(b, "dropout", ir.Shape{n, 3, 2}))
		},
		want: func(e env, at ...int) float64 {
			u := nn.NewKey(3, 5, nn.Stream("dropout")).Uniform(uint32(2+at[0]), uint32(2*at[1]+at[2]))
			if float64(u) < 0.25 {
				return 0
			}
			return e.at("x", at...) / 0.75
		},
	},
	{
		name:  "numbers of their own",
		build: func(b *ir.Builder) *ir.Value { return Uniform(b, "noise", ir.Shape{5}) },
		want: func(_ env, at ...int) float64 {
			return float64(nn.NewKey(3, 5, nn.Stream("noise")).Uniform(0, uint32(at[0])))
		},
		flat: true,
	},
}

// TestMicroBatches checks that a row's numbers depend on its place in the
// logical batch and not on how the batch is cut.
func TestMicroBatches(t *testing.T) {
	b := ir.NewBuilder("g")
	v := Uniform(b, "s", ir.Shape{n, 3})
	all := Eval(&ir.Context[float32]{Rows: 5, Seed: 9}, v, nil).F
	tail := Eval(&ir.Context[float32]{Rows: 2, Seed: 9, First: 3}, v, nil).F
	for i, x := range tail {
		if all[9+i] != x {
			t.Fatalf("%v and %v", all, tail)
		}
	}
	if other := Eval(&ir.Context[float32]{Rows: 5, Seed: 9, Step: 1}, v, nil).F; other[0] == all[0] {
		t.Error("the next step draws the same numbers")
	}
}
