package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// images are an input [n, 3, 4, 5] with the channels first; pooled is what a layer makes
// of it that computes with them last.
func images(b *ir.Builder, port string) *ir.Value {
	return op.InputOf(b, op.Input{Port: port, Of: ir.Type{Shape: ir.Shape{ir.Batch, 3, 4, 5}}})
}

func pooled(b *ir.Builder, x *ir.Value) *ir.Value {
	last := op.TransposeTo(b, x, 0, 2, 3, 1)
	one := []int{1, 1}
	w := &op.Window{Reduce: loop.Max, Sizes: []int{3, 3}, Strides: one, Dilations: one, Before: one, After: one}
	return op.TransposeTo(b, b.Apply(w, last), 0, 3, 1, 2)
}

// Between two layers with channels first nothing is transposed: not by the elementwise
// functions and the weights there, nor for statistics.
func TestLayout(t *testing.T) {
	b := ir.NewBuilder("g")
	x := images(b, "x")
	a := pooled(b, x)
	scaled := op.Binary(b, "mul", a, weight(b, "gamma", 3, 1, 1))
	both := op.Concatenate(b, 1, op.Unary(b, "relu", scaled), x)
	mean := op.Mean(b, a, false, 0, 2, 3)
	shifted := op.Binary(b, "sub", both, op.ReshapeTo(b, op.Concatenate(b, 0, mean, mean), ir.Shape{6, 1, 1}))
	y := op.Sum(b, pooled(b, shifted), false, 2, 3)
	check(t, passed(t, b, y, layout, fold, cse), `graph g
  %0 x: f32[n,3,4,5] = input["x" feature 0]
  %1: f32[n,4,5,3] = transpose[0 2 3 1](x)
  %2: f32[n,4,5,3] = window[max size=[3 3] stride=[1 1] dilation=[1 1] before=[1 1] after=[1 1]](%1)
  %4: f32[3,1,1] = param["gamma" trainable]
  %16: f32[1,1,3] = transpose[1 2 0](%4)
  %17: f32[n,4,5,3] = map[mul: mul($0, $1)](%2, %16)
  %18: f32[n,4,5,3] = map[relu: max($0, 0)](%17)
  %20: f32[n,4,5,6] = concat[axis=3](%18, %1)
  %8: f32[3] = reduce[mean axes=[0 1 2]](%2)
  %9: f32[6] = concat[axis=0](%8, %8)
  %10: f32[6,1,1] = reshape[[6,1,1]](%9)
  %21: f32[1,1,6] = transpose[1 2 0](%10)
  %22: f32[n,4,5,6] = map[sub: sub($0, $1)](%20, %21)
  %13: f32[n,4,5,6] = window[max size=[3 3] stride=[1 1] dilation=[1 1] before=[1 1] after=[1 1]](%22)
  %15: f32[n,6] = reduce[sum axes=[1 2]](%13)
outputs %15
`)
}

// What nobody transposes back stays as it is.
func TestLayoutStays(t *testing.T) {
	b := ir.NewBuilder("g")
	a := pooled(b, images(b, "x"))
	check(t, passed(t, b, op.Unary(b, "exp", a), layout), `graph g
  %0 x: f32[n,3,4,5] = input["x" feature 0]
  %1: f32[n,4,5,3] = transpose[0 2 3 1](x)
  %2: f32[n,4,5,3] = window[max size=[3 3] stride=[1 1] dilation=[1 1] before=[1 1] after=[1 1]](%1)
  %3: f32[n,3,4,5] = transpose[0 3 1 2](%2)
  %4: f32[n,3,4,5] = map[exp: exp($0)](%3)
outputs %4
`)
}
