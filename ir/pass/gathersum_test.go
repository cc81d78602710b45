package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

func raggedIDs(b *ir.Builder) *ir.Value {
	return op.InputOf(b, op.Input{Port: "ids", Of: ir.Type{Shape: ir.Shape{ir.Batch, ir.Ragged}, DType: ir.I32}, Limit: 9})
}

func TestGatherSum(t *testing.T) {
	b := ir.NewBuilder("g")
	hot := op.OneHot(b, raggedIDs(b), 9, true)
	check(t, passed(t, b, op.MatMul(b, hot, weight(b, "w", 9, 4)), gatherSum), `graph g
  %0 ids: i32[n,*] = input["ids" feature 0 limit=9]
  %2: f32[9,4] = param["w" trainable]
  %3: f32[n,4] = gathersum[set](ids, %2)
outputs %3
`)
}

// The encoding stays for those who want it itself.
func TestGatherSumKeepsEncoding(t *testing.T) {
	b := ir.NewBuilder("g")
	hot := op.OneHot(b, raggedIDs(b), 9, false)
	sum := op.MatMul(b, hot, weight(b, "w", 9, 4))
	check(t, passed(t, b, op.Concatenate(b, 1, sum, hot), gatherSum), `graph g
  %0 ids: i32[n,*] = input["ids" feature 0 limit=9]
  %1: f32[n,9] = multihot[limit=9 count](ids)
  %2: f32[9,4] = param["w" trainable]
  %3: f32[n,4] = gathersum[count](ids, %2)
  %4: f32[n,13] = concat[axis=1](%3, %1)
outputs %4
`)
}

// Products that are none of rows of ids stay: a transposed encoding, ids of a
// fixed number, and a set whose repetitions somebody else counts.
func TestGatherSumRefuses(t *testing.T) {
	for name, build := range map[string]func(b *ir.Builder) *ir.Value{
		"transposed": func(b *ir.Builder) *ir.Value {
			return op.Einsum(b, "ni,no->io", op.OneHot(b, raggedIDs(b), 9, true), feature(b, "x", 4))
		},
		"fixed": func(b *ir.Builder) *ir.Value {
			ids := op.InputOf(b, op.Input{Port: "ids", Of: ir.Type{Shape: ir.Shape{ir.Batch, 3}, DType: ir.I32}, Limit: 9})
			return op.MatMul(b, op.OneHot(b, ids, 9, true), weight(b, "w", 9, 4))
		},
		"counted elsewhere": func(b *ir.Builder) *ir.Value {
			ids := raggedIDs(b)
			b.Graph.Outputs = append(b.Graph.Outputs, op.OneHot(b, ids, 9, false))
			return op.MatMul(b, op.OneHot(b, ids, 9, true), weight(b, "w", 9, 4))
		},
	} {
		b := ir.NewBuilder("g")
		passed(t, b, build(b), gatherSum)
		for _, v := range b.Graph.Values {
			if _, ok := v.Op.(*op.GatherSum); ok {
				t.Errorf("%s: became a gather-sum", name)
			}
		}
	}
}
