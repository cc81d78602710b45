package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Masker is the settings of a layer that says itself which mask its result has.
type Masker interface {
	// ComputeMask is the mask of y, the result of in; nil where it has none.
	ComputeMask(c *Context, in []*ir.Value, y *ir.Value) *ir.Value
}

// MaskOf is the mask of y, which a layer has made of in; nil where it has none.
// A mask is 1 at the steps that count and 0 at the others, [n, steps] for
// sequences. As in Keras 3 (layers/layer.py, Layer.__call__), a layer hands the
// mask of its input on, says itself which mask it has, or, as most that change
// the axes do, drops it.
func MaskOf(c *Context, info Info, config Config, in []*ir.Value, y *ir.Value) *ir.Value {
	if !y.Valid() {
		return nil
	}
	if m, ok := config.(Masker); ok {
		return m.ComputeMask(c, in, y)
	}
	switch {
	case !info.Masks:
		return nil
	case info.Merge:
		return anyMask(c, in)
	}
	return c.Masks[in[0]]
}

// anyMask counts what counts in one of the inputs; nil where one of them has no
// mask. Source: Keras 3, layers/merging/base_merge.py, compute_mask.
func anyMask(c *Context, in []*ir.Value) *ir.Value {
	var counts *ir.Value
	for _, x := range in {
		m := c.Masks[x]
		switch {
		case m == nil:
			return nil
		case counts == nil || counts == m:
			counts = m
		default:
			if _, err := ir.Broadcast(counts.Shape, m.Shape); err != nil {
				return c.Errorf("%s takes inputs with masks of one shape, but %s has %v after those before it, %v", c.Kind, from(x), m.Shape, counts.Shape)
			}
			counts = op.Binary(c.B, "max", counts, m)
		}
	}
	if counts != c.Masks[in[0]] {
		c.Named(counts, "mask")
	}
	return counts
}

// maskOver gives the mask of x a last axis of length 1, so that it stretches over the
// features of x; nil where x has none.
func maskOver(c *Context, x *ir.Value) *ir.Value {
	m := c.Masks[x]
	if m == nil || !m.Valid() {
		return nil
	}
	if len(m.Shape) != len(x.Shape)-1 {
		return c.Errorf("%s takes a mask of one axis less than its input, but %s gives %v with a mask %v", c.Kind, from(x), x.Shape, m.Shape)
	}
	return op.ReshapeTo(c.B, m, append(slices.Clone(m.Shape), 1))
}

// counted is 1 where x is not value, and 0 elsewhere.
func counted(value float64) scalar.Expr {
	return scalar.Call("select", scalar.Call("eq", scalar.Arg(0), scalar.Num(value)), scalar.Num(0), scalar.Num(1))
}
