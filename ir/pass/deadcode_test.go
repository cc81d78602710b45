package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// What no root needs goes; inputs, parameters and the state that is updated stay.
func TestDeadCode(t *testing.T) {
	b := ir.NewBuilder("g")
	x := feature(b, "x", 2)
	op.Unary(b, "exp", op.Unary(b, "tanh", x))
	weight(b, "unused", 2)
	state := weight(b, "moving", 2)
	b.Graph.Updates = []ir.Update{{State: state, New: op.Mean(b, x, false, 0)}}
	check(t, passed(t, b, op.Unary(b, "tanh", x)), `graph g
  %0 x: f32[n,2] = input["x" feature 0]
  %3: f32[2] = param["unused" trainable]
  %4: f32[2] = param["moving" trainable]
  %5: f32[2] = reduce[mean axes=[0]](x)
  %6: f32[n,2] = map[tanh: tanh($0)](x)
outputs %6
update %4 = %5
`)
}
