package build

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// lossLayer is the pseudo layer that everything about the loss belongs to.
const lossLayer = "loss"

// withLoss appends the losses of a call: for every output Σ wᵢ·lossᵢ divided by
// the rows of the whole batch, and their sum, each times its weight (Keras's
// loss_weights: trainers/compile_utils.py, CompileLoss.call), together with this
// call's share of the penalties. With a mask, the rows are a whole batch, and it is
// divided by how many steps count. That is Keras's reduction sum_over_batch_size (losses/loss.py),
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
		if len(n.Mixings) > 0 {
			targets[i] = b.Named(n.Mixed(p.compile.losses[i].name, p.compile.losses[i].loss, targets[i]), r.Name+".mixed")
		}
	}
	if len(b.Errors) > 0 { // of which the losses would only tell more
		p.errs = append(p.errs, b.Errors...)
		return g
	}
	b.At(lossLayer, p.spec.Compile.Pos)
	weight := input(b, op.Input{Port: p.free("weight"), Kind: op.Weight, Of: ir.Type{Shape: ir.Shape{ir.Batch}}}, "weight")
	r := reducing{plan: p, net: n, weight: weight}
	if slices.ContainsFunc(p.spec.OutputRefs(), func(r spec.Ref) bool { return g.masks[r.Name] == nil }) {
		r.inverse() // before what else there is
	}
	parts := scalar.Expr(nil)
	var args []*ir.Value
	add := func(v *ir.Value, weight float64) {
		args = append(args, v)
		var part scalar.Expr = scalar.Arg(len(args) - 1)
		if weight != 1 {
			part = scalar.Call("mul", scalar.Num(weight), part)
		}
		if parts == nil {
			parts = part
		} else {
			parts = scalar.Call("add", parts, part)
		}
	}
	for i, ref := range p.spec.OutputRefs() {
		l := p.compile.losses[i]
		b.At(lossLayer, l.call.Pos)
		n.Counted = g.masks[ref.Name]
		loss := r.loss(ref.Name, l.loss, g.outputs[i], targets[i])
		b.Graph.Losses = append(b.Graph.Losses, loss)
		if p.compile.weights != nil {
			add(loss, p.compile.weights[i])
		} else {
			add(loss, 1)
		}
	}
	for _, penalty := range r.penalties() {
		add(penalty, 1)
	}
	p.countedSteps(g)
	if c := n.Carry; c != nil {
		b.Graph.Outputs = append(b.Graph.Outputs, c.Next...)
	}
	if len(n.Mixings) > 0 { // which metrics compare outputs with
		b.Graph.Outputs = append(b.Graph.Outputs, targets...)
	}
	b.Graph.Loss = args[0]
	if len(args) > 1 || p.compile.weights != nil {
		b.Graph.Loss = b.Named(op.MapOf(b, parts, "loss", args...), "loss")
	}
	r.unreduced()
	p.errs = append(p.errs, b.Errors...)
	return g
}

// countedSteps appends to the outputs the masks that metrics ask for, [n, steps].
func (p *plan) countedSteps(g *built) {
	b := g.net.B
	for i, c := range (heading{p, g}).counted() {
		if c.Steps == 0 || c.Mask < 0 {
			continue
		}
		name, shape := p.spec.OutputRefs()[i].Name, g.outputs[i].Shape
		mask := op.BroadcastTo(b, g.masks[name], shape[:len(shape)-1])
		b.Graph.Outputs = append(b.Graph.Outputs, b.Named(op.ReshapeTo(b, mask, ir.Shape{ir.Batch, c.Steps}), name+".counts"))
	}
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
