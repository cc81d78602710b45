package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// ScatterSum is the gradient of GatherSum by its table: from a zero table
// [Limit, D], table[id,:] += dy[r,:] for every id of every row. Operands: ids
// [n,*], dy [n,D].
type ScatterSum struct {
	Limit int
	Set   bool // a duplicate id counts once
}

// Name is "scattersum".
func (*ScatterSum) Name() string { return "scattersum" }

func (s *ScatterSum) String() string {
	return fmt.Sprintf("scattersum[limit=%d %s]", s.Limit, counting(s.Set))
}

// Infer is [Limit, D].
func (s *ScatterSum) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("scattersum", args, 2); err != nil {
		return ir.Type{}, err
	}
	if err := ragged("scattersum", args[0]); err != nil {
		return ir.Type{}, err
	}
	dy := args[1]
	if dy.DType != ir.F32 || !dy.Shape.Batched() || dy.Shape.Ragged() || len(dy.Shape) != 2 || s.Limit <= 0 {
		return ir.Type{}, fmt.Errorf("scattersum of rows %v into %d rows", dy, s.Limit)
	}
	return ir.Type{Shape: ir.Shape{s.Limit, dy.Shape[1]}}, nil
}

// Eval32 is the rule in single precision.
func (s *ScatterSum) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalScatterSum(c, s, v, args)
}

// Eval64 is the rule in double precision.
func (s *ScatterSum) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalScatterSum(c, s, v, args)
}

func evalScatterSum[F ir.Float](c *ir.Context[F], s *ScatterSum, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape)
	width := out.Shape[1]
	for r := range c.Rows {
		for _, id := range rowIDs(args[0], r, s.Set) {
			for i, x := range args[1].F[r*width : (r+1)*width] {
				out.F[int(id)*width+i] += x
			}
		}
	}
	return out
}

// VJP sums the gradient's rows that were added to.
func (s *ScatterSum) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	return []*ir.Value{nil, b.Apply(&GatherSum{Set: s.Set}, v.Args[0], dy)}
}

// Lower is one kernel.
func (s *ScatterSum) Lower(l Lowering, v *ir.Value) {
	grad := wholeBuffer(l, v, v.Args[1])
	l.Emit(v, &loop.ScatterSum{
		Ids:   l.View(v.Args[0]).Buf,
		Grad:  grad,
		Table: l.Result(v).Buf,
		Limit: s.Limit,
		Width: v.Shape[1],
		Set:   s.Set,
	})
}
