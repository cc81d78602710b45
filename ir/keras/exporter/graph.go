package exporter

import (
	"cmp"
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// node is a layer of a model of Keras, an input of it or a function of keras.ops.
type node struct {
	name       string
	input      *spec.Input // nil: a layer
	spec.Layer             // of the first use
	info       layer.Info
	settings   layer.Config
	uses       []call
	shape      []int // of its first result, without the batch

	depth, found int // of Keras's order
}

// tensor is a result of a use of an operation, as Keras counts them.
type tensor struct {
	of         *node
	use, index int
}

// call is one use: arguments in order, and those with names, sorted by these.
type call struct {
	args  []argument
	named []namedArgument
}

// argument is a tensor, a list of tensors, or a value.
type argument struct {
	tensors []tensor
	list    bool
	value   spec.Value // where there are no tensors
}

type namedArgument struct {
	name string
	argument
}

// get is an argument of a layer as it is written.
func (o *node) get(name string) (spec.Arg, bool) {
	return spec.Value{Kind: spec.Map, Map: o.Args.List}.Get(name)
}

// argument is an argument of a layer, which may stand alone and without its name.
func (o *node) argument(name string) (spec.Value, bool) {
	if a, ok := o.get(name); ok {
		return a.Value, true
	}
	if o.Args.Positional == nil {
		return spec.Value{}, false
	}
	docs := spec.DocOf(o.settings)
	i := slices.IndexFunc(docs, func(d spec.ArgDoc) bool { return d.Positional })
	if i < 0 {
		i = 0
	}
	if len(docs) == 0 || docs[i].Name != name {
		return spec.Value{}, false
	}
	return *o.Args.Positional, true
}

// arguments are those of a layer by name, one that stands alone as well.
func (o *node) arguments() []spec.Arg {
	if o.Args.Positional == nil {
		return o.Args.List
	}
	for _, d := range spec.DocOf(o.settings) {
		if v, ok := o.argument(d.Name); ok {
			return []spec.Arg{named(d.Name, v)}
		}
	}
	return nil
}

func one(t tensor) argument { return argument{tensors: []tensor{t}} }

func many(list []tensor) argument { return argument{tensors: list, list: true} }

// tensors are those that the call reads, in Keras's order: its arguments flattened,
// those with names sorted.
func (c call) tensors() (list []tensor) {
	for _, a := range c.args {
		list = append(list, a.tensors...)
	}
	for _, a := range c.named {
		list = append(list, a.tensors...)
	}
	return list
}

func (c *call) name(name string, a argument) {
	c.named = append(c.named, namedArgument{name, a})
	slices.SortFunc(c.named, func(a, b namedArgument) int { return cmp.Compare(a.name, b.name) })
}

// graph is a description as Keras has it.
type graph struct {
	model      *spec.Model
	operations []*node
	inputs     []*node
	outputs    []tensor
	values     map[string]tensor // by their names in the description
	errs       diag.List
}

func (g *graph) fail(pos diag.Pos, format string, args ...any) {
	pos.File = g.model.File
	g.errs.Add(pos, format, args...)
}

// newGraph reads a description that has been built; shapes are those of what layers
// give.
func newGraph(m *spec.Model, shapes map[string][]int) *graph {
	g := &graph{model: m, values: map[string]tensor{}}
	for i := range m.Inputs {
		in := &m.Inputs[i]
		o := &node{name: in.Name, input: in, uses: make([]call, 1), shape: in.Shape}
		g.operations, g.inputs = append(g.operations, o), append(g.inputs, o)
		g.values[in.Name] = tensor{of: o}
	}
	names, reads := m.Names(), m.InputRefs()
	layers := map[string]*node{}
	for i, l := range m.Layers {
		if l.Shared.Name != "" {
			continue
		}
		o := &node{name: names[i], Layer: l, shape: shapes[names[i]]}
		o.info, _ = layer.Find(l.Type)
		o.settings = o.info.New()
		args, _, _ := layer.TakeActivity(l.Args, "the layer")
		layer.Decode(args, o.settings, "the layer") // without errors: the description has been built
		g.operations, layers[names[i]] = append(g.operations, o), o
	}
	for _, i := range m.Order() {
		o := layers[cmp.Or(m.Layers[i].Shared.Name, names[i])]
		use := len(o.uses)
		g.values[names[i]] = tensor{of: o, use: use}
		if s, ok := o.settings.(layer.Several); ok {
			for k, result := range s.Results() {
				g.values[names[i]+"."+result] = tensor{of: o, use: use, index: k + 1}
			}
		}
		var in []tensor
		for _, r := range reads[i] {
			in = append(in, g.values[r.Name])
		}
		o.uses = append(o.uses, g.call(o, in))
	}
	for _, r := range m.OutputRefs() {
		g.outputs = append(g.outputs, g.values[r.Name])
	}
	return g
}

// callArguments are arguments that a layer of a description has, and in Keras every
// call of it.
var callArguments = []string{"use_causal_mask", "return_attention_scores", "attention_mask"}

// call is how Keras calls a layer with what it reads.
func (g *graph) call(o *node, in []tensor) (c call) {
	for _, name := range callArguments {
		if a, ok := o.get(name); ok && a.Value.Bool && name != "attention_mask" {
			c.name(name, argument{value: a.Value})
		}
	}
	switch {
	case o.Type == "Operation":
		return g.operands(o, in)
	case o.info.Merge || o.Type == "HashedCrossing" || o.Type == "Attention" || o.Type == "AdditiveAttention":
		c.args = []argument{many(in)}
	case o.Type == "MultiHeadAttention" || o.Type == "GroupedQueryAttention":
		attend(o, in, &c)
	case o.Type == "Softmax" && len(in) > 1:
		c.args = []argument{one(in[0])}
		c.name("mask", one(in[1]))
	case o.info.Reads != nil && len(in) > 1:
		c.args = []argument{one(in[0])}
		for i, t := range in[1:] {
			c.name(o.info.Reads[i+1], one(t))
		}
	case o.info.More && len(in) > 1:
		c.args = []argument{one(in[0])}
		c.name("initial_state", many(in[1:]))
	default:
		for _, t := range in {
			c.args = append(c.args, one(t))
		}
	}
	return c
}

// attend are the arguments of an attention with heads: query, value and, under their
// names, key and mask.
func attend(o *node, in []tensor, c *call) {
	if a, ok := o.get("attention_mask"); ok && a.Value.Bool && len(in) > 2 {
		c.name("attention_mask", one(in[len(in)-1]))
		in = in[:len(in)-1]
	}
	query, value := in[0], in[0]
	if len(in) > 1 {
		value = in[1]
	}
	c.args = []argument{one(query), one(value)}
	for i, t := range in[min(2, len(in)):] {
		c.name([]string{"key", "attention_mask"}[i], one(t))
	}
}

// sequential reports a chain: one input, and every layer reads the one before it.
func (g *graph) sequential() bool {
	if len(g.inputs) != 1 || len(g.outputs) != 1 || len(g.operations) < 2 {
		return false
	}
	for i, o := range g.operations[1:] {
		if len(o.uses) != 1 || o.Type == "Operation" {
			return false
		}
		c := o.uses[0]
		if len(c.args) != 1 || len(c.named) > 0 || c.args[0].list || c.args[0].tensors[0] != (tensor{of: g.operations[i]}) {
			return false
		}
	}
	return g.outputs[0] == tensor{of: g.operations[len(g.operations)-1]}
}

// sort brings the operations into the order in which Keras has the layers of a
// functional model: from the farthest from an output to the nearest, and of one
// distance as a search from the outputs meets them. Weights are numbered in this
// order. Source: Keras 3, ops/function.py, map_graph.
func (g *graph) sort() {
	type use struct {
		of  *node
		use int
	}
	seen := map[use]bool{}
	var order []use
	met := map[*node]bool{}
	var visit func(t tensor)
	visit = func(t tensor) {
		u := use{t.of, t.use}
		if seen[u] {
			return
		}
		seen[u] = true
		if !met[t.of] {
			t.of.found, met[t.of] = len(met), true
		}
		for _, x := range t.of.uses[t.use].tensors() {
			visit(x)
		}
		order = append(order, u)
	}
	for _, t := range g.outputs {
		visit(t)
	}
	depths := map[use]int{}
	for _, u := range slices.Backward(order) {
		depth := max(depths[u], u.of.depth)
		u.of.depth, depths[u] = depth, depth
		for _, x := range u.of.uses[u.use].tensors() {
			before := use{x.of, x.use}
			depths[before] = max(depths[before], depth+1)
		}
	}
	for _, in := range g.inputs {
		if !met[in] {
			in.found = -1
		}
	}
	slices.SortStableFunc(g.operations, func(a, b *node) int {
		return cmp.Or(cmp.Compare(b.depth, a.depth), cmp.Compare(a.found, b.found))
	})
}
