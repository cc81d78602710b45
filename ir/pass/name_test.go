package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
)

func TestName(t *testing.T) {
	b := ir.NewBuilder("g")
	b.At("in", diag.Pos{})
	x := feature(b, "x", 2)
	b.At("head", diag.Pos{})
	y := op.Binary(b, "add", op.Unary(b, "exp", x), op.Unary(b, "exp", op.Unary(b, "tanh", x)))
	y = b.Named(op.Binary(b, "mul", y, weight(b, "head/scale", 2)), "head")
	b.At("loss", diag.Pos{})
	target := op.InputOf(b, op.Input{Port: "head", Kind: op.Target, Of: ir.Type{Shape: ir.Shape{ir.Batch, 2}}})
	out := b.Named(op.Binary(b, "sub", y, target), "head") // a name that is taken
	text := passed(t, b, out, name)
	check(t, text, `graph g
  %0 x: f32[n,2] = input["x" feature 0]  # "in"
  %1 head.exp: f32[n,2] = map[exp: exp($0)](x)  # "head"
  %2 head.tanh: f32[n,2] = map[tanh: tanh($0)](x)  # "head"
  %3 head.exp2: f32[n,2] = map[exp: exp($0)](head.tanh)  # "head"
  %4 head.add: f32[n,2] = map[add: add($0, $1)](head.exp, head.exp2)  # "head"
  %5 head/scale: f32[2] = param["head/scale" trainable]  # "head"
  %6 head: f32[n,2] = map[mul: mul($0, $1)](head.add, head/scale)  # "head"
  %7 head.target: f32[n,2] = input["head" target 0]  # "loss"
  %8 head2: f32[n,2] = map[sub: sub($0, $1)](head, head.target)  # "loss"
outputs head2
`)
	if err := name(b.Graph); err != nil || b.Graph.String() != text {
		t.Errorf("named again: %v\n%v", err, b.Graph)
	}
}
