package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "TimeDistributed",
	Doc:   "Applies a layer to every step of a sequence.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &TimeDistributed{} },
})

// TimeDistributed applies a layer to every step of [n, steps, …], with the same
// weights: [n, steps, …]. Source: Keras 3, layers/rnn/time_distributed.py.
type TimeDistributed struct {
	Layer spec.Call `arg:"layer,required,of=layer" doc:"the layer: {Dense: {units: 8}}"`
}

// alikeOverSteps are the layers that compute every vector along the last axis, or
// every value, by itself: to these, the axis of steps is one more of many.
var alikeOverSteps = []string{"Activation", "Dense", "ELU", "Embedding", "GaussianDropout", "GaussianNoise", "Identity", "LeakyReLU", "ReLU", "Rescaling"}

// alike reports that a layer does with steps x what it does with each of them: one
// of alikeOverSteps, or one whose axes are counted from the last.
func (n nested) alike(c *Context, x *ir.Value) bool {
	fromLast := func(axes ...int) bool {
		return !slices.ContainsFunc(axes, func(a int) bool { return a >= 0 || -a > len(x.Shape)-2 })
	}
	switch l := n.Config.(type) {
	case *LayerNormalization:
		return fromLast(l.Axis...)
	case *UnitNormalization:
		return fromLast(l.Axis...)
	case *RMSNormalization:
		return fromLast(l.Axis...)
	case *Softmax:
		return fromLast(l.Axis...)
	case *Dropout:
		return l.NoiseShape == nil
	case *AlphaDropout:
		return l.NoiseShape == nil
	}
	return slices.Contains(alikeOverSteps, n.Name)
}

// Build implements [Config].
func (d *TimeDistributed) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	n, errs := nestedOf(d.Layer)
	if len(errs) > 0 {
		c.report(errs)
		return c.poison()
	}
	if !c.oneLength(x) {
		return c.poison()
	}
	if len(x.Shape) < 3 {
		return c.Errorf("TimeDistributed takes steps of values [n, steps, …], but %s gives %v", from(x), x.Shape)
	}
	inner := n.context(c, "")
	switch l := n.Config.(type) {
	case *BatchNormalization:
		return l.overSteps(inner, x)
	case *Normalization:
		return l.overSteps(inner, x)
	case interface{ lasts() bool }:
		if l.lasts() {
			return d.stateful(c, n)
		}
		return d.beside(inner, n, x)
	case *ActivityRegularization:
		return c.ErrorAt("layer", "ActivityRegularization has no effect inside of TimeDistributed: Keras takes penalties on what a layer gives where the layer is called, which it is not for a step; put it after TimeDistributed")
	case *Bidirectional:
		if forward, _, errs := l.directions(); len(errs) == 0 && forward.overImages() && forward.Stateful {
			return d.stateful(c, n)
		}
		return d.beside(inner, n, x)
	case recurrentLayer:
		return d.beside(inner, n, x)
	case *TimeDistributed:
		return d.flat(inner, n, x)
	}
	switch {
	case n.alike(inner, x):
		return n.Build(inner, in)
	case n.Name == "Flatten" && !imageFormat(n.Config.(*Flatten).lateFormat).first():
		return op.ReshapeTo(c.B, x, ir.Shape{ir.Batch, x.Shape[1], ir.Shape(x.Shape[2:]).Elements()})
	}
	return d.stepwise(inner, n, x)
}

// stateful refuses a layer whose states a step would leave for the step after it.
func (d *TimeDistributed) stateful(c *Context, n nested) *ir.Value {
	return c.ErrorAt("layer", "stateful: true of %s inside of TimeDistributed is not supported; leave it out, or put the steps of both on one axis with Reshape", n.Name)
}

// beside has a recurrent layer go over the sequences of all steps of [n, steps, inner,
// …] at the same time: they lie beside one another in a row, [n, inner, steps, …].
func (d *TimeDistributed) beside(c *Context, n nested, x *ir.Value) *ir.Value {
	c.Beside = x.Shape[1]
	if len(x.Shape) < 4 {
		return c.Errorf("%s takes sequences, but every step of TimeDistributed is %v", n.Name, append(ir.Shape{ir.Batch}, x.Shape[2:]...))
	}
	turned := c.Named(swapped(c, x), "turned")
	if m := c.Masks[x]; m != nil && m.Valid() {
		if len(m.Shape) < 3 {
			maskOver(c, x)
			return c.poison()
		}
		c.Masks[turned] = swapped(c, m)
	}
	y := n.Build(c, []*ir.Value{turned})
	if y.Valid() && len(y.Shape) == len(x.Shape) { // of all steps
		y = swapped(c, c.Named(y, "turned"))
	}
	return y
}

// flat has TimeDistributed of TimeDistributed as one over the steps of both.
func (d *TimeDistributed) flat(c *Context, n nested, x *ir.Value) *ir.Value {
	if len(x.Shape) < 4 {
		return c.Errorf("TimeDistributed takes steps of values [n, steps, …], but every step of %s is %v", from(x), append(ir.Shape{ir.Batch}, x.Shape[2:]...))
	}
	outer, inside := x.Shape[1], x.Shape[2]
	joined := op.ReshapeTo(c.B, x, append(ir.Shape{ir.Batch, outer * inside}, x.Shape[3:]...))
	if m := c.Masks[x]; m != nil && m.Valid() && len(m.Shape) > 2 {
		c.Masks[joined] = op.ReshapeTo(c.B, m, append(ir.Shape{ir.Batch, outer * inside}, m.Shape[3:]...))
	}
	y := n.Build(c, []*ir.Value{joined})
	if !y.Valid() {
		return y
	}
	return op.ReshapeTo(c.B, y, append(ir.Shape{ir.Batch, outer, inside}, y.Shape[2:]...))
}

// stepwise applies the layer step by step. It is built a first time outside, for
// the sake of its parameters, which the steps then share.
func (d *TimeDistributed) stepwise(c *Context, n nested, x *ir.Value) *ir.Value {
	list := []*ir.Value{x}
	if m := c.Masks[x]; m != nil {
		list = append(list, m)
	}
	at := func(c *Context, step []*ir.Value) *ir.Value {
		if len(step) > 1 {
			c.Masks[step[0]] = step[1]
		}
		return n.Build(c, step[:1])
	}
	var first []*ir.Value
	for _, v := range list {
		shape := append(ir.Shape{ir.Batch}, v.Shape[2:]...)
		first = append(first, op.ReshapeTo(c.B, op.SliceAxis(c.B, v, 1, 0, 1), shape))
	}
	segments, random, ok := d.shared(c, n, func() *ir.Value { return at(c, first) })
	if !ok {
		return c.poison()
	}
	given := len(list)
	for _, r := range random { // every step draws its own
		list = append(list, c.Named(op.Uniform(c.B, r.Stream, append(ir.Shape{ir.Batch, x.Shape[1]}, r.Shape[1:]...)), "noise"))
	}
	var captures []*ir.Value
	for _, s := range segments {
		captures = append(captures, c.B.Segments()[s])
	}
	_, outputs := op.Recur(c.B, op.Recurrence{
		Length: x.Shape[1], Train: c.Training, Steps: list, Captures: captures,
		Body: func(b *ir.Builder, _, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
			params, drawn := map[string]*ir.Value{}, map[string]*ir.Value{}
			for i, s := range segments {
				params[s] = captures[i]
			}
			for i, r := range random {
				drawn[r.String()] = steps[given+i]
			}
			b.Given(params, drawn)
			return nil, []*ir.Value{at(inBody(c, b), steps[:given])}
		},
	})
	if outputs == nil {
		return c.poison()
	}
	return outputs[0]
}

// shared are the parameters of which build makes use, in the order of the graph, and
// what it draws. Whatever else it adds is taken out again.
func (d *TimeDistributed) shared(c *Context, n nested, build func() *ir.Value) (list []string, random []*op.Random, ok bool) {
	g := c.B.Graph
	values, updates, adapts, statistics := len(g.Values), len(g.Updates), len(c.Adapts), len(c.BatchStatistics)
	y := build()
	added := g.Values[values:]
	g.Values = slices.Clone(g.Values[:values])
	used := map[*ir.Value]bool{}
	for _, v := range added {
		for _, a := range v.Args {
			used[a] = true
		}
		switch o := v.Op.(type) {
		case *op.Param:
			used[v], v.ID = true, len(g.Values)
			g.Values = append(g.Values, v)
		case *op.Random:
			random = append(random, o)
		}
	}
	switch {
	case !y.Valid():
		return nil, nil, false
	case y.Shape.Ragged() || y.DType != ir.F32:
		c.Errorf("TimeDistributed takes a layer that gives numbers, but %s gives %v", n.Name, y.Type)
		return nil, nil, false
	case len(g.Updates) > updates, len(c.Adapts) > adapts, len(c.BatchStatistics) > statistics:
		c.Errorf("TimeDistributed of %s, which takes statistics of every step, is not supported by this version of nngen", n.Name)
		return nil, nil, false
	}
	all := c.B.Segments()
	for s, v := range all {
		if used[v] {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(s, t string) int { return all[s].ID - all[t].ID })
	return list, random, true
}
