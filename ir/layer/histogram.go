package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer/operation"
	"github.com/nngen-go/nngen/ir/op"
)

// histogram counts ids, [n, groups, count] of numbers below bins, in each group of each
// row: [n, groups, bins].
func histogram(c *Context, ids *ir.Value, bins int) *ir.Value {
	if !ids.Valid() {
		return ids
	}
	scatter := &op.ScatterAdd{Shape: ir.Shape{ir.Batch, ids.Shape[1], bins}, BatchDims: 2}
	ones := op.BroadcastTo(c.B, op.Scalar(c.B, 1), ids.Shape)
	return c.Named(c.B.Apply(scatter, ids, ones), "histogram")
}

// cumulated is the sum of the bins of a histogram so far.
func cumulated(c *Context, histogram *ir.Value) *ir.Value {
	return c.Named(operation.Cumulated(c.B, c.Named, histogram, 2, "add", 0), "cumulated")
}

// lookedUp is what tables [n, groups, bins] hold at ids [n, groups, count].
func lookedUp(c *Context, tables, ids *ir.Value) *ir.Value {
	return c.Named(op.GatherAlong(c.B, tables, ids, 2), "level")
}
