package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

func TestCSE(t *testing.T) {
	b := ir.NewBuilder("g")
	x := feature(b, "x", 2)
	// Equal chains are one; another constant, another stream and another order are not.
	first := op.Unary(b, "exp", op.Binary(b, "sub", x, op.ConstOf(b, ir.Shape{2}, []float64{1, 2})))
	second := b.Named(op.Unary(b, "exp", op.Binary(b, "sub", x, op.ConstOf(b, ir.Shape{2}, []float64{1, 2}))), "e")
	other := op.Binary(b, "sub", x, op.ConstOf(b, ir.Shape{2}, []float64{1, 3}))
	noise := op.Binary(b, "sub", op.Uniform(b, "a", x.Shape), op.Uniform(b, "b", x.Shape))
	again := op.Binary(b, "sub", op.Uniform(b, "b", x.Shape), op.Uniform(b, "a", x.Shape))
	out := op.Concatenate(b, 1, first, second, other, noise, again)
	check(t, passed(t, b, out, cse), `graph g
  %0 x: f32[n,2] = input["x" feature 0]
  %1: f32[2] = const[[2] #2f121cea1c5c97f8]
  %2: f32[n,2] = map[sub: sub($0, $1)](x, %1)
  %3 e: f32[n,2] = map[exp: exp($0)](%2)
  %7: f32[2] = const[[2] #2ef6ecea1c457eb0]
  %8: f32[n,2] = map[sub: sub($0, $1)](x, %7)
  %9: f32[n,2] = random["a" [n,2]]
  %10: f32[n,2] = random["b" [n,2]]
  %11: f32[n,2] = map[sub: sub($0, $1)](%9, %10)
  %14: f32[n,2] = map[sub: sub($0, $1)](%10, %9)
  %15: f32[n,10] = concat[axis=1](e, e, %8, %11, %14)
outputs %15
`)
}
