package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
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

// Eval32 is the rule in single precision.
func (m *MultiHot) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalMultiHot(c, m, v, args)
}

// Eval64 is the rule in double precision.
func (m *MultiHot) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalMultiHot(c, m, v, args)
}

func evalMultiHot[F ir.Float](c *ir.Context[F], m *MultiHot, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	for r := range c.Rows {
		for _, id := range rowIDs(args[0], r, m.Set) {
			out.F[r*m.Limit+int(id)]++
		}
	}
	return out
}

// VJP hands nothing on: ids have no gradient.
func (*MultiHot) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return []*ir.Value{nil} }

// Lower is one kernel, which reads the ids in the order in which they lie.
func (m *MultiHot) Lower(l Lowering, v *ir.Value) {
	ids := v.Args[0]
	w := l.View(ids)
	if !ids.Shape.Ragged() && (w.Offset != 0 || w.Buf.Row() != ids.Shape.Elements() || !contiguous(ids.Shape, w.Strides)) {
		l.Errorf(v, "the encoding of a part of the ids of an input is not lowered by this version")
		return
	}
	l.Emit(v, &loop.MultiHot{Ids: w.Buf, Out: l.Result(v).Buf, Limit: m.Limit, Set: m.Set})
}
