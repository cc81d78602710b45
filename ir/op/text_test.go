package op

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// TestText compares the text form of every primitive. Common subexpressions are
// found by it, so that it must tell any two operations apart that differ.
func TestText(t *testing.T) {
	relu := Scalars["relu"].Expr
	body := func(name string) *ir.Graph {
		b := ir.NewBuilder("body")
		h := InputOf(b, Input{Port: "h", Kind: Bound, Of: typ(n, 2)})
		b.Graph.Outputs = []*ir.Value{Unary(b, name, h)}
		return b.Graph
	}
	pool := Window{Reduce: loop.Max, Sizes: []int{2, 2}, Strides: []int{2, 1}, Dilations: []int{1, 1}, Before: []int{0, 1}, After: []int{0, 0}}
	mean := pool
	mean.Reduce, mean.Mean = loop.Sum, true
	seen := map[string]ir.Op{}
	for _, k := range []struct {
		op   ir.Op
		want string
	}{
		{&Param{Segment: `hid"den/kernel`, Role: block.State}, `param["hid\"den/kernel" state]`},
		{&Param{Segment: "hidden/kernel", Role: block.Frozen}, `param["hidden/kernel" frozen]`},
		{&Input{Port: "ids", Index: 1, Limit: 9}, `input["ids" feature 1 limit=9]`},
		{&Input{Port: "ids", Kind: Target}, `input["ids" target 0]`},
		{&Const{Shape: ir.Shape{1, 1}, Data: []float64{-0.5}}, "const[[1,1] -0.5]"},
		{&Map{Expr: relu, Word: "relu"}, "map[relu: max($0, 0)]"},
		{&Map{Expr: relu}, "map[max($0, 0)]"},
		{&Reduce{Kind: loop.Sum, Axes: []int{0, 2}, Word: "sum"}, "reduce[sum axes=[0 2]]"},
		{&Reduce{Kind: loop.Sum, Axes: []int{0, 2}, Word: "bias gradient"}, "reduce[sum axes=[0 2] bias gradient]"},
		{&Reduce{Kind: loop.Sum, Mean: true, Axes: []int{1}, KeepDims: true}, "reduce[mean axes=[1] keep]"},
		{&Reduce{Kind: loop.Max, Axes: []int{1}, Stop: true}, "reduce[max axes=[1] stop]"},
		{&Reduce{Kind: loop.Sum, Axes: []int{1}, Expr: relu, Finish: scalar.Call("sqrt", arg(0))}, "reduce[sum axes=[1] of max($0, 0) then sqrt($0)]"},
		{&Reduce{Kind: loop.ArgMax, Axes: []int{1}}, "reduce[argmax axes=[1]]"},
		{&pool, "window[max size=[2 2] stride=[2 1] dilation=[1 1] before=[0 1] after=[0 0]]"},
		{&mean, "window[mean size=[2 2] stride=[2 1] dilation=[1 1] before=[0 1] after=[0 0]]"},
		{&WindowGrad{pool}, "windowgrad[max size=[2 2] stride=[2 1] dilation=[1 1] before=[0 1] after=[0 0]]"},
		{&Gather{}, "gather[batch_dims=0]"},
		{&Gather{BatchDims: 1}, "gather[batch_dims=1]"},
		{&ScatterAdd{Shape: ir.Shape{5, 2}}, "scatteradd[[5,2] batch_dims=0]"},
		{&Put{}, "put"},
		{&GatherSum{}, "gathersum[count]"},
		{&GatherSum{Set: true, Epilogue: relu, Word: "relu"}, "gathersum[set; relu: max($0, 0)]"},
		{&ScatterSum{Limit: 5, Set: true}, "scattersum[limit=5 set]"},
		{&MultiHot{Limit: 5}, "multihot[limit=5 count]"},
		{&Reshape{Shape: ir.Shape{n, 4}}, "reshape[[n,4]]"},
		{&Transpose{Perm: []int{0, 2, 1}}, "transpose[0 2 1]"},
		{&Slice{Starts: []int{0, 3}, Sizes: []int{n, 2}, Steps: []int{1, -1}}, "slice[start=[0 3] size=[n,2] step=[1 -1]]"},
		{&Concat{Axis: 1}, "concat[axis=1]"},
		{&Pad{Before: []int{0, 1}, After: []int{0, 2}, Value: 0.5}, "pad[before=[0 1] after=[0 2] value=0.5]"},
		{&Pad{Before: []int{0, 1}, After: []int{0, 2}, Interior: []int{0, 1}}, "pad[before=[0 1] after=[0 2] interior=[0 1] value=0]"},
		{&Broadcast{Shape: ir.Shape{n, 4}}, "broadcast[[n,4]]"},
		{&Random{Stream: "dropout", Shape: ir.Shape{n, 4}}, `random["dropout" [n,4]]`},
		{
			&Contract{
				Axes:  []Axis{{"n", n}, {"x", 3}, {"k", 2}},
				Lhs:   []Index{At(0), affine(1, 2, 1, -1, 2)},
				Rhs:   []Index{affine(0, -1, 2), {}},
				Out:   []Index{At(0), affine(0, 3, 1)},
				Shape: ir.Shape{n, 9},
			},
			"contract[n x=3 k=2: (n,2x-k+1)(-k,0)->(n,3x) [n,9]]",
		},
		{
			&Scan{Body: body("tanh"), Length: 3, Carried: 1, Reverse: true, Keep: true},
			"scan[length=3 carried=1 steps=0 sums=0 reverse keep]{\n    graph body\n      %0 h: f32[n,2] = input[\"h\" bound 0]\n      %1: f32[n,2] = map[tanh: tanh($0)](h)\n    outputs %1\n  }",
		},
		{
			&Scan{Body: body("exp"), Length: 3, Carried: 1, Shared: true},
			"scan[length=3 carried=1 steps=0 sums=0 shared]{\n    graph body\n      %0 h: f32[n,2] = input[\"h\" bound 0]\n      %1: f32[n,2] = map[exp: exp($0)](h)\n    outputs %1\n  }",
		},
	} {
		got := k.op.String()
		if got != k.want {
			t.Errorf("%s\nwant %s", got, k.want)
		}
		if other := seen[got]; other != nil {
			t.Errorf("two operations are both called %s", got)
		}
		seen[got] = k.op
	}
}

// TestNotLowered checks the remaining messages of primitives that have no
// kernels for some operands.
func TestNotLowered(t *testing.T) {
	for want, build := range map[string]func(b *ir.Builder){
		"the encoding of a part of the ids": func(b *ir.Builder) {
			OneHot(b, SliceAxis(b, i32(b, "ids", 5, n, 3), 1, 1, 2), 5, true)
		},
		"stores by 2y+r+q, an index of more than a position and a tap": func(b *ir.Builder) {
			b.Apply(&Contract{
				Axes:  []Axis{{"n", n}, {"y", 3}, {"r", 2}, {"q", 2}},
				Lhs:   []Index{At(0), At(1)},
				Rhs:   []Index{At(2), At(3)},
				Out:   []Index{At(0), affine(0, 2, 1, 1, 2, 1, 3)},
				Shape: ir.Shape{n, 7},
			}, f32(b, "x", n, 3), f32(b, "w", 2, 2))
		},
		"clipped by y+r+q-1, an index of more than a position and a tap": func(b *ir.Builder) {
			b.Apply(&Contract{
				Axes:  []Axis{{"n", n}, {"y", 3}, {"r", 2}, {"q", 2}},
				Lhs:   []Index{At(0), affine(-1, 1, 1, 1, 2, 1, 3)},
				Rhs:   []Index{At(2), At(3)},
				Out:   []Index{At(0), At(1)},
				Shape: ir.Shape{n, 3},
			}, f32(b, "x", n, 3), f32(b, "w", 2, 2))
		},
		"a contraction over 5 separate axes": func(b *ir.Builder) { // turned around, none goes on where another ends
			Einsum(b, "nhwdci,io->ncdwho", f32(b, "x", n, 2, 2, 2, 2, 3), f32(b, "w", 3, 4))
		},
	} {
		b := ir.NewBuilder("g")
		build(b)
		if err := b.Errors.Err(); err != nil {
			t.Fatal(err)
		}
		t.Run(want, func(t *testing.T) { checkLower(t, b.Graph, feed(b.Graph, 2), want) })
	}
}
