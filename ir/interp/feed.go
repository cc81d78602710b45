package interp

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// feed checks the batch against the inputs of a graph and adds what may be left out.
func (m *Machine[F]) feed(g *ir.Graph, b Batch[F]) (map[string]*ir.Tensor[F], error) {
	if b.Rows <= 0 {
		return nil, fmt.Errorf("a batch of %d rows", b.Rows)
	}
	total := b.Total
	if total == 0 {
		total = b.Rows
	}
	out := make(map[string]*ir.Tensor[F], len(g.Inputs))
	for _, v := range g.Inputs {
		in := v.Op.(*op.Input)
		t := b.Feed[in.Port]
		switch {
		case t != nil:
		case in.Kind == op.Weight:
			t = ir.NewTensor[F](ir.Shape{b.Rows})
			for i := range t.F {
				t.F[i] = 1
			}
		case in.Kind == op.State && in.Of.DType == ir.F32: // as before the first batch
			t = ir.NewTensor[F](v.Shape.Concrete(b.Rows))
		case in.Kind == op.InvTotal:
			t = &ir.Tensor[F]{Shape: ir.Shape{}, F: []F{1 / F(total)}}
		case in.Kind == op.Share:
			t = &ir.Tensor[F]{Shape: ir.Shape{}, F: []F{F(b.Rows) / F(total)}}
		default:
			return nil, fmt.Errorf("input %q is missing", in.Port)
		}
		if err := fits(in, v, t, b.Rows); err != nil {
			return nil, fmt.Errorf("input %q: %w", in.Port, err)
		}
		out[in.Port] = t
	}
	return out, nil
}

// fits checks shape, element type and ids.
func fits[F ir.Float](in *op.Input, v *ir.Value, t *ir.Tensor[F], rows int) error {
	if v.Shape.Ragged() {
		if len(t.Offsets) != rows+1 || t.Offsets[0] != 0 || t.Offsets[rows] != len(t.I) {
			return fmt.Errorf("%d offsets for %d ragged rows of %d ids", len(t.Offsets), rows, len(t.I))
		}
		for r := range rows {
			if t.Offsets[r] > t.Offsets[r+1] {
				return fmt.Errorf("row %d ends before it begins", r)
			}
		}
	} else {
		want := v.Shape.Concrete(rows)
		have := len(t.F)
		if v.DType == ir.I32 {
			have = len(t.I)
		}
		if !t.Shape.Equal(want) || have != want.Elements() {
			return fmt.Errorf("%d elements of shape %v, want %v of shape %v", have, t.Shape, v.DType, want)
		}
	}
	if in.Limit > 0 {
		for i, id := range t.I {
			if int(id) < in.Least || int(id) >= in.Limit {
				return fmt.Errorf("element %d is id %d, ids are %d to %d", i, id, in.Least, in.Limit-1)
			}
		}
	}
	return nil
}
