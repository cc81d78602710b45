package layer

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Reduction is how the losses of rows, times their weights, become the loss of a
// batch. Source: Keras 3, losses/loss.py, reduce_weighted_values.
type Reduction string

const (
	// MeanOverBatch divides their sum by how many losses there are, or of an output
	// with a mask by how many of them count.
	MeanOverBatch Reduction = ""
	// SumOverBatch is their sum.
	SumOverBatch Reduction = "sum"
	// MeanOverWeights divides their sum by that of the weights. The weight of a row
	// is that of each of its steps.
	MeanOverWeights Reduction = "mean_with_sample_weight"
	// NoReduction leaves a loss for every row. A step of training then follows the
	// gradient of their sum, penalties included in each of them, and reports their
	// mean, as in Keras. Steps that do not count are losses of 0.
	NoReduction Reduction = "none"
)

// reduced is the argument that all losses have.
type reduced struct {
	How Reduction `arg:"reduction,common,null=none,default=sum_over_batch_size,oneof=sum_over_batch_size|mean|sum|mean_with_sample_weight|none" hash:"unless zero" doc:"how the losses of rows become that of a batch: divided by how many there are (sum_over_batch_size and mean), or by the sum of the weights of rows (mean_with_sample_weight), or not at all (sum); none trains as sum and reports the mean, as in Keras"`
}

// Reduction implements [Loss].
func (r *reduced) Reduction() Reduction {
	switch r.How {
	case "sum_over_batch_size", "mean":
		return MeanOverBatch
	}
	return r.How
}

// settle gives what means the same one form.
func (r *reduced) settle()   { r.How = r.Reduction() }
func (a *unitAxis) settle()  { a.reduced.settle(); a.Axis = unlessLast(a.Axis) }
func (a *classAxis) settle() { a.reduced.settle(); a.Axis = unlessLast(a.Axis) }

// unlessLast is nil for the last axis, which is what nothing means.
func unlessLast(axis *int) *int {
	if axis != nil && *axis == -1 {
		return nil
	}
	return axis
}

// WholeBatch reports whether the loss of a row depends on other rows of its batch,
// which then is computed at once.
func WholeBatch(l Loss, output ir.Shape) bool {
	w, ok := l.(interface{ wholeBatch(output ir.Shape) bool })
	return l.Reduction() == MeanOverWeights || ok && w.wholeBatch(output)
}

// rows makes losses [n,...] those of the rows: the mean over the steps, or where n
// counts or sums them, the sum of these.
func rows(n *Net, l *ir.Value) *ir.Value {
	if !l.Valid() {
		return l
	}
	n.Steps = 1
	for _, d := range l.Shape[1:] {
		n.Steps *= d
	}
	if m := n.Counted; m != nil {
		if len(m.Shape) != len(l.Shape) {
			return n.B.Errorf("compile: a loss of shape %v, and a mask of the output that is %v; take the mask away with a layer that drops it, such as Reshape", l.Shape, m.Shape)
		}
		l = op.MapOf(n.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "mask", l, m)
	}
	switch {
	case len(l.Shape) == 1:
		return l
	case n.Counted != nil || n.Sums:
		return op.Sum(n.B, l, false, axesFrom(1, l)...)
	}
	return op.Mean(n.B, l, false, axesFrom(1, l)...)
}

// units is rows of the mean over the last axis.
func units(n *Net, l *ir.Value) *ir.Value { return meanAlong(n, l, -1) }

// meanAlong is rows of the mean over one axis: one mean over all axes where the
// others are meant, too.
func meanAlong(n *Net, l *ir.Value, axis int) *ir.Value {
	if l.Valid() && (n.Counted != nil || n.Sums || n.Apart) {
		l = op.Mean(n.B, l, false, axis)
	}
	return rows(n, l)
}

// unitAxis is the axis that a loss of elements takes the mean over first.
type unitAxis struct {
	reduced
	Axis *int `arg:"axis" hash:"unless zero" doc:"axis that the mean is taken over first, the batch being axis 0; the last where it is left out"`
}

// alike checks the axis and describes the target as the function alike does.
func (a *unitAxis) alike(output ir.Shape) (ir.Type, int, error) {
	if err := checkAxis(a.Axis, output); err != nil {
		return ir.Type{}, 0, err
	}
	return alike(output)
}

func (a *unitAxis) rows(n *Net, l *ir.Value) *ir.Value {
	if a.Axis != nil && n.Counted != nil && *a.Axis != -1 && *a.Axis != len(l.Shape)-1 {
		return n.B.Errorf("compile: the output has a mask of steps, and axis %d has others; leave axis out", *a.Axis)
	}
	if a.Axis != nil {
		return meanAlong(n, l, *a.Axis)
	}
	return units(n, l)
}

// classAxis is the axis that classes lie along.
type classAxis struct {
	reduced
	Axis *int `arg:"axis" hash:"unless zero" doc:"axis of the classes, the batch being axis 0; the last where it is left out"`
}

// at is the axis.
func (a *classAxis) at() int {
	if a.Axis == nil {
		return -1
	}
	return *a.Axis
}

// oneHot checks that the output has classes, and describes a target with a value for each.
func (a *classAxis) oneHot(loss string, output ir.Shape) (ir.Type, int, error) {
	if err := checkAxis(a.Axis, output); err != nil {
		return ir.Type{}, 0, err
	}
	if err := classes(loss, output, a.at()); err != nil {
		return ir.Type{}, 0, err
	}
	return ir.Type{Shape: output, DType: ir.F32}, 0, nil
}

// rows takes losses whose axis of classes is gone.
func (a *classAxis) rows(n *Net, l *ir.Value) *ir.Value {
	if a.Axis != nil && n.Counted != nil && *a.Axis != -1 && *a.Axis != len(l.Shape) {
		return n.B.Errorf("compile: the output has a mask of steps, and classes along axis %d; let classes be the last axis", *a.Axis)
	}
	return rows(n, l)
}

// checkAxis reports an axis that the output has not, or the batch; nil is the last.
func checkAxis(axis *int, output ir.Shape) error {
	if axis == nil {
		return nil
	}
	at, rank := *axis, len(output)
	if at < 0 {
		at += rank
	}
	switch {
	case at == 0:
		return fmt.Errorf("has axis %d, which is the batch; the axes of %v after it are 1 to %d", *axis, output, rank-1)
	case at < 0 || at >= rank:
		return fmt.Errorf("has axis %d, which %v has not; its axes after the batch are 1 to %d, or -1 for the last", *axis, output, rank-1)
	}
	return nil
}

// classes reports an output that is not a distribution over two or more classes
// along an axis, which it has.
func classes(loss string, output ir.Shape, axis int) error {
	if axis < 0 {
		axis += len(output)
	}
	if len(output) < 2 || output[axis] == 1 {
		return fmt.Errorf("needs one unit per class, at least two, not %v; for two classes and one unit use binary_crossentropy with activation: sigmoid", output)
	}
	return nil
}

// vectors is the target of a loss that compares the vectors along an axis: of the
// output's shape, where the one unit of a row needs no axis.
func vectors(output ir.Shape) (ir.Type, int, error) {
	if len(output) == 2 {
		return alike(output)
	}
	if len(output) < 2 {
		return ir.Type{}, 0, fmt.Errorf("needs outputs with at least one unit, not %v", output)
	}
	return ir.Type{Shape: slices.Clone(output), DType: ir.F32}, 0, nil
}

// power is e to the power of p, for e >= 0.
func power(e scalar.Expr, p float64) scalar.Expr {
	switch p {
	case 0:
		return scalar.Num(1)
	case 1:
		return e
	case 2:
		return scalar.Call("mul", e, e)
	}
	return scalar.Call("pow", scalar.Call("max", e, scalar.Num(0)), scalar.Num(p))
}
