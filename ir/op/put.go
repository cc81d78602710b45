package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Put is a table with one of its rows replaced, which is what a step of a sequence
// makes of the steps before it: of a table [n, T, rest...], ids [n, 1] and rows [n, 1,
// rest...],
//
//	out[n, t, rest...] = rows[n, 0, rest...] where t is ids[n, 0], and table[n, t, rest...] elsewhere.
//
// Operands: table, ids, rows. The table is a state that nothing else reads: the row is
// stored in its very place.
type Put struct{}

// PutRow is table with the row that ids names replaced.
func PutRow(b *ir.Builder, table, ids, rows *ir.Value) *ir.Value {
	return b.Apply(&Put{}, table, ids, rows)
}

// Name is "put".
func (*Put) Name() string { return "put" }

func (*Put) String() string { return "put" }

// Infer is the type of the table.
func (*Put) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("put", args, 3); err != nil {
		return ir.Type{}, err
	}
	want, err := (&Gather{BatchDims: 1}).Infer(args[:2])
	if err != nil {
		return ir.Type{}, fmt.Errorf("put: %v", err)
	}
	if !args[1].Shape.Equal(ir.Shape{ir.Batch, 1}) || args[2].DType != ir.F32 || !args[2].Shape.Equal(want.Shape) {
		return ir.Type{}, fmt.Errorf("put of %v at ids %v into %v", args[2], args[1].Shape, args[0].Shape)
	}
	return args[0], nil
}

// Eval32 is the rule in single precision.
func (p *Put) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalPut(c, p, v, args)
}

// Eval64 is the rule in double precision.
func (p *Put) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalPut(c, p, v, args)
}

func evalPut[F ir.Float](c *ir.Context[F], _ *Put, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	copy(out.F, args[0].F)
	eachSlice(1, args[0].Shape, args[1], func(to, from, size int) {
		copy(out.F[to:to+size], args[2].F[from:from+size])
	})
	return out
}

// VJP gives the row its part of the gradient, and the table the rest.
func (p *Put) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	rows := GatherAlong(b, dy, v.Args[1], 1)
	there := b.Apply(&ScatterAdd{Shape: v.Shape, BatchDims: 1}, v.Args[1], rows)
	return []*ir.Value{Binary(b, "sub", dy, there), nil, rows}
}

// Lower stores the row in the state.
func (*Put) Lower(l Lowering, v *ir.Value) {
	table, ids, rows := v.Args[0], v.Args[1], v.Args[2]
	in, state := table.Op.(*Input)
	if list, root := l.Readers(table); !state || in.Kind != State || len(list) != 1 || root {
		l.Errorf(v, "put takes a state that nothing else reads")
		return
	}
	to := l.View(table)
	dst := (&Gather{BatchDims: 1}).pick(to, table.Shape, l.View(ids), ids.Shape, len(rows.Shape))
	srcs := []loop.Access{access(l.View(rows), rows.Shape, rows.Shape)}
	all := pointers(&dst, srcs)
	l.Emit(v, &loop.Nest{
		Outer: collapse(loops(rows.Shape), all, 0),
		Body:  []loop.Stmt{{Dst: dst, Value: scalar.Arg(0), Srcs: srcs, Word: "put"}},
	})
	l.Alias(v, to)
}
