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
var alikeOverSteps = []string{"Activation", "Dense", "Dropout", "ELU", "Embedding", "Identity", "LeakyReLU", "ReLU", "Rescaling"}

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
	case *BatchNormalization:
		return fromLast(l.Axis) && !c.Trainable
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
	switch {
	case n.alike(inner, x):
		return n.Build(inner, in)
	case n.Name == "Flatten":
		return op.ReshapeTo(c.B, x, ir.Shape{ir.Batch, x.Shape[1], ir.Shape(x.Shape[2:]).Elements()})
	}
	return d.stepwise(inner, n, x)
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
	segments, ok := d.segments(c, n, func() *ir.Value { return at(c, first) })
	if !ok {
		return c.poison()
	}
	var captures []*ir.Value
	for _, s := range segments {
		captures = append(captures, c.B.Segments()[s])
	}
	_, outputs := op.Recur(c.B, op.Recurrence{
		Length: x.Shape[1], Train: c.Training, Steps: list, Captures: captures,
		Body: func(b *ir.Builder, _, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
			given := map[string]*ir.Value{}
			for i, s := range segments {
				given[s] = captures[i]
			}
			b.Given(given)
			return nil, []*ir.Value{at(inBody(c, b), steps)}
		},
	})
	if outputs == nil {
		return c.poison()
	}
	return outputs[0]
}

// segments are the parameters of which build makes use, in the order of the graph.
// Whatever else it adds is taken out again.
func (d *TimeDistributed) segments(c *Context, n nested, build func() *ir.Value) (list []string, ok bool) {
	g := c.B.Graph
	values, updates, adapts, statistics, activities := len(g.Values), len(g.Updates), len(c.Adapts), len(c.BatchStatistics), len(c.Activities)
	y := build()
	added := g.Values[values:]
	g.Values = slices.Clone(g.Values[:values])
	used, random := map[*ir.Value]bool{}, false
	for _, v := range added {
		for _, a := range v.Args {
			used[a] = true
		}
		switch v.Op.(type) {
		case *op.Param:
			used[v], v.ID = true, len(g.Values)
			g.Values = append(g.Values, v)
		case *op.Random:
			random = true
		}
	}
	switch {
	case !y.Valid():
		return nil, false
	case y.Shape.Ragged() || y.DType != ir.F32:
		c.Errorf("TimeDistributed takes a layer that gives numbers, but %s gives %v", n.Name, y.Type)
		return nil, false
	case len(g.Updates) > updates, len(c.Adapts) > adapts, len(c.BatchStatistics) > statistics:
		c.Errorf("TimeDistributed of %s, which takes statistics of every step, is not supported by this version of nngen", n.Name)
		return nil, false
	case len(c.Activities) > activities:
		c.Errorf("TimeDistributed of %s is not supported by this version of nngen; put the layer after TimeDistributed", n.Name)
		return nil, false
	case random && len(g.Values) == values:
		c.Errorf("TimeDistributed of %s, which draws random numbers, is not supported by this version of nngen", n.Name)
		return nil, false
	case random:
		c.Errorf("TimeDistributed of %s with dropout is not supported by this version of nngen; put a Dropout layer before it", n.Name)
		return nil, false
	}
	all := c.B.Segments()
	for s, v := range all {
		if used[v] {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(s, t string) int { return all[s].ID - all[t].ID })
	return list, true
}
