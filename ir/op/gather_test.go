package op

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

// id is an element of a list of ids of fixed shape.
func (e env) id(name string, at ...int) int {
	t := e.in[name]
	i := 0
	for j, s := range t.Shape.Strides() {
		i += at[j] * s
	}
	return int(t.I[i])
}

var gatherCases = []kase{
	{
		name:  "embedding",
		build: func(b *ir.Builder) *ir.Value { return GatherRows(b, f32(b, "table", 5, 3), i32(b, "ids", 5, n, 4)) },
		want:  func(e env, at ...int) float64 { return e.at("table", e.id("ids", at[0], at[1]), at[2]) },
	},
	{
		name:  "embedding of one id",
		build: func(b *ir.Builder) *ir.Value { return GatherRows(b, f32(b, "table", 5, 2, 3), i32(b, "ids", 5, n)) },
		want:  func(e env, at ...int) float64 { return e.at("table", e.id("ids", at[0]), at[1], at[2]) },
	},
	{
		name:  "sparse labels",
		build: func(b *ir.Builder) *ir.Value { return GatherAlong(b, f32(b, "z", n, 4), i32(b, "ids", 4, n), 1) },
		want:  func(e env, at ...int) float64 { return e.at("z", at[0], e.id("ids", at[0])) },
	},
	{
		name:  "sparse labels over time",
		build: func(b *ir.Builder) *ir.Value { return GatherAlong(b, f32(b, "z", n, 3, 4), i32(b, "ids", 4, n, 3), 2) },
		want:  func(e env, at ...int) float64 { return e.at("z", at[0], at[1], e.id("ids", at[0], at[1])) },
	},
	{
		name:  "rows of every sample",
		build: func(b *ir.Builder) *ir.Value { return GatherAlong(b, f32(b, "z", n, 3, 4), i32(b, "ids", 3, n, 2), 1) },
		want:  func(e env, at ...int) float64 { return e.at("z", at[0], e.id("ids", at[0], at[1]), at[2]) },
	},
	{
		name: "gather from a view",
		build: func(b *ir.Builder) *ir.Value {
			return GatherRows(b, TransposeTo(b, f32(b, "table", 3, 5), 1, 0), i32(b, "ids", 5, n))
		},
		want: func(e env, at ...int) float64 { return e.at("table", at[1], e.id("ids", at[0])) },
	},
	{
		name: "computed ids",
		build: func(b *ir.Builder) *ir.Value {
			// Numbers from -2 to 2 as ids from 0 to 3, with some below and beyond.
			at := MapOf(b, scalar.Call("mul", scalar.Call("add", arg(0), num(1.5)), num(1.5)), "place", f32(b, "at", n, 5))
			return GatherAlong(b, f32(b, "z", n, 4, 2), Integers(b, at, 4), 1)
		},
		want: func(e env, at ...int) float64 {
			return e.at("z", at[0], int(min(max(1.5*(e.at("at", at[0], at[1])+1.5), 0), 3)), at[2])
		},
	},
	{
		name: "computed ids of all rows",
		build: func(b *ir.Builder) *ir.Value {
			ids := Integers(b, f32(b, "at", 1, 3), 2)
			return GatherAlong(b, f32(b, "z", n, 2), BroadcastTo(b, ids, ir.Shape{n, 3}), 1)
		},
		want: func(e env, at ...int) float64 {
			return e.at("z", at[0], int(min(max(e.at("at", 0, at[1]), 0), 1)))
		},
	},
	{
		name: "an id that is known",
		build: func(b *ir.Builder) *ir.Value {
			return GatherRows(b, f32(b, "z", 7, 2), BroadcastTo(b, Integers(b, ConstOf(b, ir.Shape{1}, []float64{4.75}), 7), ir.Shape{n}))
		},
		want: func(e env, at ...int) float64 { return e.at("z", 4, at[1]) },
	},
	{
		name: "scatter into rows",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(&ScatterAdd{Shape: ir.Shape{4, 2}}, i32(b, "ids", 4, n, 3), f32(b, "u", n, 3, 2))
		},
		want: func(e env, at ...int) float64 {
			return over(e.rows*3, func(i int) float64 {
				return truth(e.id("ids", i/3, i%3) == at[0]) * e.at("u", i/3, i%3, at[1])
			})
		},
	},
	{
		name: "scatter within every sample",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(&ScatterAdd{Shape: ir.Shape{n, 4}, BatchDims: 1}, i32(b, "ids", 4, n), f32(b, "u", n))
		},
		want: func(e env, at ...int) float64 { return truth(e.id("ids", at[0]) == at[1]) * e.at("u", at[0]) },
	},
	{
		name: "a row of a state",
		build: func(b *ir.Builder) *ir.Value {
			return PutRow(b, held(b, "t", 4, 2, 3), i32(b, "ids", 4, n, 1), f32(b, "x", n, 1, 2, 3))
		},
		want: func(e env, at ...int) float64 {
			if e.id("ids", at[0], 0) == at[1] {
				return e.at("x", at[0], 0, at[2], at[3])
			}
			return e.at("t", at...)
		},
	},
	{
		name: "a number of a state",
		build: func(b *ir.Builder) *ir.Value {
			return PutRow(b, held(b, "t", 5), i32(b, "ids", 5, n, 1), f32(b, "x", n, 1))
		},
		want: func(e env, at ...int) float64 {
			if e.id("ids", at[0], 0) == at[1] {
				return e.at("x", at[0], 0)
			}
			return e.at("t", at...)
		},
	},
	{
		name: "a row of what is no state",
		build: func(b *ir.Builder) *ir.Value {
			return PutRow(b, f32(b, "t", n, 4), i32(b, "ids", 4, n, 1), f32(b, "x", n, 1))
		},
		want: func(e env, at ...int) float64 {
			if e.id("ids", at[0], 0) == at[1] {
				return e.at("x", at[0], 0)
			}
			return e.at("t", at...)
		},
		refuses: "put takes a state that nothing else reads",
	},
}

// held is a state of random numbers.
func held(b *ir.Builder, name string, row ...int) *ir.Value {
	return InputOf(b, Input{Port: name, Kind: State, Of: ir.Type{Shape: append(ir.Shape{n}, row...)}})
}
