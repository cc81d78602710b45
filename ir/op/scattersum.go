package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
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
