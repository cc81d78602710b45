package build

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

// maxLive bounds the elements of one layer's result for a whole micro-batch.
const maxLive = 1 << 28

// built is the graph of all layers in one mode.
type built struct {
	net     *layer.Net
	values  map[string]*ir.Value // of inputs and layers, by name
	inputs  []*ir.Value          // in the order of the description
	outputs []*ir.Value          // in the order of the outputs
	masks   map[string]*ir.Value // of the layers whose result has one, by name
}

// graph builds every layer, once more for every mode: the layers' settings are
// shared, the values are not.
func (p *plan) graph(name string, training bool) *built {
	b := ir.NewBuilder(name)
	g := &built{net: layer.NewNet(b, training), values: map[string]*ir.Value{}, masks: map[string]*ir.Value{}}
	g.net.Files, g.net.Trains = p.spec.Files, p.spec.Compile != nil
	for i, in := range p.spec.Inputs {
		v := feature(b, i, in)
		g.values[in.Name] = v
		g.inputs = append(g.inputs, v)
	}
	g.net.Lengths = p.lengths(g)
	if name != "predict" && slices.ContainsFunc(p.configs, layer.Stateful) {
		g.net.Carry = &layer.Carrying{}
	}
	for _, i := range p.order {
		g.values[p.names[i]] = p.layer(g, i)
	}
	for _, r := range p.spec.OutputRefs() {
		v := g.values[r.Name]
		if v.Valid() && len(v.Shape) == 1 {
			b.At(r.Name, r.Pos)
			v = b.Errorf("output %s is one number a row, %v, and an output has an axis after the batch; write keepdims: true, or end with Operation: {op: expand_dims, axis: 1}", diag.Quote(r.Name), v.Shape)
		}
		g.outputs = append(g.outputs, v)
	}
	b.Graph.Outputs = slices.Clone(g.outputs)
	arrange(b.Graph)
	p.errs = append(p.errs, b.Errors...)
	return g
}

// feature appends an input of the description.
func feature(b *ir.Builder, i int, in spec.Input) *ir.Value {
	b.At(in.Name, in.Pos)
	title := "input " + diag.Quote(in.Name)
	t := ir.Type{Shape: ir.Shape{ir.Batch}}
	if in.DType == "int32" {
		t.DType = ir.I32
	}
	for _, d := range in.Shape {
		if d == spec.Ragged {
			d = ir.Ragged
		}
		t.Shape = append(t.Shape, d)
	}
	if t.Shape.Ragged() {
		if t.DType != ir.I32 {
			return b.Errorf("%s: rows of different lengths (null) hold ids; write dtype: int32, or give the shape a size", title)
		}
		if len(t.Shape) > 2 {
			return b.Errorf("%s: rows of different lengths (null) have one axis, not %s", title, layer.Flow(in.Shape))
		}
	}
	return op.InputOf(b, op.Input{Port: in.Name, Kind: op.Feature, Index: i, Of: t})
}

func (p *plan) layer(g *built, i int) *ir.Value {
	l, b := p.spec.Layers[i], g.net.B
	b.At(p.names[i], l.Pos)
	if p.configs[i] == nil {
		return layer.Poison(b)
	}
	in := make([]*ir.Value, len(p.reads[i]))
	for j, r := range p.reads[i] {
		in[j] = g.values[r.Name]
		if in[j] == nil || !in[j].Valid() { // its layer has a mistake
			return layer.Poison(b)
		}
		g.net.Masks[in[j]] = g.masks[r.Name]
		if _, takes := p.configs[i].(*layer.Operation); len(in[j].Shape) == 1 && !takes {
			return b.Errorf("%s: %s takes rows of values, but %s gives one number a row, %v; write keepdims: true there, or put Operation: {op: expand_dims, axis: 1} between", title(l, i), l.Type, diag.Quote(r.Name), in[j].Shape)
		}
	}
	first := p.names[p.first[i]]
	if first != p.names[i] && !g.values[first].Valid() {
		return layer.Poison(b)
	}
	c := &layer.Context{Net: g.net, Name: p.names[i], First: first, Kind: l.Type, Trainable: p.trainable(i), Args: l.Args, Results: map[string]*ir.Value{}}
	c.Constrain(p.configs[i])
	y := b.Named(p.configs[i].Build(c, in), p.names[i])
	c.Regularize(y, p.activities[i])
	info, _ := layer.Find(l.Type)
	g.masks[p.names[i]] = layer.MaskOf(c, info, p.configs[i], in, y)
	for result, v := range c.Results {
		c.Regularize(v, p.activities[i])
		g.values[p.names[i]+"."+result] = v
		g.masks[p.names[i]+"."+result] = g.net.Masks[v]
	}
	if y.Valid() && !y.Shape.Ragged() && y.Shape.Elements() > maxLive/p.batch {
		return c.Errorf("its result %v takes %d values for a batch of %d; at most %d are supported", y.Shape, y.Shape.Elements()*p.batch, p.batch, maxLive)
	}
	return y
}

// lengths says where the lengths of features that have none would be written.
func (p *plan) lengths(g *built) map[*ir.Value]string {
	at := map[*ir.Value]string{}
	for _, f := range p.lifted.features {
		if f.Type == encoding.Text && f.Port >= 0 {
			at[g.inputs[f.Port]] = layer.ThereWords
		}
	}
	for _, place := range p.lifted.places {
		if place.Input < 0 {
			continue
		}
		in := g.inputs[place.Input]
		if kind := p.spec.Data.Train.Kind; kind == spec.CSV {
			at[in] = "in the feature"
		} else {
			at[in] = "beside " + string(kind)
		}
	}
	return at
}

// arrange puts the parameters into the order of the block: trainable, frozen,
// state, each in the order of the layers.
func arrange(g *ir.Graph) {
	slices.SortStableFunc(g.Params, func(a, b *ir.Value) int { return int(role(a)) - int(role(b)) })
}

func role(v *ir.Value) block.Role { return v.Op.(*op.Param).Role }

// upTo copies what x is computed from, with x as the only output. Operations are
// shared.
func upTo(g *ir.Graph, x *ir.Value) *ir.Graph {
	copies := map[*ir.Value]*ir.Value{}
	var needed []*ir.Value
	for stack := []*ir.Value{x}; len(stack) > 0; {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if copies[v] == nil {
			w := *v
			copies[v] = &w
			needed, stack = append(needed, v), append(stack, v.Args...)
		}
	}
	slices.SortFunc(needed, func(a, b *ir.Value) int { return a.ID - b.ID }) // the order of the graph
	c := &ir.Graph{Outputs: []*ir.Value{copies[x]}}
	for i, v := range needed {
		w := copies[v]
		w.ID, w.Args = i, slices.Clone(v.Args)
		for j, a := range w.Args {
			w.Args[j] = copies[a]
		}
		c.Values = append(c.Values, w)
	}
	kept := func(list []*ir.Value) (out []*ir.Value) {
		for _, v := range list {
			if w := copies[v]; w != nil {
				out = append(out, w)
			}
		}
		return out
	}
	c.Inputs, c.Params = kept(g.Inputs), kept(g.Params)
	return c
}
