package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// ScatterAdd is the gradient of Gather by its table: a zero tensor of Shape to
// which every update is added at its id,
//
//	out[batch..., ids[batch..., i...], rest...] += updates[batch..., i..., rest...].
//
// Operands: ids, updates.
type ScatterAdd struct {
	Shape     ir.Shape
	BatchDims int
}

// Name is "scatteradd".
func (*ScatterAdd) Name() string { return "scatteradd" }

func (s *ScatterAdd) String() string {
	return fmt.Sprintf("scatteradd[%v batch_dims=%d]", s.Shape, s.BatchDims)
}

// Infer checks that the updates are what Gather of these ids gives from Shape.
func (s *ScatterAdd) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("scatteradd", args, 2); err != nil {
		return ir.Type{}, err
	}
	if err := s.Shape.Check(); err != nil {
		return ir.Type{}, err
	}
	out := ir.Type{Shape: s.Shape}
	want, err := (&Gather{s.BatchDims}).Infer([]ir.Type{out, args[0]})
	if err != nil {
		return ir.Type{}, err
	}
	if args[1].DType != ir.F32 || !args[1].Shape.Equal(want.Shape) {
		return ir.Type{}, fmt.Errorf("scatteradd of updates %v at ids %v into %v", args[1].Shape, args[0].Shape, s.Shape)
	}
	return out, nil
}

// Eval32 is the rule in single precision.
func (s *ScatterAdd) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalScatterAdd(c, s, v, args)
}

// Eval64 is the rule in double precision.
func (s *ScatterAdd) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalScatterAdd(c, s, v, args)
}

func evalScatterAdd[F ir.Float](c *ir.Context[F], s *ScatterAdd, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	eachSlice(s.BatchDims, out.Shape, args[0], func(to, from, size int) {
		for i := range size {
			out.F[to+i] += args[1].F[from+i]
		}
	})
	return out
}

// VJP picks the gradient where the updates went.
func (s *ScatterAdd) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	return []*ir.Value{nil, b.Apply(&Gather{BatchDims: s.BatchDims}, dy, v.Args[0])}
}

// Lower fills the result with zeros, then adds to it at an index.
func (s *ScatterAdd) Lower(l Lowering, v *ir.Value) {
	ids, updates := v.Args[0], v.Args[1]
	to := l.Result(v)
	store(l, v, to, s.Shape, scalar.Num(0), nil, "from zero")
	dst := (&Gather{s.BatchDims}).pick(to, s.Shape, l.View(ids), ids.Shape, len(updates.Shape))
	srcs := []loop.Access{access(l.View(updates), updates.Shape, updates.Shape)}
	all := pointers(&dst, srcs)
	l.Emit(v, &loop.Nest{
		Outer: collapse(loops(updates.Shape), all, 0),
		Body:  []loop.Stmt{{Dst: dst, Value: scalar.Arg(0), Srcs: srcs, Accumulate: true, Word: "scatter"}},
	})
}
