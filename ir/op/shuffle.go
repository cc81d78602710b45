package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// Shuffle puts the rows of a batch into the order that keys give, which must be a whole
// batch: the rank of row r is how many keys come before its own, those below it and of
// equal ones those of earlier rows, and
//
//	out[r] = x[rank(r)], or where Inverse is set, out[rank(r)] = x[r].
//
// Of keys drawn at random every order is as likely. Operands: keys [n], x [n,...].
type Shuffle struct{ Inverse bool }

// Name is "shuffle".
func (*Shuffle) Name() string { return "shuffle" }

func (s *Shuffle) String() string {
	if s.Inverse {
		return "shuffle[inverse]"
	}
	return "shuffle"
}

// Infer is the shape of the rows.
func (s *Shuffle) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("shuffle", args, 2); err != nil {
		return ir.Type{}, err
	}
	if err := numeric("shuffle", args); err != nil {
		return ir.Type{}, err
	}
	if !args[0].Shape.Equal(ir.Shape{ir.Batch}) || !args[1].Shape.Batched() {
		return ir.Type{}, fmt.Errorf("shuffle of rows %v by keys %v", args[1].Shape, args[0].Shape)
	}
	return args[1], nil
}

// Eval32 is the rule in single precision.
func (s *Shuffle) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalShuffle(c, s, v, args)
}

// Eval64 is the rule in double precision.
func (s *Shuffle) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalShuffle(c, s, v, args)
}

func evalShuffle[F ir.Float](c *ir.Context[F], s *Shuffle, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	width := v.Shape.Elements()
	for r, rank := range ranks(args[0].F) {
		to, from := r, rank
		if s.Inverse {
			to, from = rank, r
		}
		copy(out.F[to*width:(to+1)*width], args[1].F[from*width:])
	}
	return out
}

// ranks counts, for each key, those that come before it.
func ranks[F ir.Float](keys []F) []int {
	list := make([]int, len(keys))
	for r, key := range keys {
		for q, other := range keys {
			if other < key || other == key && q < r {
				list[r]++
			}
		}
	}
	return list
}

// VJP puts the gradient back into the order of the rows.
func (s *Shuffle) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	return []*ir.Value{nil, b.Apply(&Shuffle{Inverse: !s.Inverse}, v.Args[0], dy)}
}

// Lower is one kernel.
func (s *Shuffle) Lower(l Lowering, v *ir.Value) {
	l.Emit(v, &loop.Shuffle{
		Keys:    wholeBuffer(l, v, v.Args[0]),
		In:      wholeBuffer(l, v, v.Args[1]),
		Out:     l.Result(v).Buf,
		Width:   v.Shape.Elements(),
		Inverse: s.Inverse,
	})
}
