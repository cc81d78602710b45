package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
)

// MultiHot writes the ids of a row as a dense row: out[r, id] is 1 (Set) or the
// number of times that id occurs. Operand: ids, ragged [n,*] or fixed [n,t] or
// [n], which then is one-hot.
type MultiHot struct {
	Limit int // 0 <= id < Limit
	Set   bool
}

// OneHot is the one-hot (set) or counting encoding of ids as [n, limit].
func OneHot(b *ir.Builder, ids *ir.Value, limit int, set bool) *ir.Value {
	return b.Apply(&MultiHot{Limit: limit, Set: set}, ids)
}

// Name is "multihot".
func (*MultiHot) Name() string { return "multihot" }

func (m *MultiHot) String() string {
	return fmt.Sprintf("multihot[limit=%d %s]", m.Limit, counting(m.Set))
}

// Infer is [n, Limit].
func (m *MultiHot) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("multihot", args, 1); err != nil {
		return ir.Type{}, err
	}
	ids := args[0]
	if ids.DType != ir.I32 || !ids.Shape.Batched() || len(ids.Shape) > 2 || m.Limit <= 0 {
		return ir.Type{}, fmt.Errorf("multihot of %v below %d: ids are i32 [n,*], [n,t] or [n]", ids, m.Limit)
	}
	return ir.Type{Shape: ir.Shape{ir.Batch, m.Limit}}, nil
}
