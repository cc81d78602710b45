package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// GatherSum sums the table rows that a ragged list of ids names,
//
//	out[r,:] = Epilogue(Σ_{id in row r} table[id,:], extras...)
//
// which is MultiHot(ids)·table without the zeros. Operands: ids [n,*], table
// [V,D], extras, which broadcast to the result [n,D].
type GatherSum struct {
	Set      bool        // a duplicate id counts once
	Epilogue scalar.Expr // of Arg(0), the sum, and Arg(1+i), extra i; nil: the sum
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

// Eval32 is the rule in single precision.
func (g *GatherSum) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalGatherSum(c, g, v, args)
}

// Eval64 is the rule in double precision.
func (g *GatherSum) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalGatherSum(c, g, v, args)
}

func evalGatherSum[F ir.Float](c *ir.Context[F], g *GatherSum, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	width := out.Shape[1]
	for r := range c.Rows {
		sum := out.F[r*width : (r+1)*width]
		for _, id := range rowIDs(args[0], r, g.Set) {
			for i, x := range args[1].F[int(id)*width : (int(id)+1)*width] {
				sum[i] += x
			}
		}
	}
	if g.Epilogue == nil {
		return out
	}
	return elementwise(c, g.Epilogue, out.Shape, append([]*ir.Tensor[F]{out}, args[2:]...))
}

// rowIDs are the ids of row r; with set, each of them once.
func rowIDs[F ir.Float](ids *ir.Tensor[F], r int, set bool) []int32 {
	var row []int32
	if ids.Offsets != nil {
		row = ids.I[ids.Offsets[r]:ids.Offsets[r+1]]
	} else {
		each := len(ids.I) / ids.Shape[0]
		row = ids.I[r*each : (r+1)*each]
	}
	if !set {
		return row
	}
	row = slices.Clone(row)
	slices.Sort(row)
	return slices.Compact(row)
}

// VJP scatters the gradient of the sum into a zero table.
func (g *GatherSum) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	ids, table := v.Args[0], v.Args[1]
	out := make([]*ir.Value, len(v.Args))
	if g.Epilogue != nil {
		dy = beneath(b, g.Epilogue, g.Word, func() *ir.Value { return b.Apply(&GatherSum{Set: g.Set}, ids, table) }, v.Args[2:], v, dy, out[2:])
		if dy == nil {
			return out
		}
	}
	out[1] = b.Apply(&ScatterSum{Limit: table.Shape[0], Set: g.Set}, ids, dy)
	return out
}

// Lower is one kernel.
func (g *GatherSum) Lower(l Lowering, v *ir.Value) {
	table := v.Args[1]
	k := &loop.GatherSum{
		Ids:   l.View(v.Args[0]).Buf,
		Table: wholeBuffer(l, v, table),
		Limit: table.Shape[0],
		Width: table.Shape[1],
		Set:   g.Set,
		Word:  g.Word,
	}
	if g.Epilogue != nil {
		k.Epilogue, k.Extra = epilogue(l, g.Epilogue, v.Args[2:], v.Shape)
	}
	k.Out = l.Result(v).Buf
	l.Emit(v, k)
}
