package op

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// typ is an f32 type, or an i32 one.
func typ(shape ...int) ir.Type   { return ir.Type{Shape: shape} }
func idTyp(shape ...int) ir.Type { return ir.Type{Shape: shape, DType: ir.I32} }

// TestInferErrors applies every primitive to operands that do not fit.
func TestInferErrors(t *testing.T) {
	type T = []ir.Type
	product := func(change func(k *Contract)) *Contract {
		k := &Contract{
			Axes:  []Axis{{"n", n}, {"o", 4}, {"i", 3}},
			Lhs:   []Index{At(0), At(2)},
			Rhs:   []Index{At(2), At(1)},
			Out:   []Index{At(0), At(1)},
			Shape: ir.Shape{n, 4},
		}
		change(k)
		return k
	}
	xw := T{typ(n, 3), typ(3, 4)}
	pool := func(change func(w *Window)) *Window {
		w := &Window{Reduce: loop.Max, Sizes: []int{2}, Strides: []int{1}, Dilations: []int{1}, Before: []int{0}, After: []int{0}}
		change(w)
		return w
	}
	for _, k := range []struct {
		op   ir.Op
		args T
		want string
	}{
		{&Param{Segment: "w", Shape: ir.Shape{2}}, T{typ(2)}, "takes 0 operands"},
		{&Param{Segment: "w", Shape: ir.Shape{n, 2}}, nil, "has a batch axis"},
		{&Input{Port: "x"}, T{typ()}, "takes 0 operands"},
		{&Input{Port: "x", Of: typ(n, ir.Ragged)}, nil, "only ids"},
		{&Input{Port: "x", Of: idTyp(n, ir.Ragged, 2)}, nil, "only ids"},
		{&Input{Port: "weight", Kind: Weight, Of: typ(n, 1)}, nil, "sample weights are [n]"},
		{&Input{Port: "share", Kind: Share, Of: typ(n)}, nil, "share is a scalar"},
		{&Const{Shape: ir.Shape{2}, Data: []float64{1}}, nil, "1 values for shape [2]"},
		{&Const{Shape: ir.Shape{n}, Data: []float64{1}}, nil, "values for shape"},
		{&Const{Shape: ir.Shape{0}}, nil, "axis 0 has extent 0"},
		{&Const{Shape: ir.Shape{1 << 20, 1 << 20}}, nil, "more than"},
		{&Const{}, T{typ()}, "takes 0 operands"},

		{&Map{Expr: arg(0)}, T{typ(n, ir.Ragged)}, "operand 0 is ragged"},
		{&Map{Expr: arg(2)}, T{typ(2), typ(2)}, "names operand $2 of 2"},
		{&Map{Expr: scalar.Apply{Fn: "exq", Args: []scalar.Expr{arg(0)}}}, T{typ(2)}, `no scalar function "exq" of 1`},
		{&Map{Expr: scalar.Apply{Fn: "add", Args: []scalar.Expr{arg(0)}}}, T{typ(2)}, `"add" of 1`},
		{&Map{Expr: scalar.Call("add", arg(0), arg(1))}, T{typ(n, 3), typ(4)}, "do not broadcast: 3 against 4"},

		{product(func(*Contract) {}), T{typ(n, 3)}, "takes two operands"},
		{product(func(*Contract) {}), T{idTyp(n, 3), typ(3, 4)}, "not f32"},
		{product(func(*Contract) {}), T{typ(n, 3, 1), typ(3, 4)}, "2 indices for a left operand"},
		{product(func(*Contract) {}), T{typ(5, 3), typ(3, 4)}, "mixes the batch"},
		{product(func(k *Contract) { k.Shape = ir.Shape{n, 0} }), xw, "extent 0"},
		{product(func(k *Contract) { k.Axes[1].Name = "n" }), xw, "occurs twice"},
		{product(func(k *Contract) { k.Axes[1].Extent = n }), xw, "two axes count the batch"},
		{product(func(k *Contract) { k.Axes[1].Extent = -5 }), xw, "extent -5"},
		{product(func(k *Contract) { k.Axes = append(k.Axes, Axis{"z", 2}) }), xw, "axis z indexes nothing"},
		{product(func(k *Contract) { k.Lhs[1] = At(7) }), xw, "index of axis 7 of 3"},
		{product(func(k *Contract) { k.Lhs[0] = Index{Terms: []Term{{0, 2}}} }), xw, "mixes the batch"},
		{product(func(*Contract) {}), append(xw[:2:2], typ(4)), "extras without an epilogue"},
		{product(func(k *Contract) { k.Epilogue = arg(1) }), append(xw[:2:2], typ(5)), "extra 0 of shape [5]"},
		{product(func(k *Contract) { k.Epilogue = arg(2) }), append(xw[:2:2], typ(4)), "names operand"},

		{&Reduce{Kind: loop.Sum}, T{typ(2), typ(2)}, "without an expression"},
		{&Reduce{Kind: loop.Sum}, T{typ(n, ir.Ragged)}, "ragged"},
		{&Reduce{Kind: loop.Sum, Axes: []int{2}}, T{typ(n, 2)}, "axes [2] of shape"},
		{&Reduce{Kind: loop.Sum, Axes: []int{1, 1}}, T{typ(n, 2)}, "axes [1 1] of shape"},
		{&Reduce{Kind: loop.Store}, T{typ(2)}, "store is not a reduction"},
		{&Reduce{Kind: loop.Max, Mean: true}, T{typ(2)}, "mean of a max"},
		{&Reduce{Kind: loop.ArgMax, Axes: []int{0, 1}}, T{typ(2, 2)}, "argmax goes over one axis"},
		{&Reduce{Kind: loop.Sum, Expr: arg(1)}, T{typ(2)}, "names operand"},
		{&Reduce{Kind: loop.Sum, Finish: arg(1)}, T{typ(2)}, "names operand"},
		{&Reduce{Kind: loop.Sum, Expr: arg(1)}, T{typ(2), typ(3)}, "do not broadcast"},

		{pool(func(*Window) {}), T{}, "of 0 operands"},
		{pool(func(w *Window) { w.Reduce = loop.Sum }), T{typ(n, 4, 1), typ(n, 4, 1)}, "of 2 operands"},
		{pool(func(*Window) {}), T{idTyp(n, 4, 1)}, "not f32"},
		{pool(func(w *Window) { w.Mean = true }), T{typ(n, 4, 1)}, "not a pooling"},
		{pool(func(*Window) {}), T{typ(n, 4, 1), typ(n, 5, 1)}, "picks from"},
		{pool(func(w *Window) { w.Strides = nil }), T{typ(n, 4, 1)}, "different lengths"},
		{pool(func(*Window) {}), T{typ(n, 4)}, "not [n, space..., c]"},
		{pool(func(w *Window) { w.Strides[0] = 0 }), T{typ(n, 4, 1)}, "axis 0"},
		{pool(func(w *Window) { w.Sizes[0] = 5 }), T{typ(n, 4, 1)}, "span 5 exceeds the extent 4"},
		{pool(func(w *Window) { w.Before[0] = 2 }), T{typ(n, 4, 1)}, "lies in the padding"},
		{pool(func(w *Window) { w.Dilations[0], w.Before[0], w.After[0] = 3, 1, 2 }), T{typ(n, 1, 1)}, "holds no point"},
		{&WindowGrad{*pool(func(*Window) {})}, T{typ(n, 4, 1)}, "takes 2 operands"},
		{&WindowGrad{*pool(func(*Window) {})}, T{typ(n, 4), typ(n, 3)}, "not [n, space..., c]"},
		{&WindowGrad{*pool(func(*Window) {})}, T{typ(n, 4, 1), typ(n, 4, 1)}, "the window's result is"},

		{&Gather{}, T{typ(5, 2)}, "takes 2 operands"},
		{&Gather{}, T{typ(5, 2), typ(n)}, "i32 ids of a fixed shape"},
		{&Gather{}, T{typ(5, 2), idTyp(n, ir.Ragged)}, "i32 ids of a fixed shape"},
		{&Gather{}, T{typ(n, 2), idTyp(n)}, "0 shared axes"},
		{&Gather{BatchDims: 1}, T{typ(5), idTyp(5)}, "1 shared axes"},
		{&Gather{BatchDims: 1}, T{typ(n, 3), idTyp(5)}, "1 shared axes"},
		{&ScatterAdd{Shape: ir.Shape{5, 2}}, T{idTyp(n)}, "takes 2 operands"},
		{&Put{}, T{typ(n, 4, 2), idTyp(n, 1)}, "takes 3 operands"},
		{&Put{}, T{typ(n, 4, 2), idTyp(n), typ(n, 2)}, "put of f32[n,2] at ids [n] into [n,4,2]"},
		{&Put{}, T{typ(n, 4, 2), idTyp(n, 1), typ(n, 1, 3)}, "put of f32[n,1,3]"},
		{&Put{}, T{typ(n, 4, 2), typ(n, 1), typ(n, 1, 2)}, "i32 ids"},
		{&ScatterAdd{Shape: ir.Shape{5, 2}}, T{idTyp(n), typ(n, 3)}, "updates [n,3]"},
		{&ScatterAdd{Shape: ir.Shape{-5, 2}}, T{idTyp(n), typ(n, 2)}, "extent -5"},
		{&ScatterAdd{Shape: ir.Shape{5, 2}}, T{typ(n), typ(n, 2)}, "i32 ids"},

		{&GatherSum{}, T{idTyp(n, ir.Ragged)}, "takes ids, a table"},
		{&GatherSum{}, T{idTyp(n, 4), typ(5, 2)}, "ragged ids"},
		{&GatherSum{}, T{idTyp(n, ir.Ragged), idTyp(5, 2)}, "not f32"},
		{&GatherSum{}, T{idTyp(n, ir.Ragged), typ(n, 2)}, "a table of shape"},
		{&GatherSum{}, T{idTyp(n, ir.Ragged), typ(5, 2), typ(2)}, "without an epilogue"},
		{&GatherSum{Epilogue: arg(1)}, T{idTyp(n, ir.Ragged), typ(5, 2), typ(3)}, "extra 0"},
		{&GatherSum{Epilogue: arg(1)}, T{idTyp(n, ir.Ragged), typ(5, 2)}, "names operand"},
		{&ScatterSum{Limit: 5}, T{idTyp(n, ir.Ragged)}, "takes 2 operands"},
		{&ScatterSum{Limit: 5}, T{typ(n), typ(n, 2)}, "ragged ids"},
		{&ScatterSum{}, T{idTyp(n, ir.Ragged), typ(n, 2)}, "into 0 rows"},
		{&ScatterSum{Limit: 5}, T{idTyp(n, ir.Ragged), typ(5, 2)}, "rows f32[5,2]"},
		{&MultiHot{Limit: 5}, T{}, "takes 1 operands"},
		{&MultiHot{Limit: 5}, T{typ(n)}, "ids are i32"},
		{&MultiHot{Limit: 5}, T{idTyp(n, 2, 2)}, "ids are i32"},
		{&MultiHot{}, T{idTyp(n)}, "below 0"},

		{&Reshape{Shape: ir.Shape{n, 4}}, T{}, "takes 1 operands"},
		{&Reshape{Shape: ir.Shape{n, 4}}, T{typ(n, 5)}, "5 elements against 4"},
		{&Reshape{Shape: ir.Shape{4}}, T{typ(n, 4)}, "4 elements against 4"},
		{&Reshape{Shape: ir.Shape{n, 0}}, T{typ(n, 4)}, "extent 0"},
		{&Reshape{Shape: ir.Shape{n, 4}}, T{idTyp(n, ir.Ragged)}, "ragged"},
		{&Transpose{}, T{}, "takes 1 operands"},
		{&Transpose{Perm: []int{0}}, T{idTyp(n, ir.Ragged)}, "ragged"},
		{&Transpose{Perm: []int{0, 1, 1}}, T{typ(n, 2, 3)}, "not a permutation"},
		{&Transpose{Perm: []int{0, 1}}, T{typ(n, 2, 3)}, "not a permutation"},
		{&Transpose{}, T{typ(n, 2, 3)}, "does not keep the batch axis"},
		{&Transpose{Perm: []int{1, 0}}, T{typ(n, 2)}, "does not keep the batch axis"},
		{&Slice{}, T{}, "takes 1 operands"},
		{&Slice{}, T{idTyp(n, ir.Ragged)}, "ragged"},
		{&Slice{}, T{typ(2)}, "does not name every axis"},
		{&Slice{Starts: []int{1}, Sizes: []int{n}, Steps: []int{1}}, T{typ(n)}, "cuts the batch axis"},
		{&Slice{Starts: []int{1}, Sizes: []int{2}, Steps: []int{1}}, T{typ(2)}, "2 elements from 1"},
		{&Slice{Starts: []int{0}, Sizes: []int{2}, Steps: []int{-1}}, T{typ(2)}, "steps of -1"},
		{&Slice{Starts: []int{0}, Sizes: []int{2}, Steps: []int{0}}, T{typ(2)}, "steps of 0"},
		{&Slice{Starts: []int{0}, Sizes: []int{2}, Steps: []int{1 << 62}}, T{typ(2)}, "steps of"},
		{&Concat{}, T{}, "concat of nothing"},
		{&Concat{}, T{typ(n, 2)}, "along axis 0"},
		{&Concat{Axis: 2}, T{typ(n, 2)}, "along axis 2"},
		{&Concat{Axis: 1}, T{typ(n, 2), typ(n, 2, 1)}, "does not fit"},
		{&Concat{Axis: 1}, T{typ(n, 2), idTyp(n, 2)}, "does not fit"},
		{&Concat{Axis: 1}, T{idTyp(n, ir.Ragged)}, "ragged"},
		{&Pad{}, T{}, "takes 1 operands"},
		{&Pad{}, T{idTyp(2)}, "not f32"},
		{&Pad{Before: []int{1}}, T{typ(2)}, "does not name every axis"},
		{&Pad{Before: []int{-1}, After: []int{0}}, T{typ(2)}, "axis 0"},
		{&Pad{Before: []int{1}, After: []int{0}}, T{typ(n)}, "pads the batch axis"},
		{&Pad{Before: []int{0}, After: []int{0}, Interior: []int{-1}}, T{typ(2)}, "axis 0"},
		{&Broadcast{}, T{}, "takes 1 operands"},
		{&Broadcast{Shape: ir.Shape{n, 2}}, T{idTyp(n, ir.Ragged)}, "ragged"},
		{&Broadcast{Shape: ir.Shape{2}}, T{typ(3)}, "does not broadcast"},
		{&Broadcast{Shape: ir.Shape{1}}, T{typ(3)}, "does not broadcast"},
		{&Random{Stream: "s"}, T{typ()}, "takes 0 operands"},
		{&Random{Stream: "s", Shape: ir.Shape{n, ir.Ragged}}, nil, "ragged"},
	} {
		if _, err := k.op.Infer(k.args); err == nil || !strings.Contains(err.Error(), k.want) {
			t.Errorf("%v of %v: %v, want %q", k.op, k.args, err, k.want)
		}
	}
}

// TestConstructorErrors checks what constructors say before a primitive is
// built, and that a mistake further up is not reported again.
func TestConstructorErrors(t *testing.T) {
	b := ir.NewBuilder("g")
	x := f32(b, "x", n, 3)
	bad := b.Errorf("the first mistake")
	silent := []*ir.Value{
		MatMul(b, bad, x), Einsum(b, "ni,io->no", x, bad), Sum(b, bad, false, 9), Softmax(b, bad, 9), LogSoftmax(b, bad, 9),
		LogSumExp(b, bad, false, 9), Concatenate(b, 9, x, bad), SliceAxis(b, bad, 9, 0, 1), ReshapeTo(b, bad, nil),
		BroadcastTo(b, bad, nil), Unary(b, "exp", bad), Unary(b, "linear", bad), Select(b, bad, x, x), GatherRows(b, bad, x),
	}
	finals, outputs := Recur(b, Recurrence{Length: 2, Initial: []*ir.Value{bad}})
	if len(b.Errors) != 1 || finals != nil || outputs != nil {
		t.Errorf("a mistake is reported again: %v", b.Errors)
	}
	loud := []*ir.Value{
		Sum(b, x, false, 2), Flip(b, x, -3), Concatenate(b, 2, x), Concatenate(b, 0), Softmax(b, x, 5), LogSumExp(b, x, false, 5),
		ReshapeTo(b, x, ir.Shape{n, 4}), BroadcastTo(b, x, ir.Shape{n, 4}), TransposeTo(b, x, 1, 0), GatherRows(b, x, x), OneHot(b, x, 4, true),
		PadWith(b, x, nil, nil, 0), ConstOf(b, ir.Shape{2}, nil), GatherAlong(b, x, x, 1),
	}
	for i, v := range append(silent, loud...) {
		if v.Valid() {
			t.Errorf("result %d is valid: %v", i, v.Op)
		}
	}
	if len(b.Errors) != 1+len(loud) {
		t.Errorf("%d mistakes, want %d: %v", len(b.Errors), 1+len(loud), b.Errors)
	}
	if Concatenate(b, 1, x) != x || ReshapeTo(b, x, ir.Shape{n, 3}) != x || BroadcastTo(b, x, ir.Shape{n, 3}) != x || Unary(b, "linear", x) != x {
		t.Error("a constructor builds what changes nothing")
	}
}
