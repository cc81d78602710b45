package build

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// lossLayer is the pseudo layer that everything about the loss belongs to.
const lossLayer = "loss"

// withLoss appends the losses of a call: for every output Σ wᵢ·lossᵢ divided by
// the rows of the whole batch, and their sum together with this call's share of
// the penalties. With a mask, the rows are a whole batch, and it is divided by how
// many steps count. That is Keras's reduction sum_over_batch_size (losses/loss.py),
// and micro-batches of one batch add up to it.
func (p *plan) withLoss(g *built) *built {
	if len(p.errs) > 0 {
		return g
	}
	b, n := g.net.B, g.net
	b.At(lossLayer, p.spec.Compile.Pos)
	targets := make([]*ir.Value, len(g.outputs))
	for i, r := range p.spec.OutputRefs() {
		t := p.compile.targets[i]
		b.At(lossLayer, p.compile.losses[i].call.Pos)
		targets[i] = input(b, op.Input{Port: r.Name, Kind: op.Target, Index: i, Of: t.of, Limit: t.limit}, r.Name+".target")
	}
	b.At(lossLayer, p.spec.Compile.Pos)
	weight := input(b, op.Input{Port: p.free("weight"), Kind: op.Weight, Of: ir.Type{Shape: ir.Shape{ir.Batch}}}, "weight")
	var total, share *ir.Value
	if slices.ContainsFunc(p.spec.OutputRefs(), func(r spec.Ref) bool { return g.masks[r.Name] == nil }) {
		total = input(b, op.Input{Port: p.free("inv_total"), Kind: op.InvTotal}, "inv_total")
	}
	part := func() *ir.Value {
		if share == nil {
			share = input(b, op.Input{Port: p.free("share"), Kind: op.Share}, "share")
		}
		return share
	}
	parts := scalar.Expr(nil)
	var args []*ir.Value
	add := func(v *ir.Value) {
		if args = append(args, v); parts == nil {
			parts = scalar.Arg(0)
			return
		}
		parts = scalar.Call("add", parts, scalar.Arg(len(args)-1))
	}
	for i, r := range p.spec.OutputRefs() {
		l := p.compile.losses[i]
		b.At(lossLayer, l.call.Pos)
		n.Counted = g.masks[r.Name]
		rows := b.Named(l.loss.PerSample(n, g.outputs[i], targets[i]), r.Name+".losses")
		sum := b.Named(op.Sum(b, b.Named(times(b, "weighted", rows, weight), r.Name+".weighted"), false, 0), r.Name+".total")
		factor := total
		if n.Counted != nil {
			factor = overCounted(b, n.Counted, part(), r.Name)
		}
		loss := b.Named(times(b, "batch mean", sum, factor), r.Name+".loss")
		b.Graph.Losses = append(b.Graph.Losses, loss)
		add(loss)
	}
	if penalty := penalties(n); penalty != nil {
		b.At(lossLayer, p.spec.Compile.Pos)
		add(b.Named(times(b, "share", penalty, part()), "penalty"))
	}
	b.Graph.Loss = args[0]
	if len(args) > 1 {
		b.Graph.Loss = b.Named(op.MapOf(b, parts, "loss", args...), "loss")
	}
	p.errs = append(p.errs, b.Errors...)
	return g
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

// times is x·y under a word of its own.
func times(b *ir.Builder, word string, x, y *ir.Value) *ir.Value {
	return op.MapOf(b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), word, x, y)
}

// free is a port of the loss under a name that no input and no layer has.
func (p *plan) free(port string) string {
	taken := func(in spec.Input) bool { return in.Name == port }
	for slices.Contains(p.names, port) || slices.ContainsFunc(p.spec.Inputs, taken) {
		port += "_"
	}
	return port
}

// input appends an input whose value has another name than its port.
func input(b *ir.Builder, in op.Input, name string) *ir.Value {
	v := op.InputOf(b, in)
	if v.Valid() {
		v.Name = name
	}
	return v
}

// penalties sums the penalties of all regularised parameters; nil where there
// are none.
func penalties(n *layer.Net) *ir.Value {
	var parts []*ir.Value
	for _, q := range n.Penalties {
		n.B.At(lossLayer, q.Pos)
		parts = append(parts, n.B.Named(q.Regularizer.Penalty(n.B, q.Param), q.Param.Name+".penalty"))
	}
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return parts[0]
	}
	return n.B.Named(op.SumOf(n.B, "penalties", parts...), "penalties")
}
