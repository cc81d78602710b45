package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// GatherSum sums the table rows that a ragged list of ids names,
//
//	out[r,:] = Epilogue(Σ_{id in row r} table[id,:], extras...)
//
// which is MultiHot(ids)·table without the zeros. Operands: ids [n,*], table
// [V,D], extras, which broadcast to the result [n,D].
type GatherSum struct {
	Set      bool      // a duplicate id counts once
	Epilogue loop.Expr // of Arg(0), the sum, and Arg(1+i), extra i; nil: the sum
	Word     string
}

// Name is "gathersum".
func (*GatherSum) Name() string { return "gathersum" }

func (g *GatherSum) String() string {
	s := "gathersum[" + counting(g.Set)
	if g.Epilogue != nil {
		s += "; " + titled(g.Word, g.Epilogue)
	}
	return s + "]"
}

func counting(set bool) string {
	if set {
		return "set"
	}
	return "count"
}

// ragged reports an operand that is not a ragged list of ids.
func ragged(name string, t ir.Type) error {
	if t.DType != ir.I32 || !t.Shape.Ragged() || len(t.Shape) != 2 {
		return fmt.Errorf("%s takes ragged ids i32[n,*], not %v", name, t)
	}
	return nil
}

// Infer is [n, D].
func (g *GatherSum) Infer(args []ir.Type) (ir.Type, error) {
	if len(args) < 2 {
		return ir.Type{}, fmt.Errorf("gathersum takes ids, a table and the extras of its epilogue, got %d operands", len(args))
	}
	if err := ragged("gathersum", args[0]); err != nil {
		return ir.Type{}, err
	}
	if err := numeric("gathersum", args[1:]); err != nil {
		return ir.Type{}, err
	}
	table := args[1].Shape
	if len(table) != 2 || table.Batched() {
		return ir.Type{}, fmt.Errorf("gathersum from a table of shape %v", table)
	}
	out := ir.Shape{ir.Batch, table[1]}
	for i, a := range args[2:] {
		if s, err := ir.Broadcast(out, a.Shape); err != nil || !s.Equal(out) {
			return ir.Type{}, fmt.Errorf("gathersum: extra %d of shape %v does not broadcast to %v", i, a.Shape, out)
		}
	}
	if g.Epilogue == nil && len(args) > 2 {
		return ir.Type{}, fmt.Errorf("gathersum: %d extras without an epilogue", len(args)-2)
	}
	if err := arguments("gathersum", g.Epilogue, len(args)-1); err != nil {
		return ir.Type{}, err
	}
	return ir.Type{Shape: out}, nil
}
