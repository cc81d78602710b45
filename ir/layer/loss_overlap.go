package layer

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// overlapping is what losses have in common that compare regions by sums along axes.
type overlapping struct {
	Axis []int `arg:"axis,null" doc:"axis or axes that sums go over, the batch being axis 0; null: all, the batch too"`
	reduced
}

// Target is of the output's shape: sums along an axis need all of it.
func (l *overlapping) Target(output ir.Shape) (ir.Type, int, error) {
	rank := len(output)
	if rank < 2 {
		return ir.Type{}, 0, fmt.Errorf("needs outputs with at least one unit, not %v", output)
	}
	seen := map[int]bool{}
	for _, a := range l.Axis {
		at := a
		if at < 0 {
			at += rank
		}
		switch {
		case at < 0 || at >= rank:
			return ir.Type{}, 0, fmt.Errorf("has axis %d, which %v has not; its axes are 0, the batch, to %d, or -1 for the last", a, output, rank-1)
		case seen[at]:
			return ir.Type{}, 0, fmt.Errorf("has axis %d twice", at)
		}
		seen[at] = true
	}
	if l.Axis != nil && len(seen) == 0 {
		return ir.Type{}, 0, fmt.Errorf("has an empty list of axes; leave axis out for all of them")
	}
	if r := l.Reduction(); l.wholeBatch(output) && r != MeanOverBatch && r != MeanOverWeights {
		return ir.Type{}, 0, fmt.Errorf("has one loss for all rows of a batch, of which there is no reduction %s; take reduction out, or write axis: with the axes after the batch, of which every row has a loss of its own", r)
	}
	return vectors(output)
}

// wholeBatch says that the sums go over the rows.
func (l *overlapping) wholeBatch(output ir.Shape) bool {
	return l.Axis == nil || slices.ContainsFunc(l.Axis, func(a int) bool { return a == 0 || a == -len(output) })
}

// sum is along the axes.
func (l *overlapping) sum(n *Net, x *ir.Value) *ir.Value {
	if !x.Valid() {
		return x
	}
	axes := l.Axis
	if axes == nil {
		axes = axesFrom(0, x)
	}
	return op.Sum(n.B, x, false, axes...)
}

// rows gives all rows of a batch the loss that it has, or each its own. What is left
// of other axes is averaged.
func (l *overlapping) rows(n *Net, p, x *ir.Value) *ir.Value {
	if !x.Valid() {
		return x
	}
	if n.Counted != nil && l.Axis != nil {
		return n.B.Errorf("compile: the output has a mask of steps, and sums along axis %v leave no steps; leave axis out, or take the mask away with a layer that drops it, such as Reshape", l.Axis)
	}
	if !l.wholeBatch(p.Shape) {
		return rows(n, x)
	}
	if len(x.Shape) > 0 {
		x = op.Mean(n.B, x, false, axesFrom(0, x)...)
	}
	shape := ir.Shape{ir.Batch}
	if n.Counted != nil {
		shape = n.Counted.Shape
	}
	return rows(n, op.BroadcastTo(n.B, x, shape))
}
