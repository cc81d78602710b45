package op

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

// count is how often an id occurs in a row; with set, whether it does.
func (e env) count(row, id int, set bool) float64 {
	c := 0.0
	for _, x := range e.ids("ids", row) {
		if int(x) == id && (!set || c == 0) {
			c++
		}
	}
	return c
}

// perMode makes one case of either mode.
func perMode(name string, k func(set bool) kase) []kase {
	count, set := k(false), k(true)
	count.name, set.name = name+", counted", name+", as a set"
	return []kase{count, set}
}

var sparseCases = slices.Concat(
	perMode("ragged multi-hot", func(set bool) kase {
		return kase{
			build: func(b *ir.Builder) *ir.Value { return OneHot(b, i32(b, "ids", 6, n, ir.Ragged), 6, set) },
			want:  func(e env, at ...int) float64 { return e.count(at[0], at[1], set) },
			flat:  true,
		}
	}),
	perMode("multi-hot of a fixed length", func(set bool) kase {
		return kase{
			build: func(b *ir.Builder) *ir.Value { return OneHot(b, i32(b, "ids", 4, n, 5), 4, set) },
			want:  func(e env, at ...int) float64 { return e.count(at[0], at[1], set) },
			flat:  true,
		}
	}),
	perMode("one-hot", func(set bool) kase {
		return kase{
			build: func(b *ir.Builder) *ir.Value { return OneHot(b, i32(b, "ids", 4, n), 4, set) },
			want:  func(e env, at ...int) float64 { return e.count(at[0], at[1], set) },
			flat:  true,
		}
	}),
	perMode("gather-sum", func(set bool) kase {
		return kase{
			build: func(b *ir.Builder) *ir.Value {
				return b.Apply(&GatherSum{Set: set}, i32(b, "ids", 6, n, ir.Ragged), f32(b, "table", 6, 3))
			},
			want: func(e env, at ...int) float64 {
				return over(6, func(id int) float64 { return e.count(at[0], id, set) * e.at("table", id, at[1]) })
			},
		}
	}),
	perMode("gather-sum with a bias, an activation and a table that is a view", func(set bool) kase {
		return kase{
			build: func(b *ir.Builder) *ir.Value {
				epilogue := scalar.Call("mul", scalar.Call("exp", scalar.Call("add", arg(0), arg(1))), scalar.Call("mul", arg(2), arg(3)))
				return b.Apply(&GatherSum{Set: set, Epilogue: epilogue, Word: "exp"},
					i32(b, "ids", 6, n, ir.Ragged), TransposeTo(b, f32(b, "table", 2, 6), 1, 0), f32(b, "bias", 2), f32(b, "s", n, 1), Scalar(b, 0.25))
			},
			want: func(e env, at ...int) float64 {
				return 0.25 * e.at("s", at[0], 0) * math.Exp(e.at("bias", at[1])+over(6, func(id int) float64 {
					return e.count(at[0], id, set) * e.at("table", at[1], id)
				}))
			},
		}
	}),
	perMode("scatter-sum of a view", func(set bool) kase {
		return kase{
			build: func(b *ir.Builder) *ir.Value {
				return b.Apply(&ScatterSum{Limit: 6, Set: set}, i32(b, "ids", 6, n, ir.Ragged), SliceAxis(b, f32(b, "dy", n, 5), 1, 1, 3))
			},
			want: func(e env, at ...int) float64 {
				return over(e.rows, func(r int) float64 { return e.count(r, at[0], set) * e.at("dy", r, at[1]+1) })
			},
		}
	}),
)
