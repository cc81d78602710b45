package build

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// reducing makes the losses of the rows of a graph that of a batch, each output's by the
// reduction that it has. Source: Keras 3, losses/loss.py, reduce_weighted_values.
type reducing struct {
	*plan
	net          *layer.Net
	weight       *ir.Value // of the rows
	total, share *ir.Value // 1/rows of the batch, and the part of these that is here; nil until they are used
	steps        int       // losses of a row of an output without a reduction; 0: all have one
}

// inverse is one over the rows of the whole batch.
func (r *reducing) inverse() *ir.Value {
	if r.total == nil {
		r.total = input(r.net.B, op.Input{Port: r.free("inv_total"), Kind: op.InvTotal}, "inv_total")
	}
	return r.total
}

// part is how much of the whole batch these rows are.
func (r *reducing) part() *ir.Value {
	if r.share == nil {
		r.share = input(r.net.B, op.Input{Port: r.free("share"), Kind: op.Share}, "share")
	}
	return r.share
}

// loss is the loss of an output: the sum over the rows, times a factor.
func (r *reducing) loss(name string, l layer.Loss, output, target *ir.Value) *ir.Value {
	b, n, how := r.net.B, r.net, l.Reduction()
	n.Sums, n.Apart = how == layer.SumOverBatch, how == layer.NoReduction
	rows := b.Named(l.PerSample(n, output, target), name+".losses")
	sum := b.Named(op.Sum(b, b.Named(times(b, "weighted", rows, r.weight), name+".weighted"), false, 0), name+".total")
	if !sum.Valid() {
		return sum
	}
	switch {
	case how == layer.SumOverBatch:
		return sum
	case how == layer.MeanOverWeights:
		return b.Named(times(b, "weighted mean", sum, overCounted(b, r.weights(name), r.part(), name)), name+".loss")
	case how == layer.NoReduction:
		return r.none(name, sum)
	case n.Counted != nil:
		return b.Named(times(b, "batch mean", sum, overCounted(b, n.Counted, r.part(), name)), name+".loss")
	}
	return b.Named(times(b, "batch mean", sum, r.inverse()), name+".loss")
}

// none is the mean over all losses of an output, those of steps that do not count too.
func (r *reducing) none(name string, sum *ir.Value) *ir.Value {
	b, n := r.net.B, r.net
	if r.steps != 0 && r.steps != n.Steps {
		return b.Errorf("compile: reduction none of outputs with %d losses for every row and with %d, which cannot be added up; write reduction: sum", r.steps, n.Steps)
	}
	r.steps = n.Steps
	if n.Counted == nil || n.Steps == 1 {
		return b.Named(times(b, "batch mean", sum, r.inverse()), name+".loss")
	}
	mean := scalar.Call("mul", scalar.Call("mul", scalar.Arg(0), scalar.Num(1/float64(n.Steps))), scalar.Arg(1))
	return b.Named(op.MapOf(b, mean, "batch mean", sum, r.inverse()), name+".loss")
}

// unreduced gives the loss of a graph that has losses without a reduction the gradient
// of their sum, and lets it be their mean: Keras takes the gradient of all of them, to each
// of which what else there is has been added (trainers/compile_utils.py, CompileLoss.call).
func (r *reducing) unreduced() {
	b := r.net.B
	f := b.Graph.Loss
	if r.steps == 0 || !f.Valid() {
		return
	}
	// The difference is 0, and its gradient that of f.
	fixed := b.Named(op.MaxStop(b, op.ReshapeTo(b, f, ir.Shape{1}), false, 0), "loss.fixed")
	count := scalar.Call("div", scalar.Num(r.steps), scalar.Arg(2))
	sum := scalar.Call("add", scalar.Arg(1), scalar.Call("mul", count, scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))))
	b.Graph.Loss = b.Named(op.MapOf(b, sum, "gradient of the sum", f, fixed, r.inverse()), "loss.sum")
}

// weights are those of the rows, and where an output has a mask of the steps that count.
func (r *reducing) weights(name string) *ir.Value {
	b, m := r.net.B, r.net.Counted
	if m == nil {
		return r.weight
	}
	shape := ir.Shape{ir.Batch}
	for range m.Shape[1:] {
		shape = append(shape, 1)
	}
	return b.Named(times(b, "weights", m, op.ReshapeTo(b, r.weight, shape)), name+".weights")
}

// overCounted is share divided by how many steps count, or 0 where none does: the
// factor of a sum of losses over these. The rows are a whole batch; of a part of one
// it is the part's share of a mean. Source: Keras 3, losses/loss.py, apply_mask.
func overCounted(b *ir.Builder, mask, share *ir.Value, name string) *ir.Value {
	axes := make([]int, len(mask.Shape))
	for i := range axes {
		axes[i] = i
	}
	count := b.Named(op.Sum(b, mask, false, axes...), name+".count")
	quotient := scalar.Call("select", scalar.Call("eq", scalar.Arg(1), scalar.Num(0)), scalar.Num(0), scalar.Call("div", scalar.Arg(0), scalar.Arg(1)))
	return b.Named(op.MapOf(b, quotient, "over counted", share, count), name+".over")
}

// penalties are this call's shares of the penalties of the model: on parameters, and,
// divided by the rows of the batch, on what layers give.
func (r *reducing) penalties() (list []*ir.Value) {
	b := r.net.B
	weights, activities := summed(r.net, r.net.Penalties, "penalty", "penalties"), summed(r.net, r.net.Activities, "activity", "activities")
	b.At(lossLayer, r.spec.Compile.Pos)
	if r.steps != 0 && (weights != nil || activities != nil) { // Keras fails, too
		b.Errorf("compile: reduction none leaves a loss for every row, to which the penalties of regularizers cannot be added; write reduction: sum")
	}
	if weights != nil {
		list = append(list, b.Named(times(b, "share", weights, r.part()), "penalty"))
	}
	if activities != nil {
		list = append(list, b.Named(times(b, "batch mean", activities, r.inverse()), "activity"))
	}
	return list
}

// summed are the penalties of all regularised parameters, or results; nil where
// there are none.
func summed(n *layer.Net, list []layer.Penalty, name, plural string) *ir.Value {
	var parts []*ir.Value
	for _, q := range list {
		n.B.At(lossLayer, q.Pos)
		parts = append(parts, n.B.Named(q.Regularizer.Penalty(n.B, q.Param), q.Param.Name+"."+name))
	}
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return parts[0]
	}
	return n.B.Named(op.SumOf(n.B, "penalties", parts...), plural)
}
