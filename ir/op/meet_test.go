package op

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// rank is the place of a row where the rows are sorted by their keys.
func (e env) rank(row int) int {
	keys := e.in["keys"].F
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(2 * math.Round(1e9*(keys[a]-keys[b]))) })
	return slices.Index(order, row)
}

// keysOf are keys without a gradient; where they are equal, all of them are.
func keysOf(b *ir.Builder, equal bool) *ir.Value {
	x := InputOf(b, Input{Port: "keys", Of: ir.Type{Shape: ir.Shape{n}}})
	if equal {
		return Binary(b, "mul", x, Scalar(b, 0))
	}
	return x
}

// least is below the logarithms of sums over some rows.
const least = -100

// terms are functions of a product, and their names here.
var terms = [2]func(float64) float64{
	func(p float64) float64 { return -1.5*p + 0.25*p*p },
	func(p float64) float64 { return math.Max(p, -0.5) * 2 },
}

var termExprs = [2]scalar.Expr{
	scalar.Call("add", scalar.Call("mul", scalar.Num(-1.5), arg(0)), scalar.Call("mul", scalar.Num(0.25), scalar.Call("mul", arg(0), arg(0)))),
	scalar.Call("mul", scalar.Call("max", arg(0), scalar.Num(-0.5)), scalar.Num(2)),
}

// pairsCase compares rows of so many numbers, of so many labels.
func pairsCase(name string, width, labels int, itself bool, x func(b *ir.Builder) *ir.Value, at func(e env, r, i int) float64) kase {
	return kase{
		name: name,
		build: func(b *ir.Builder) *ir.Value {
			y := b.Apply(&Pairs{termExprs, itself}, x(b), i32(b, "labels", labels, n))
			return MapOf(b, scalar.Call("max", arg(0), scalar.Num(least)), "least", y) // what is left of an empty sum does not hide the others
		},
		want: func(e env, point ...int) float64 {
			r, which, sum, any := point[0], point[1], 0.0, false
			label := func(q int) int32 { return e.ids("labels", q)[0] }
			for q := range e.rows {
				if (label(q) != label(r)) != (which == 1) || q == r && !itself {
					continue
				}
				any = true
				sum += math.Exp(terms[which](over(width, func(i int) float64 { return at(e, r, i) * at(e, q, i) })))
			}
			if !any {
				sum = math.Exp(loop.NoRows)
			}
			return math.Max(math.Log(sum), least)
		},
	}
}

func vectors(width int) func(b *ir.Builder) *ir.Value {
	return func(b *ir.Builder) *ir.Value { return f32(b, "x", n, width) }
}

func direct(e env, r, i int) float64 { return e.at("x", r, i) }

var meetCases = []kase{
	{
		name:  "shuffle",
		build: func(b *ir.Builder) *ir.Value { return b.Apply(&Shuffle{}, keysOf(b, false), f32(b, "x", n, 3, 2)) },
		want:  func(e env, at ...int) float64 { return e.at("x", e.rank(at[0]), at[1], at[2]) },
	},
	{
		name: "shuffle of a view, back into its order",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(&Shuffle{Inverse: true}, keysOf(b, false), SliceAxis(b, f32(b, "x", n, 5), 1, 1, 3))
		},
		want: func(e env, at ...int) float64 {
			from := 0
			for e.rank(from) != at[0] {
				from++
			}
			return e.at("x", from, at[1]+1)
		},
	},
	{
		name:  "shuffle of numbers by equal keys",
		build: func(b *ir.Builder) *ir.Value { return b.Apply(&Shuffle{}, keysOf(b, true), f32(b, "x", n)) },
		want:  func(e env, at ...int) float64 { return e.at("x", at[0]) },
	},
	pairsCase("pairs", 3, 2, false, vectors(3), direct),
	pairsCase("pairs with themselves", 2, 2, true, vectors(2), direct),
	pairsCase("pairs of one label", 1, 1, false, vectors(1), direct),
	pairsCase("pairs of labels that differ", 4, 1<<30, false, vectors(4), direct),
	pairsCase("pairs of a view", 2, 3, false, func(b *ir.Builder) *ir.Value { return SliceAxis(b, f32(b, "x", n, 4), 1, 1, 2) }, func(e env, r, i int) float64 { return e.at("x", r, i+1) }),
}
