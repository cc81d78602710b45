package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
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

// Eval32 is the rule in single precision.
func (g *Gather) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalGather(c, g, v, args)
}

// Eval64 is the rule in double precision.
func (g *Gather) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalGather(c, g, v, args)
}

func evalGather[F ir.Float](c *ir.Context[F], g *Gather, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	eachSlice(g.BatchDims, args[0].Shape, args[1], func(from, to, size int) {
		copy(out.F[to:to+size], args[0].F[from:from+size])
	})
	return out
}

// eachSlice calls f with the offset of every slice that ids pick from a table
// of the given shape, the offset of its place among the picked ones, and its size.
func eachSlice[F ir.Float](batchDims int, table ir.Shape, ids *ir.Tensor[F], f func(at, picked, size int)) {
	shared, per := 1, 1
	for _, d := range table[:batchDims] {
		shared *= d
	}
	for _, d := range ids.Shape[batchDims:] {
		per *= d
	}
	limit := table[batchDims]
	size := 1
	for _, d := range table[batchDims+1:] {
		size *= d
	}
	for s := range shared {
		for i := range per {
			f((s*limit+int(ids.I[s*per+i]))*size, (s*per+i)*size, size)
		}
	}
}

// VJP scatters the gradient back into a zero table.
func (g *Gather) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	return []*ir.Value{b.Apply(&ScatterAdd{Shape: v.Args[0].Shape, BatchDims: g.BatchDims}, v.Args[1], dy), nil}
}

// Lower is one nest that reads the table at an index.
func (g *Gather) Lower(l Lowering, v *ir.Value) {
	table, ids := v.Args[0], v.Args[1]
	src := g.pick(l.View(table), table.Shape, l.View(ids), ids.Shape, len(v.Shape))
	store(l, v, l.Result(v), v.Shape, scalar.Arg(0), []loop.Access{src}, "gather")
}

// pick reads, or writes, the table at the points of the picked slices.
func (g *Gather) pick(table View, shape ir.Shape, ids View, list ir.Shape, rank int) loop.Access {
	b := g.BatchDims
	index := loop.Access{Buf: ids.Buf, Offset: ids.Offset, Strides: make([]int, rank)}
	copy(index.Strides, ids.Strides)
	a := loop.Access{Buf: table.Buf, Offset: table.Offset, Strides: make([]int, rank), Index: &index, IndexStride: table.Strides[b]}
	copy(a.Strides, table.Strides[:b])
	copy(a.Strides[len(list):], table.Strides[b+1:])
	return a
}
