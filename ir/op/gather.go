package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
)

// Gather picks slices of a table by id. Operands: table, ids. With b =
// BatchDims, which both share as leading axes, the result is
//
//	out[batch..., i..., rest...] = table[batch..., ids[batch..., i...], rest...]
//
// as tf.gather(axis=b, batch_dims=b): an embedding with b = 0, the picking of
// sparse labels with b = 1.
type Gather struct{ BatchDims int }

// GatherRows is table[ids], the rows of a table [V, ...] that ids names.
func GatherRows(b *ir.Builder, table, ids *ir.Value) *ir.Value {
	return b.Apply(&Gather{}, table, ids)
}

// GatherAlong picks from the axis after the leading axes that table and ids
// share: z[n,C], ids[n] -> [n].
func GatherAlong(b *ir.Builder, table, ids *ir.Value, batchDims int) *ir.Value {
	return b.Apply(&Gather{BatchDims: batchDims}, table, ids)
}

// Name is "gather".
func (*Gather) Name() string { return "gather" }

func (g *Gather) String() string { return fmt.Sprintf("gather[batch_dims=%d]", g.BatchDims) }

// Infer is table[:b] + ids[b:] + table[b+1:].
func (g *Gather) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("gather", args, 2); err != nil {
		return ir.Type{}, err
	}
	table, ids := args[0], args[1]
	if table.DType != ir.F32 || ids.DType != ir.I32 || ids.Shape.Ragged() {
		return ir.Type{}, fmt.Errorf("gather takes an f32 table and i32 ids of a fixed shape, not %v and %v", table, ids)
	}
	b := g.BatchDims
	if b < 0 || b > len(ids.Shape) || b >= len(table.Shape) || !table.Shape[:b].Equal(ids.Shape[:b]) || table.Shape[b] == ir.Batch {
		return ir.Type{}, fmt.Errorf("gather of ids %v from %v with %d shared axes", ids.Shape, table.Shape, b)
	}
	out := append(ir.Shape{}, ids.Shape...)
	return ir.Type{Shape: append(out, table.Shape[b+1:]...)}, nil
}
