package op

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

var layoutCases = []kase{
	{
		name:  "reshape",
		build: func(b *ir.Builder) *ir.Value { return ReshapeTo(b, f32(b, "x", n, 2, 6), ir.Shape{n, 3, 4}) },
		want: func(e env, at ...int) float64 {
			i := at[1]*4 + at[2]
			return e.at("x", at[0], i/6, i%6)
		},
	},
	{
		name: "reshape that only adds an axis to a transposed view",
		build: func(b *ir.Builder) *ir.Value {
			return ReshapeTo(b, TransposeTo(b, f32(b, "x", n, 2, 3), 0, 2, 1), ir.Shape{n, 3, 1, 2})
		},
		want: func(e env, at ...int) float64 { return e.at("x", at[0], at[3], at[1]) },
	},
	{
		name: "reshape that copies a transposed view",
		build: func(b *ir.Builder) *ir.Value {
			return ReshapeTo(b, TransposeTo(b, f32(b, "x", n, 2, 3), 0, 2, 1), ir.Shape{n, 6})
		},
		want: func(e env, at ...int) float64 { return e.at("x", at[0], at[1]%2, at[1]/2) },
	},
	{
		name: "reshape of a broadcast scalar",
		build: func(b *ir.Builder) *ir.Value {
			return ReshapeTo(b, BroadcastTo(b, f32(b, "s"), ir.Shape{2, 3}), ir.Shape{6})
		},
		want: func(e env, _ ...int) float64 { return e.at("s") },
	},
	{
		name: "reshape of ids",
		build: func(b *ir.Builder) *ir.Value {
			return GatherRows(b, f32(b, "table", 5, 2), ReshapeTo(b, i32(b, "ids", 5, n, 3), ir.Shape{n, 3, 1}))
		},
		want: func(e env, at ...int) float64 { return e.at("table", e.id("ids", at[0], at[1]), at[3]) },
	},
	{
		name: "reshape of ids that are not contiguous",
		build: func(b *ir.Builder) *ir.Value {
			return GatherRows(b, f32(b, "table", 5, 2), ReshapeTo(b, TransposeTo(b, i32(b, "ids", 5, n, 3, 2), 0, 2, 1), ir.Shape{n, 6}))
		},
		want:    func(e env, at ...int) float64 { return e.at("table", e.id("ids", at[0], at[1]%3, at[1]/3), at[2]) },
		refuses: "ids [n,2,3] that are not contiguous",
	},
	{
		name:  "transpose",
		build: func(b *ir.Builder) *ir.Value { return TransposeTo(b, f32(b, "x", n, 2, 3, 4), 0, 3, 1, 2) },
		want:  func(e env, at ...int) float64 { return e.at("x", at[0], at[2], at[3], at[1]) },
	},
	{
		name:  "transpose of a matrix",
		build: func(b *ir.Builder) *ir.Value { return Unary(b, "exp", TransposeTo(b, f32(b, "w", 2, 3), 1, 0)) },
		want: func(e env, at ...int) float64 {
			return scalar.Eval(scalar.Call("exp", arg(0)), []float64{e.at("w", at[1], at[0])}, 1)
		},
	},
	{
		name:  "slice",
		build: func(b *ir.Builder) *ir.Value { return SliceAxis(b, f32(b, "x", n, 5, 2), 1, 2, 3) },
		want:  func(e env, at ...int) float64 { return e.at("x", at[0], at[1]+2, at[2]) },
	},
	{
		name:  "flip",
		build: func(b *ir.Builder) *ir.Value { return Flip(b, f32(b, "x", n, 4, 2), 1) },
		want:  func(e env, at ...int) float64 { return e.at("x", at[0], 3-at[1], at[2]) },
	},
	{
		name: "slice in steps, forth and back",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(&Slice{Starts: []int{0, 1, 6}, Sizes: []int{n, 2, 3}, Steps: []int{1, 3, -2}}, f32(b, "x", n, 6, 8))
		},
		want: func(e env, at ...int) float64 { return e.at("x", at[0], 1+3*at[1], 6-2*at[2]) },
	},
	{
		name: "slice of one element with a step",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(&Slice{Starts: []int{0, 4}, Sizes: []int{n, 1}, Steps: []int{1, 5}}, f32(b, "x", n, 6))
		},
		want: func(e env, at ...int) float64 { return e.at("x", at[0], 4) },
	},
	{
		name: "concat",
		build: func(b *ir.Builder) *ir.Value {
			x := f32(b, "x", n, 2, 3)
			return Concatenate(b, -1, x, f32(b, "y", n, 2, 1), x)
		},
		want: func(e env, at ...int) float64 {
			switch {
			case at[2] < 3:
				return e.at("x", at...)
			case at[2] == 3:
				return e.at("y", at[0], at[1], 0)
			}
			return e.at("x", at[0], at[1], at[2]-4)
		},
	},
	{
		name: "concat of matrices by rows",
		build: func(b *ir.Builder) *ir.Value {
			return Concatenate(b, 0, f32(b, "w", 2, 3), f32(b, "v", 1, 3))
		},
		want: func(e env, at ...int) float64 {
			if at[0] < 2 {
				return e.at("w", at...)
			}
			return e.at("v", 0, at[1])
		},
	},
	{
		name: "concat of ids",
		build: func(b *ir.Builder) *ir.Value {
			return GatherRows(b, f32(b, "table", 5, 2), Concatenate(b, 1, i32(b, "ids", 5, n, 3), i32(b, "more", 5, n, 1)))
		},
		want: func(e env, at ...int) float64 {
			if at[1] < 3 {
				return e.at("table", e.id("ids", at[0], at[1]), at[2])
			}
			return e.at("table", e.id("more", at[0], 0), at[2])
		},
		refuses: "joining ids",
	},
	{
		name: "pad",
		build: func(b *ir.Builder) *ir.Value {
			return PadWith(b, f32(b, "x", n, 2, 3), []int{0, 1, 0}, []int{0, 2, 1}, -0.5)
		},
		want: func(e env, at ...int) float64 {
			if i := at[1] - 1; i >= 0 && i < 2 && at[2] < 3 {
				return e.at("x", at[0], i, at[2])
			}
			return -0.5
		},
	},
	{
		name: "pad between neighbours",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(&Pad{Before: []int{0, 1}, After: []int{0, 2}, Interior: []int{0, 2}}, f32(b, "x", n, 3))
		},
		want: func(e env, at ...int) float64 {
			if i := at[1] - 1; i >= 0 && i <= 6 && i%3 == 0 {
				return e.at("x", at[0], i/3)
			}
			return 0
		},
	},
	{
		name:  "broadcast",
		build: func(b *ir.Builder) *ir.Value { return BroadcastTo(b, f32(b, "w", 3, 1), ir.Shape{n, 2, 3, 4}) },
		want:  func(e env, at ...int) float64 { return e.at("w", at[2], 0) },
	},
	{
		name: "broadcast of a column",
		build: func(b *ir.Builder) *ir.Value {
			return Unary(b, "exp", BroadcastTo(b, f32(b, "x", n, 1), ir.Shape{n, 3}))
		},
		want: func(e env, at ...int) float64 {
			return scalar.Eval(scalar.Call("exp", arg(0)), []float64{e.at("x", at[0], 0)}, 1)
		},
	},
}

// TestViewsCostNothing checks which values need no kernel.
func TestViewsCostNothing(t *testing.T) {
	b := ir.NewBuilder("g")
	x := f32(b, "x", n, 4, 6)
	y := ReshapeTo(b, Flip(b, SliceAxis(b, TransposeTo(b, ReshapeTo(b, x, ir.Shape{n, 3, 8}), 0, 2, 1), 1, 2, 4), 2), ir.Shape{n, 4, 1, 3})
	BroadcastTo(b, y, ir.Shape{n, 4, 5, 3})
	l := &lowering{views: map[*ir.Value]View{}}
	for _, v := range b.Graph.Values {
		v.Op.(Lowerer).Lower(l, v)
	}
	if len(l.steps) != 0 || len(l.errs) != 0 {
		t.Errorf("%d kernels, errors %v", len(l.steps), l.errs)
	}
}

// TestCollapse checks that a contiguous map is one loop.
func TestCollapse(t *testing.T) {
	b := ir.NewBuilder("g")
	Unary(b, "exp", f32(b, "x", n, 4, 6))
	l := &lowering{views: map[*ir.Value]View{}}
	for _, v := range b.Graph.Values {
		v.Op.(Lowerer).Lower(l, v)
	}
	nest := l.steps[0].(*loop.Run).Kernel.(*loop.Nest)
	if len(nest.Outer) != 1 || nest.Outer[0] != (loop.Axis{Name: "n", N: 24, Rows: true}) {
		t.Errorf("loops %+v", nest.Outer)
	}
}
