package pass

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// model is a random network: what layers would build, written down directly.
type model struct {
	header loop.Program
	src    Source
}

// choices makes every decision of a model. The three graphs of a model are built
// by the same decisions: they are drawn once and repeated.
type choices struct {
	t     *rapid.T
	drawn []int
	next  int
}

// pick is a number below n.
func (c *choices) pick(n int) int {
	if c.next == len(c.drawn) {
		c.drawn = append(c.drawn, rapid.IntRange(0, n-1).Draw(c.t, "choice"))
	}
	c.next++
	return c.drawn[c.next-1]
}

func drawModel(t *rapid.T) *model {
	m := &model{header: loop.Program{Name: "random", File: "random.yaml", Batch: 4}}
	c := &choices{t: t}
	build := func(name string, training bool) *ir.Graph {
		c.next = 0
		n := &network{m: m, c: c, b: ir.NewBuilder(name), training: training, losses: name != "predict"}
		n.build()
		if err := n.b.Errors.Err(); err != nil {
			t.Fatalf("the test built a wrong model: %v", err)
		}
		return n.b.Graph
	}
	m.src.Train = build("train", true)
	m.describe(m.src.Train)
	m.src.Evaluate = build("evaluate", false)
	m.src.Predict = build("predict", false)
	return m
}

// describe fills the header from the training graph.
func (m *model) describe(g *ir.Graph) {
	params := slices.Clone(g.Params)
	slices.SortStableFunc(params, func(a, b *ir.Value) int {
		return int(a.Op.(*op.Param).Role) - int(b.Op.(*op.Param).Role)
	})
	offset := 0
	for _, p := range params {
		o := p.Op.(*op.Param)
		m.header.Segments = append(m.header.Segments, block.Segment{Name: o.Segment, Layer: p.Layer, Shape: o.Shape, Offset: offset, Role: o.Role})
		offset += o.Shape.Elements()
	}
	port := func(v *ir.Value, o *op.Input) loop.Port {
		p := loop.Port{Name: o.Port, Shape: v.Shape.Row(), Limit: o.Limit, Ragged: v.Shape.Ragged()}
		if p.Ragged {
			p.Shape = nil
		}
		if v.DType == ir.I32 {
			p.DType = loop.I32
		}
		return p
	}
	for _, v := range g.Inputs {
		switch o := v.Op.(*op.Input); o.Kind {
		case op.Feature:
			m.header.Inputs = append(m.header.Inputs, port(v, o))
		case op.Target:
			m.header.Targets = append(m.header.Targets, port(v, o))
		}
	}
	for _, v := range g.Outputs {
		m.header.Outputs = append(m.header.Outputs, loop.Port{Name: v.Name, Shape: v.Shape.Row()})
	}
	for _, v := range g.Values {
		if !slices.ContainsFunc(m.header.Layers, func(l loop.Layer) bool { return l.Name == v.Layer }) && v.Layer != "loss" {
			m.header.Layers = append(m.header.Layers, loop.Layer{Name: v.Layer})
		}
	}
}

// network builds one graph of a model.
type network struct {
	m        *model
	c        *choices
	b        *ir.Builder
	training bool
	losses   bool
	layers   int
	penalty  []*ir.Value
	mask     *ir.Value // of all recurrences; nil: some have one of their own
}

const ids = 7 // the number of different ids

func (n *network) layer(kind string) string {
	n.layers++
	name := fmt.Sprintf("%s_%d", kind, n.layers)
	n.b.At(name, diag.Pos{File: "random.yaml", Line: n.layers, Col: 3})
	return name
}

func (n *network) input(i int, t ir.Type, limit int) *ir.Value {
	n.layer("input")
	return op.InputOf(n.b, op.Input{Port: fmt.Sprintf("in%d", i), Kind: op.Feature, Index: i, Of: t, Limit: limit})
}

func (n *network) build() {
	b := n.b
	var flat, deep []*ir.Value // [n,k] and [n,t,k]
	x := n.input(0, ir.Type{Shape: ir.Shape{ir.Batch, 3}}, 0)
	flat = append(flat, x)
	switch n.c.pick(6) {
	case 0:
		list := n.input(1, ir.Type{Shape: ir.Shape{ir.Batch, ir.Ragged}, DType: ir.I32}, ids)
		n.layer("multihot")
		flat = append(flat, op.OneHot(b, list, ids, n.c.pick(2) == 0))
		if n.c.pick(3) == 0 {
			flat = append(flat, op.OneHot(b, list, ids, n.c.pick(2) == 0))
		}
	case 1:
		words := n.input(1, ir.Type{Shape: ir.Shape{ir.Batch, 2}, DType: ir.I32}, ids)
		name := n.layer("embedding")
		deep = append(deep, op.GatherRows(b, n.param(name+"/embeddings", block.Trainable, ids, 3), words))
	case 2:
		deep = append(deep, n.input(1, ir.Type{Shape: ir.Shape{ir.Batch, 2, 3}}, 0))
	case 3, 4:
		flat = append(flat, n.images(n.input(1, ir.Type{Shape: ir.Shape{ir.Batch, 5, 4, 2}}, 0)))
	}
	for range 1 + n.c.pick(5) {
		from := flat
		if len(deep) > 0 && n.c.pick(3) == 0 {
			from = deep
		}
		v := n.hidden(from[len(from)-1-n.c.pick(min(2, len(from)))], flat)
		if len(v.Shape) == 3 {
			deep = append(deep, v)
		} else {
			flat = append(flat, v)
		}
	}
	unused := func(v *ir.Value) bool {
		return !slices.ContainsFunc(b.Graph.Values, func(u *ir.Value) bool { return slices.Contains(u.Args, v) })
	}
	for _, v := range deep {
		if unused(v) {
			n.layer("flatten")
			flat = append(flat, op.ReshapeTo(b, v, ir.Shape{ir.Batch, v.Shape.Elements()}))
		}
	}
	// Everything leads to the heads.
	last := flat[len(flat)-1]
	var loose []*ir.Value
	for _, v := range flat {
		if v == last || unused(v) {
			loose = append(loose, v)
		}
	}
	if len(loose) > 1 {
		n.layer("concat")
		last = op.Concatenate(b, 1, loose...)
	}
	for i := range 1 + n.c.pick(2) {
		n.head(last, i)
	}
	if n.losses {
		n.loss()
	}
}

func (n *network) param(segment string, role block.Role, shape ...int) *ir.Value {
	return op.ParamOf(n.b, op.Param{Segment: segment, Shape: shape, Role: role})
}

func (n *network) dense(name string, x *ir.Value, units int) *ir.Value {
	role := block.Trainable
	if n.c.pick(5) == 0 {
		role = block.Frozen
	}
	kernel := n.param(name+"/kernel", role, x.Shape[len(x.Shape)-1], units)
	if n.c.pick(3) == 0 {
		n.penalty = append(n.penalty, kernel)
	}
	y := op.MatMul(n.b, x, kernel)
	if n.c.pick(4) > 0 {
		y = op.MapOf(n.b, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "bias", y, n.param(name+"/bias", role, units))
	}
	return n.b.Named(y, name+".pre")
}

// activations are those without a kink, next to which rounding decides.
var activations = []string{"sigmoid", "tanh", "silu", "softplus", "gelu", "softsign", "relu", "elu"}

// hidden is one more layer on x.
func (n *network) hidden(x *ir.Value, flat []*ir.Value) *ir.Value {
	b := n.b
	num := func(v float64) *ir.Value { return op.Scalar(b, v) }
	if len(x.Shape) == 3 && n.c.pick(2) == 0 {
		return n.recurrent(x)
	}
	switch n.c.pick(9) {
	case 0:
		name := n.layer("dropout")
		if !n.training {
			return b.Named(op.MapOf(b, scalar.Arg(0), "", x), name)
		}
		keep := op.Binary(b, "ge", op.Uniform(b, name, x.Shape), num(0.25))
		return b.Named(op.Select(b, keep, op.Binary(b, "div", x, num(0.75)), num(0)), name)
	case 1:
		name := n.layer("normalize") // by the statistics of each row
		axis := len(x.Shape) - 1
		centred := op.Binary(b, "sub", x, op.Mean(b, x, true, axis))
		variance := op.Mean(b, op.Binary(b, "mul", centred, centred), true, axis)
		scale := op.Unary(b, "rsqrt", op.Binary(b, "add", variance, num(0.1)))
		return b.Named(op.Binary(b, "mul", op.Binary(b, "mul", centred, scale), n.param(name+"/gamma", block.Trainable, x.Shape[axis])), name)
	case 2:
		return n.batchNorm(n.layer("batchnorm"), x)
	case 3:
		name := n.layer("rescale")
		y := op.Binary(b, "sub", op.Binary(b, "mul", x, num(0.5)), num(0.125))
		return b.Named(op.Binary(b, "mul", y, num(1.5)), name)
	case 4:
		name := n.layer("softmax")
		return b.Named(op.Softmax(b, x, len(x.Shape)-1), name)
	case 5:
		if other := flat[n.c.pick(len(flat))]; len(x.Shape) == 2 {
			name := n.layer("slice")
			y := op.Concatenate(b, 1, op.SliceAxis(b, x, 1, x.Shape[1]-1, 1), op.SliceAxis(b, other, 1, 0, 1), x)
			return b.Named(y, name)
		}
		name := n.layer("pool")
		return b.Named(op.Mean(b, x, false, 1), name)
	case 6:
		if len(x.Shape) == 3 {
			name := n.layer("permute")
			return b.Named(op.TransposeTo(b, x, 0, 2, 1), name)
		}
		name := n.layer("add")
		return b.Named(op.Binary(b, "add", x, op.Unary(b, "tanh", x)), name)
	default:
		name := n.layer("dense")
		y := n.dense(name, x, 2+n.c.pick(3))
		return b.Named(op.Unary(b, activations[n.c.pick(len(activations))], y), name)
	}
}

// recurrent is a layer of two carried values over x [n,t,k], in some of the forms
// that there are: with products and sums inside the step, masked, reversed, with its
// last result or all.
func (n *network) recurrent(x *ir.Value) *ir.Value {
	b := n.b
	name := n.layer("recurrent")
	const units = 2
	zero := op.BroadcastTo(b, op.Scalar(b, 0), ir.Shape{ir.Batch, units})
	r := op.Recurrence{
		Length: x.Shape[1], Reverse: n.c.pick(2) == 0, Train: n.training,
		Initial:  []*ir.Value{zero, zero},
		Steps:    []*ir.Value{op.MatMul(b, x, n.param(name+"/kernel", block.Trainable, x.Shape[2], 3*units))},
		Captures: []*ir.Value{n.param(name+"/recurrent_kernel", block.Trainable, units, 3*units), n.param(name+"/bias", block.Trainable, 3*units)},
	}
	if n.mask != nil {
		r.Mask = n.mask
	} else if n.c.pick(3) == 0 {
		r.Mask = op.Binary(b, "gt", op.ReshapeTo(b, op.SliceAxis(b, x, 2, 0, 1), x.Shape[:2]), op.Scalar(b, 0))
	}
	form, all := n.c.pick(4), n.c.pick(2) == 0
	r.Body = func(b *ir.Builder, carried, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
		h, c := carried[0], carried[1]
		if form == 0 { // the product is of what is made in the step
			h = op.Binary(b, "mul", h, op.Unary(b, "sigmoid", c))
		}
		bias := captures[1]
		if form == 3 { // its gradient cannot wait until after the loop
			bias = op.Unary(b, "tanh", bias)
		}
		z := op.Binary(b, "add", op.Binary(b, "add", op.MatMul(b, h, captures[0]), steps[0]), bias)
		gate := func(i int, f string) *ir.Value { return op.Unary(b, f, op.SliceAxis(b, z, 1, i*units, units)) }
		f, g, o := gate(0, "sigmoid"), gate(1, "tanh"), gate(2, "sigmoid")
		c = op.Binary(b, "add", op.Binary(b, "mul", f, c), op.Binary(b, "mul", op.Binary(b, "sub", op.Scalar(b, 1), f), g))
		h = op.Binary(b, "mul", o, op.Unary(b, "tanh", c))
		if form == 1 { // values that change places
			return []*ir.Value{c, h}, []*ir.Value{h}
		}
		return []*ir.Value{h, c}, []*ir.Value{h}
	}
	finals, outputs := op.Recur(b, r)
	if all {
		return b.Named(outputs[0], name)
	}
	return b.Named(finals[0], name)
}

// batchNorm normalises over all axes but the last and, in training, updates a
// moving mean.
func (n *network) batchNorm(name string, x *ir.Value) *ir.Value {
	b := n.b
	axes := []int{0, 1}[:len(x.Shape)-1]
	moving := n.param(name+"/moving_mean", block.State, x.Shape[len(x.Shape)-1])
	mean := moving
	if n.training {
		mean = op.Mean(b, x, false, axes...)
		mix := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Num(0.75)), scalar.Call("mul", scalar.Arg(1), scalar.Num(0.25)))
		b.Graph.Updates = append(b.Graph.Updates, ir.Update{State: moving, New: b.Named(op.MapOf(b, mix, "moving mean", moving, mean), name+".moving_mean")})
	}
	centred := op.Binary(b, "sub", x, mean)
	scale := op.Unary(b, "rsqrt", op.Binary(b, "add", op.Mean(b, op.Binary(b, "mul", centred, centred), false, axes...), op.Scalar(b, 0.1)))
	return b.Named(op.Binary(b, "mul", centred, scale), name)
}

// head is an output and its loss.
func (n *network) head(x *ir.Value, i int) {
	b := n.b
	name := n.layer("head")
	z := n.dense(name, x, 3)
	trainable := n.param(name+"/scale", block.Trainable, 3) // so that every model learns something
	z = op.Binary(b, "mul", z, trainable)
	classes := n.c.pick(2) == 0
	y := z
	if classes {
		y = op.Softmax(b, z, 1)
	}
	b.Graph.Outputs = append(b.Graph.Outputs, b.Named(y, name))
	if !n.losses {
		return
	}
	b.At("loss", diag.Pos{})
	var each *ir.Value
	if classes {
		target := op.InputOf(b, op.Input{Port: name, Kind: op.Target, Index: i, Of: ir.Type{Shape: ir.Shape{ir.Batch}, DType: ir.I32}, Limit: 3})
		each = op.Binary(b, "sub", op.LogSumExp(b, z, false, 1), op.GatherAlong(b, z, target, 1))
	} else {
		target := op.InputOf(b, op.Input{Port: name, Kind: op.Target, Index: i, Of: ir.Type{Shape: ir.Shape{ir.Batch, 3}}})
		d := op.Binary(b, "sub", y, target)
		each = op.Mean(b, op.Binary(b, "mul", d, d), false, 1)
	}
	weight := n.scalar("weight", op.Weight, ir.Shape{ir.Batch})
	total := n.scalar("inv_total", op.InvTotal, ir.Shape{})
	weighted := op.Binary(b, "mul", op.Binary(b, "mul", each, weight), total)
	b.Graph.Losses = append(b.Graph.Losses, b.Named(op.Sum(b, weighted, false, 0), "loss."+name))
}

func (n *network) scalar(port string, kind op.Kind, shape ir.Shape) *ir.Value {
	for _, v := range n.b.Graph.Inputs {
		if v.Op.(*op.Input).Kind == kind {
			return v
		}
	}
	return op.InputOf(n.b, op.Input{Port: port, Kind: kind, Of: ir.Type{Shape: shape}})
}

func (n *network) loss() {
	b := n.b
	b.At("loss", diag.Pos{})
	sum := b.Graph.Losses[0]
	for _, l := range b.Graph.Losses[1:] {
		sum = op.Binary(b, "add", sum, l)
	}
	share := n.scalar("share", op.Share, ir.Shape{})
	for _, w := range n.penalty {
		square := op.Sum(b, op.Binary(b, "mul", w, w), false, 0, 1)
		sum = op.Binary(b, "add", sum, op.Binary(b, "mul", share, op.Binary(b, "mul", square, op.Scalar(b, 0.01))))
	}
	b.Graph.Loss = b.Named(sum, "loss")
}
